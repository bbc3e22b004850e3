//! Backward work of one block at one node.

use super::context::Context;
use super::forward::{Terms, pad};
use super::shard::{Block, Scratch, Shard, sized};
use crate::graph::{Network, NodeId, Op};
use crate::liveness::Liveness;
use std::mem::take;
use zodarts_kernels::{
    AffineSum, AvgPool2Backward, AvgPool3Backward, Conv, ConvWeights, Dot, Pixel, Real, ReluBackward, Sum,
};

/// Which gradients are wanted besides those of activations.
#[derive(Clone, Copy)]
pub struct Want {
    pub weights: bool,
    pub mixture: bool,
}

/// Gathers the node's gradient from its outgoing edges (the classifier has already written that of the last
/// node), adds its weight gradients, and takes the sums its incoming edges need.
pub fn node<T: Real>(context: &Context<'_, T>, shard: &mut Shard<T>, block: usize, node: NodeId, want: Want) {
    let Shard { blocks, scratch, gradient, sums, .. } = shard;
    let block = &mut blocks[block];
    let mut own = take(&mut block.gradients[node]);
    if node > 0 && node < context.network.output() {
        let len = context.layout(node).len(context.network.nodes[node].channels);
        gather(context, block, node, sized(&mut own, len));
    }
    convolutions(context, (scratch, &mut *gradient), block, node, &mut own, want);
    block.gradients[node] = own;
    if node > 0 {
        reduce(context, scratch, block, node, sums, want);
    }
}

/// Gradients through everything but convolutions.
fn gather<T: Real>(context: &Context<'_, T>, block: &Block<T>, node: NodeId, output: &mut [Pixel<T>]) {
    let layout = context.layout(node);
    let channels = context.network.nodes[node].channels;
    let mut terms = Terms::new();
    let mut bias = &context.coefficients.zeros()[..channels];
    for edge in context.outgoing(node) {
        let target = context.network.edges[edge].target;
        let scale = context.coefficients.scale(edge);
        match context.network.edges[edge].op {
            Op::Skip => terms.push(&block.gradients[target], scale),
            Op::AvgPool3 => terms.push(&block.spread[target], scale),
            Op::Norm(_) => {
                let back = context.coefficients.back(edge);
                terms.push(&block.gradients[target], back.gradient);
                terms.push(&block.values[node], back.raw);
                bias = back.constant;
            }
            Op::Conv { .. } | Op::AvgPool2 | Op::Relu => {}
        }
    }
    let terms = terms.as_slice();
    context.kernels.run(AffineSum { terms, bias, from: layout, output, to: layout, step: 1 });
    for edge in context.outgoing(node) {
        let target = context.network.edges[edge].target;
        let output_gradient = &block.gradients[target][..];
        match context.network.edges[edge].op {
            Op::Relu => context.kernels.run(ReluBackward {
                input: &block.values[node],
                output_gradient,
                input_gradient: output,
            }),
            Op::AvgPool2 => context.kernels.run(AvgPool2Backward {
                output_gradient,
                to: context.layout(target),
                input_gradient: output,
                from: layout,
                channels,
            }),
            _ => {}
        }
    }
}

/// Weight and input gradients of the outgoing convolutions.
fn convolutions<T: Real>(
    context: &Context<'_, T>,
    (scratch, gradient): (&mut Scratch<T>, &mut [T]),
    block: &Block<T>,
    node: NodeId,
    own: &mut [Pixel<T>],
    want: Want,
) {
    let mut rectified = None;
    for edge in context.outgoing(node) {
        let Op::Conv { weight, relu, .. } = &context.network.edges[edge].op else { continue };
        if rectified.is_none() && want.weights {
            pad(context, scratch, block, node, *relu);
        }
        raw_gradient(context, scratch, block, edge);
        if want.weights {
            weight_gradient(context, scratch, &mut gradient[weight.clone()], edge, block.lanes);
        }
        if node > 0 {
            input_gradient(context, scratch, own, edge, rectified.is_some());
        }
        rectified = Some(*relu);
    }
    if rectified == Some(true) && node > 0 {
        context.kernels.run(ReluBackward {
            input: &block.values[node],
            output_gradient: &scratch.sum,
            input_gradient: own,
        });
    }
}

/// Gradient of a convolution's result, through its normalisation, padded and spread out by its stride.
fn raw_gradient<T: Real>(context: &Context<'_, T>, scratch: &mut Scratch<T>, block: &Block<T>, edge: usize) {
    let description = &context.network.edges[edge];
    let Op::Conv { shape, norm, .. } = &description.op else { unreachable!("called for convolutions") };
    let back = context.coefficients.back(edge);
    let mut terms = Terms::new();
    terms.push(&block.gradients[description.target], back.gradient);
    if norm.is_some() {
        terms.push(&block.raws[edge], back.raw);
    }
    context.kernels.run(AffineSum {
        terms: terms.as_slice(),
        bias: back.constant,
        from: context.layout(description.target),
        output: &mut scratch.padded_gradient,
        to: context.padded(description.source),
        step: shape.stride,
    });
}

fn weight_gradient<T: Real>(
    context: &Context<'_, T>,
    scratch: &mut Scratch<T>,
    gradient: &mut [T],
    edge: usize,
    lanes: usize,
) {
    let description = &context.network.edges[edge];
    let Op::Conv { shape, .. } = &description.op else { unreachable!("called for convolutions") };
    context.kernels.run(ConvWeights {
        shape: *shape,
        input: &scratch.padded,
        output_gradient: &scratch.padded_gradient,
        layout: context.padded(description.source),
        gradient,
        lanes,
        scratch: &mut scratch.partial,
    });
}

/// Adds the input gradient of a convolution: to the node's own, or to the scratch that waits for the `ReLU`.
fn input_gradient<T: Real>(
    context: &Context<'_, T>,
    scratch: &mut Scratch<T>,
    own: &mut [Pixel<T>],
    edge: usize,
    started: bool,
) {
    let description = &context.network.edges[edge];
    let Op::Conv { shape, relu, .. } = &description.op else { unreachable!("called for convolutions") };
    let Scratch { padded_gradient, sum, .. } = scratch;
    context.kernels.run(Conv {
        shape: shape.transposed(),
        input: padded_gradient,
        from: context.padded(description.source),
        packed: context.packed.backward(edge),
        output: if *relu { sum } else { own },
        to: context.layout(description.source),
        accumulate: started || !relu,
    });
}

/// Per-channel sums of the node's gradient against what its incoming edges computed.
fn reduce<T: Real>(
    context: &Context<'_, T>,
    scratch: &mut Scratch<T>,
    block: &mut Block<T>,
    node: NodeId,
    sums: &mut [f64],
    want: Want,
) {
    let layout = context.layout(node);
    let channels = context.network.nodes[node].channels;
    spread(context, scratch, block, node);
    let lanes = block.lanes;
    let gradient = &block.gradients[node][..];
    let output = &mut sums[context.plan.node_sums[node]..][..channels];
    context.kernels.run(Sum { input: gradient, layout, lanes, output });
    for edge in context.incoming(node) {
        let description = &context.network.edges[edge];
        let value = &block.values[description.source];
        let mixed = want.mixture && description.choice.is_some();
        let (gradient, input) = match description.op {
            Op::Conv { norm: Some(_), .. } => (gradient, &block.raws[edge]),
            Op::Norm(_) => (gradient, value),
            Op::Skip if mixed => (gradient, value),
            Op::AvgPool3 if mixed => (&block.spread[node][..], value),
            _ => continue,
        };
        let centre = context.coefficients.centre(edge);
        let output = &mut sums[context.plan.edge_sums[edge]..][..channels];
        context.kernels.run(Dot { gradient, input, layout, centre, lanes, output });
    }
}

/// One adjoint pooling serves all pooled edges into the node.
fn spread<T: Real>(context: &Context<'_, T>, scratch: &mut Scratch<T>, block: &mut Block<T>, node: NodeId) {
    if !context.incoming(node).any(|edge| context.network.edges[edge].op == Op::AvgPool3) {
        return;
    }
    let layout = context.layout(node);
    let channels = context.network.nodes[node].channels;
    context.kernels.run(AvgPool3Backward {
        output_gradient: &block.gradients[node],
        input_gradient: sized(&mut block.spread[node], layout.len(channels)),
        layout,
        channels,
        scratch: &mut scratch.row,
    });
}

/// Adds the shards' partial gradients of convolutions and classifier in shard order.
pub fn add_shards<T: Real>(network: &Network, live: &Liveness, shards: &[Shard<T>], gradient: &mut [T]) {
    let convolutions = network.edges.iter().zip(&live.edges).filter_map(|(edge, live)| match &edge.op {
        Op::Conv { weight, .. } if *live => Some(weight.clone()),
        _ => None,
    });
    for range in convolutions.chain([network.linear.clone(), network.bias.clone()]) {
        for shard in shards {
            let partial = &shard.gradient[range.clone()];
            gradient[range.clone()].iter_mut().zip(partial).for_each(|(total, &part)| *total += part);
        }
    }
}
