//! Direct convolutions and their gradients, against the peak of multiply-adds.

use super::{Case, STAGES, block};
use crate::roofline::Work;
use zodarts_kernels::{
    BlockLayout, Conv, ConvInputGradient, ConvShape, ConvWeightGradient, Kernels, LANES, Pixel,
};

pub fn cases(kernels: Kernels<f32>) -> Vec<Case> {
    let same = |kernel| {
        STAGES.map(|(channels, side)| {
            (ConvShape { inputs: channels, outputs: channels, kernel, stride: 1 }, side)
        })
    };
    let halving = [(16, 28), (32, 14), (16, 32), (32, 16)].map(|(channels, side)| {
        (ConvShape { inputs: channels, outputs: 2 * channels, kernel: 3, stride: 2 }, side)
    });
    let stem = [1, 3].map(|inputs| (ConvShape { inputs, outputs: 16, kernel: 3, stride: 1 }, 28));
    let shortcut = [(16, 14), (32, 7)].map(|(channels, side)| {
        (ConvShape { inputs: channels, outputs: 2 * channels, kernel: 1, stride: 1 }, side)
    });
    let shapes = same(3).into_iter().chain(same(1)).chain(halving).chain(shortcut);
    let wanted = |(shape, side)| {
        [Pass::Forward, Pass::InputGradient, Pass::WeightGradient]
            .map(|pass| case(kernels, shape, side, pass))
    };
    // Nobody asks for the gradient of the images.
    let stem = stem.into_iter().flat_map(|(shape, side)| {
        [Pass::Forward, Pass::WeightGradient].map(|pass| case(kernels, shape, side, pass))
    });
    shapes.flat_map(wanted).chain(stem).collect()
}

#[derive(Clone, Copy)]
enum Pass {
    Forward,
    InputGradient,
    WeightGradient,
}

fn case(kernels: Kernels<f32>, shape: ConvShape, side: usize, pass: Pass) -> Case {
    let ConvShape { inputs, outputs, kernel, stride } = shape;
    let small = side.div_ceil(stride);
    let kernel = match (kernel, pass) {
        (1, Pass::Forward) => "1×1 convolution",
        (1, Pass::InputGradient) => "1×1 convolution, input gradient",
        (1, Pass::WeightGradient) => "1×1 convolution, weight gradient",
        (_, Pass::Forward) => "3×3 convolution",
        (_, Pass::InputGradient) => "3×3 convolution, input gradient",
        (_, Pass::WeightGradient) => "3×3 convolution, weight gradient",
    };
    let halves = if stride == 2 { ", stride 2" } else { "" };
    Case {
        kernel,
        shape: format!("{inputs}→{outputs}, {side}²{halves}"),
        work: Work::Operations((2 * LANES * shape.weights() * small * small) as f64),
        prepare: Box::new(move || {
            let mut buffers = Buffers::new(shape, side);
            match pass {
                Pass::Forward => Box::new(move || buffers.forward(kernels)),
                Pass::InputGradient => Box::new(move || buffers.input_gradient(kernels)),
                Pass::WeightGradient => Box::new(move || buffers.weight_gradient(kernels)),
            }
        }),
    }
}

/// A convolution's blocks: what it reads with a margin if its window reaches there, what it writes without.
struct Buffers {
    shape: ConvShape,
    read: [BlockLayout; 2],
    written: [BlockLayout; 2],
    input: Vec<Pixel<f32>>,
    output: Vec<Pixel<f32>>,
    input_gradient: Vec<Pixel<f32>>,
    output_gradient: Vec<Pixel<f32>>,
    weights: Vec<f32>,
}

impl Buffers {
    fn new(shape: ConvShape, side: usize) -> Self {
        let sides = [side, side.div_ceil(shape.stride)];
        let written = sides.map(|side| BlockLayout::dense(side, side));
        let read =
            if shape.kernel == 1 { written } else { sides.map(|side| BlockLayout::padded(side, side)) };
        Self {
            shape,
            read,
            written,
            input: block(read[0].len(shape.inputs)),
            output: block(written[1].len(shape.outputs)),
            input_gradient: block(written[0].len(shape.inputs)),
            output_gradient: block(read[1].len(shape.outputs)),
            weights: vec![0.1; shape.weights()],
        }
    }

    fn forward(&mut self, kernels: Kernels<f32>) {
        kernels.run(Conv {
            shape: self.shape,
            input: &self.input,
            from: self.read[0],
            packed: &self.weights,
            output: &mut self.output,
            to: self.written[1],
            accumulate: false,
        });
    }

    fn input_gradient(&mut self, kernels: Kernels<f32>) {
        kernels.run(ConvInputGradient {
            shape: self.shape,
            output_gradient: &self.output_gradient,
            from: self.read[1],
            packed: &self.weights,
            input_gradient: &mut self.input_gradient,
            to: self.written[0],
            accumulate: false,
        });
    }

    fn weight_gradient(&mut self, kernels: Kernels<f32>) {
        kernels.run(ConvWeightGradient {
            shape: self.shape,
            input: &self.input,
            from: self.read[0],
            output_gradient: &self.output,
            gradient_layout: self.written[1],
            gradient: &mut self.weights,
            lanes: LANES,
        });
    }
}
