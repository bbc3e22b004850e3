//! Reductions, against reading the same memory.

use super::{Case, STAGES, block};
use crate::roofline::{Traffic, Work};
use zodarts_kernels::{
    BlockLayout, BlockMoments, CentredBlock, CentredDots, GlobalAverage, GlobalAverageBackward, Kernels,
    LANES, Pixel, SampleMoments,
};

/// Blocks that a gradient is multiplied with: the results of two live convolutions.
const INPUTS: usize = 2;

pub fn cases(kernels: Kernels<f32>) -> Vec<Case> {
    let reductions =
        [Reduction::Moments, Reduction::Dots, Reduction::GlobalAverage, Reduction::GlobalAverageBackward];
    reductions
        .into_iter()
        .flat_map(|reduction| STAGES.map(|(channels, side)| case(kernels, reduction, channels, side)))
        .collect()
}

#[derive(Clone, Copy)]
enum Reduction {
    Moments,
    Dots,
    GlobalAverage,
    GlobalAverageBackward,
}

impl Reduction {
    fn name(self) -> &'static str {
        match self {
            Self::Moments => "moments",
            Self::Dots => "sum, and dot products with 2",
            Self::GlobalAverage => "global average",
            Self::GlobalAverageBackward => "global average, gradient",
        }
    }

    fn traffic(self, pixels: usize) -> Traffic {
        let (read, written) = match self {
            Self::Moments | Self::GlobalAverage => (pixels, 0),
            Self::Dots => ((1 + INPUTS) * pixels, 0),
            Self::GlobalAverageBackward => (pixels, pixels),
        };
        Traffic { read, written, updated: 0 }
    }
}

fn case(kernels: Kernels<f32>, reduction: Reduction, channels: usize, side: usize) -> Case {
    Case {
        kernel: reduction.name(),
        shape: format!("{channels}, {side}²"),
        work: Work::Memory(reduction.traffic(channels * side * side)),
        prepare: Box::new(move || {
            let mut buffers = Buffers::new(channels, side);
            Box::new(move || buffers.run(kernels, reduction))
        }),
    }
}

struct Buffers {
    layout: BlockLayout,
    gradient: Vec<Pixel<f32>>,
    inputs: [Vec<Pixel<f32>>; INPUTS],
    averages: Vec<Pixel<f32>>,
    centre: Vec<f32>,
    moments: Vec<SampleMoments>,
    sum: Vec<f64>,
    dots: Vec<f64>,
}

impl Buffers {
    fn new(channels: usize, side: usize) -> Self {
        let layout = BlockLayout::dense(side, side);
        Self {
            layout,
            gradient: block(layout.len(channels)),
            inputs: std::array::from_fn(|_| block(layout.len(channels))),
            averages: block(channels),
            centre: vec![0.1; channels],
            moments: vec![SampleMoments::default(); channels],
            sum: vec![0.0; channels],
            dots: vec![0.0; INPUTS * channels],
        }
    }

    fn run(&mut self, kernels: Kernels<f32>, reduction: Reduction) {
        let Self { layout, gradient, inputs, averages, centre, moments, sum, dots } = self;
        let (layout, lanes) = (*layout, LANES);
        match reduction {
            Reduction::Moments => {
                kernels.run(BlockMoments { input: gradient, layout, lanes, output: moments });
            }
            Reduction::Dots => {
                let inputs = inputs.each_ref().map(|block| CentredBlock { block, centre });
                kernels.run(CentredDots { gradient, inputs: &inputs, layout, lanes, sum, dots });
            }
            Reduction::GlobalAverage => {
                kernels.run(GlobalAverage { input: gradient, layout, output: averages });
            }
            Reduction::GlobalAverageBackward => {
                let [input, _] = inputs;
                let input_gradient = gradient;
                kernels.run(GlobalAverageBackward {
                    input,
                    layout,
                    output_gradient: averages,
                    input_gradient,
                });
            }
        }
    }
}
