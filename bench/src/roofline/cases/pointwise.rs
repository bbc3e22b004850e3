//! The 1×1 convolutions of a node, together.

use super::{Case, STAGES, block};
use crate::roofline::Work;
use zodarts_kernels::pointwise::{PointwiseBackward, PointwiseForward, pointwise_scratch};
use zodarts_kernels::{
    BackwardConv, BackwardGroup, BatchNormInputGrad, BlockLayout, ConvShape, ForwardConv, ForwardGroup,
    Kernels, LANES, Pixel, SampleMoments,
};

/// Convolutions of a node.
const COUNT: usize = 3;

pub fn cases(kernels: Kernels<f32>) -> Vec<Case> {
    STAGES
        .into_iter()
        .flat_map(|(channels, side)| [forward(kernels, channels, side), backward(kernels, channels, side)])
        .collect()
}

fn weights(channels: usize) -> usize {
    ConvShape { inputs: channels, outputs: channels, kernel: 1, stride: 1 }.weights()
}

/// Operations of `passes` convolutions.
fn operations(channels: usize, side: usize, passes: usize) -> Work {
    Work::Operations((2 * LANES * weights(channels) * side * side * passes) as f64)
}

fn forward(kernels: Kernels<f32>, channels: usize, side: usize) -> Case {
    Case {
        kernel: "1×1, 3 of one node",
        shape: format!("{channels}→{channels}, {side}²"),
        work: operations(channels, side, COUNT),
        prepare: Box::new(move || {
            let (from, to) = (BlockLayout::padded(side, side), BlockLayout::dense(side, side));
            let (input, packed) = (block(from.len(channels)), vec![0.1; weights(channels)]);
            let mut outputs: [Vec<Pixel<f32>>; COUNT] = std::array::from_fn(|_| block(to.len(channels)));
            let mut moments = vec![SampleMoments::default(); COUNT * channels];
            Box::new(move || {
                let parts = outputs.iter_mut().zip(moments.chunks_exact_mut(channels));
                let mut convolutions: Vec<_> =
                    parts.map(|(output, moments)| ForwardConv { packed: &packed, output, moments }).collect();
                kernels.run(PointwiseForward(ForwardGroup {
                    input: &input,
                    from,
                    inputs: channels,
                    outputs: channels,
                    convolutions: &mut convolutions,
                    to,
                    lanes: LANES,
                }));
            })
        }),
    }
}

fn backward(kernels: Kernels<f32>, channels: usize, side: usize) -> Case {
    Case {
        kernel: "1×1, both gradients of these",
        shape: format!("{channels}→{channels}, {side}²"),
        work: operations(channels, side, 2 * COUNT),
        prepare: Box::new(move || {
            let (from, to) = (BlockLayout::padded(side, side), BlockLayout::dense(side, side));
            let (input, mut input_gradient) = (block(from.len(channels)), block(from.len(channels)));
            let (d, values) = (block(to.len(channels)), block(to.len(channels)));
            let (factors, packed) = (vec![0.5; channels], vec![0.1; weights(channels)]);
            let mut gradients: [Vec<f32>; COUNT] = std::array::from_fn(|_| vec![0.0; weights(channels)]);
            let mut scratch = block(pointwise_scratch(channels));
            Box::new(move || {
                let output_gradient = BatchNormInputGrad {
                    output_gradient: &d,
                    values: &values,
                    gradient_scale: &factors,
                    value_scale: &factors,
                    constant: &factors,
                };
                let gradient =
                    |weight_gradient| BackwardConv { packed: &packed, output_gradient, weight_gradient };
                let mut convolutions = gradients.each_mut().map(|weights| gradient(&mut weights[..]));
                kernels.run(PointwiseBackward {
                    group: BackwardGroup {
                        input: &input,
                        from,
                        inputs: channels,
                        outputs: channels,
                        convolutions: &mut convolutions,
                        to,
                        input_gradient: &mut input_gradient,
                        lanes: LANES,
                    },
                    accumulate: false,
                    scratch: &mut scratch,
                });
            })
        }),
    }
}
