//! Winograd's convolutions, in operations of the direct convolution: a share above 100 % is what they save.
//! Planes smaller than those of the supernet show where that ends.

use super::{Case, STAGES, block};
use crate::roofline::Work;
use zodarts_kernels::winograd::{
    WinogradBackward, WinogradFilter, WinogradForward, backward_scratch, filter_len, forward_scratch,
};
use zodarts_kernels::{
    BackwardConv, BackwardGroup, BatchNormInputGrad, BlockLayout, ConvShape, ForwardConv, ForwardGroup,
    Kernels, LANES, Pixel,
};

/// Sides of planes below those of the supernet.
const SMALL: [usize; 4] = [6, 5, 4, 3];

pub fn cases(kernels: Kernels<f32>) -> Vec<Case> {
    let shapes = STAGES.into_iter().chain(SMALL.map(|side| (64, side)));
    shapes
        .flat_map(|(channels, side)| [forward(kernels, channels, side), backward(kernels, channels, side)])
        .collect()
}

/// Operations of `passes` direct convolutions.
fn operations(channels: usize, side: usize, passes: usize) -> Work {
    let shape = ConvShape { inputs: channels, outputs: channels, kernel: 3, stride: 1 };
    Work::Operations((2 * LANES * shape.weights() * side * side * passes) as f64)
}

fn forward(kernels: Kernels<f32>, channels: usize, side: usize) -> Case {
    Case {
        kernel: "Winograd, 3 of one node",
        shape: format!("{channels}→{channels}, {side}²"),
        work: operations(channels, side, 3),
        prepare: Box::new(move || {
            let (from, to) = (BlockLayout::padded(side, side), BlockLayout::dense(side, side));
            let filter = filter(kernels, channels);
            let input = block(from.len(channels));
            let mut outputs: [Vec<Pixel<f32>>; 3] = std::array::from_fn(|_| block(to.len(channels)));
            let mut scratch = block(forward_scratch(&to, channels, channels));
            Box::new(move || {
                let mut convolutions = outputs.each_mut().map(|output| ForwardConv {
                    packed: &filter,
                    output,
                    moments: &mut [],
                });
                kernels.run(WinogradForward {
                    group: ForwardGroup {
                        input: &input,
                        from,
                        inputs: channels,
                        outputs: channels,
                        convolutions: &mut convolutions,
                        to,
                        lanes: LANES,
                    },
                    scratch: &mut scratch,
                });
            })
        }),
    }
}

fn backward(kernels: Kernels<f32>, channels: usize, side: usize) -> Case {
    Case {
        kernel: "Winograd, both gradients of these",
        shape: format!("{channels}→{channels}, {side}²"),
        work: operations(channels, side, 6),
        prepare: Box::new(move || {
            let (from, to) = (BlockLayout::padded(side, side), BlockLayout::dense(side, side));
            let filter = filter(kernels, channels);
            let (inputs, outputs) = (channels, channels);
            let (input, mut input_gradient) = (block(from.len(channels)), block(from.len(channels)));
            let (d, values) = (block(to.len(channels)), block(to.len(channels)));
            let factors = vec![0.5; channels];
            let mut weights: [Vec<f32>; 3] = std::array::from_fn(|_| vec![0.0; channels * channels * 9]);
            let mut scratch = block(backward_scratch(&to, channels, channels, 3));
            Box::new(move || {
                let output_gradient = BatchNormInputGrad {
                    output_gradient: &d,
                    values: &values,
                    gradient_scale: &factors,
                    value_scale: &factors,
                    constant: &factors,
                };
                let gradient =
                    |weight_gradient| BackwardConv { packed: &filter, output_gradient, weight_gradient };
                let mut convolutions = weights.each_mut().map(|weights| gradient(&mut weights[..]));
                kernels.run(WinogradBackward {
                    group: BackwardGroup {
                        input: &input,
                        from,
                        inputs,
                        outputs,
                        convolutions: &mut convolutions,
                        to,
                        input_gradient: &mut input_gradient,
                        lanes: LANES,
                    },
                    scratch: &mut scratch,
                });
            })
        }),
    }
}

fn filter(kernels: Kernels<f32>, channels: usize) -> Vec<Pixel<f32>> {
    let weights: Vec<f32> =
        (0..channels * channels * 9).map(|i| (i * 31 % 17) as f32 / 100.0 - 0.08).collect();
    let mut filter = block(filter_len(channels, channels));
    kernels.run(WinogradFilter {
        weights: &weights,
        inputs: channels,
        outputs: channels,
        filter: &mut filter,
    });
    filter
}
