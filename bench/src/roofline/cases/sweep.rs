//! Sweeps, against moving the same memory.

use super::{Case, STAGES, block};
use crate::roofline::{Traffic, Work};
use zodarts_kernels::{
    AffineSum, AvgPool2, AvgPool2Backward, AvgPool3, AvgPool3Backward, BlockLayout, GatedGradient,
    GatherGradients, Kernels, Pad, Pixel, Term,
};

pub fn cases(kernels: Kernels<f32>) -> Vec<Case> {
    let sweeps = [
        Sweep::Normalise,
        Sweep::SumOfFour,
        Sweep::Pad,
        Sweep::Gather,
        Sweep::Pool3,
        Sweep::Pool3Backward,
        Sweep::Pool2,
        Sweep::Pool2Backward,
    ];
    sweeps
        .into_iter()
        .flat_map(|sweep| STAGES.map(|(channels, side)| case(kernels, sweep, channels, side)))
        .collect()
}

#[derive(Clone, Copy)]
enum Sweep {
    Normalise,
    SumOfFour,
    Pad,
    Gather,
    Pool3,
    Pool3Backward,
    Pool2,
    Pool2Backward,
}

impl Sweep {
    fn name(self) -> &'static str {
        match self {
            Self::Normalise => "scale and shift",
            Self::SumOfFour => "weighted sum of 4",
            Self::Pad => "ReLU into a margin",
            Self::Gather => "gradient of a node",
            Self::Pool3 => "3×3 average",
            Self::Pool3Backward => "3×3 average, gradient",
            Self::Pool2 => "2×2 average",
            Self::Pool2Backward => "2×2 average, gradient",
        }
    }

    /// Pixels of a dense, a padded and a halved block that the sweep has to move.
    fn traffic(self, dense: usize, padded: usize, half: usize) -> Traffic {
        let of = |read, written, updated| Traffic { read, written, updated };
        match self {
            Self::Normalise | Self::Pool3 | Self::Pool3Backward => of(dense, dense, 0),
            Self::SumOfFour => of(4 * dense, dense, 0),
            Self::Pad => of(dense, padded, 0),
            Self::Gather => of(2 * dense + padded, dense, 0),
            Self::Pool2 => of(dense, half, 0),
            Self::Pool2Backward => of(half, 0, dense),
        }
    }
}

fn case(kernels: Kernels<f32>, sweep: Sweep, channels: usize, side: usize) -> Case {
    let half = side.div_ceil(2);
    let padded = BlockLayout::padded(side, side).len(channels);
    Case {
        kernel: sweep.name(),
        shape: format!("{channels}, {side}²"),
        work: Work::Memory(sweep.traffic(channels * side * side, padded, channels * half * half)),
        prepare: Box::new(move || {
            let mut buffers = Buffers::new(channels, side);
            Box::new(move || buffers.run(kernels, sweep))
        }),
    }
}

struct Buffers {
    channels: usize,
    dense: BlockLayout,
    padded: BlockLayout,
    half: BlockLayout,
    sources: [Vec<Pixel<f32>>; 4],
    result: Vec<Pixel<f32>>,
    with_margin: Vec<Pixel<f32>>,
    halved: Vec<Pixel<f32>>,
    factors: Vec<f32>,
}

impl Buffers {
    fn new(channels: usize, side: usize) -> Self {
        let (dense, padded) = (BlockLayout::dense(side, side), BlockLayout::padded(side, side));
        let half = BlockLayout::dense(side.div_ceil(2), side.div_ceil(2));
        Self {
            channels,
            dense,
            padded,
            half,
            sources: std::array::from_fn(|_| block(dense.len(channels))),
            result: block(dense.len(channels)),
            with_margin: block(padded.len(channels)),
            halved: block(half.len(channels)),
            factors: vec![0.5; channels],
        }
    }

    fn run(&mut self, kernels: Kernels<f32>, sweep: Sweep) {
        match sweep {
            Sweep::Normalise => self.sum(kernels, 1),
            Sweep::SumOfFour => self.sum(kernels, 4),
            Sweep::Pad => self.pad(kernels),
            Sweep::Gather => self.gather(kernels),
            Sweep::Pool3 | Sweep::Pool3Backward => self.pool3(kernels, sweep),
            Sweep::Pool2 | Sweep::Pool2Backward => self.pool2(kernels, sweep),
        }
    }

    fn sum(&mut self, kernels: Kernels<f32>, count: usize) {
        let Self { sources, result, factors, dense, .. } = self;
        let terms = sources.each_ref().map(|source| Term { source, scale: factors });
        let (from, to) = (*dense, *dense);
        kernels.run(AffineSum { terms: &terms[..count], bias: factors, from, output: result, to });
    }

    fn pad(&mut self, kernels: Kernels<f32>) {
        let (input, output, channels) = (&self.sources[0], &mut self.with_margin, self.channels);
        kernels.run(Pad { input, from: self.dense, channels, relu: true, output, to: self.padded });
    }

    fn gather(&mut self, kernels: Kernels<f32>) {
        let Self { sources, result, factors, dense, .. } = self;
        let gated =
            GatedGradient { gradient: &self.with_margin, layout: self.padded, gate: Some(&sources[1]) };
        let terms = [Term { source: &sources[0], scale: factors }];
        kernels.run(GatherGradients { terms: &terms, bias: factors, gated, output: result, layout: *dense });
    }

    fn pool3(&mut self, kernels: Kernels<f32>, sweep: Sweep) {
        let (source, result, layout, channels) =
            (&self.sources[0], &mut self.result, self.dense, self.channels);
        if let Sweep::Pool3 = sweep {
            kernels.run(AvgPool3 { input: source, output: result, layout, channels });
        } else {
            let (output_gradient, input_gradient) = (source, result);
            kernels.run(AvgPool3Backward { output_gradient, input_gradient, layout, channels });
        }
    }

    fn pool2(&mut self, kernels: Kernels<f32>, sweep: Sweep) {
        let (from, to, channels) = (self.dense, self.half, self.channels);
        if let Sweep::Pool2 = sweep {
            let (input, output) = (&self.sources[0], &mut self.halved);
            kernels.run(AvgPool2 { input, from, output, to, channels });
        } else {
            let (output_gradient, input_gradient) = (&self.halved, &mut self.result);
            kernels.run(AvgPool2Backward { output_gradient, to, input_gradient, from, channels });
        }
    }
}
