//! Backward work of one block at one node.

use super::block::Block;
use super::context::Context;
use super::cutter::Cutter;
use super::forward::{Terms, pad, sum_pooled};
use super::plan::{Path, Plan};
use super::scratch::Scratch;
use super::shard::{Shard, summed_ranges};
use crate::graph::{MAX_EDGES, Network, NodeId, Op};
use crate::liveness::Liveness;
use arrayvec::ArrayVec;
use rayon::prelude::*;
use std::mem::take;
use zodarts_kernels::pointwise::{PointwiseBackward, PointwiseGradient};
use zodarts_kernels::winograd::{WinogradBackward, WinogradGradient};
use zodarts_kernels::{
    AffineSum, AvgPool2Backward, AvgPool3, AvgPool3Backward, Blend, Centred, Collect, ConvInputGradient,
    ConvShape, ConvWeightGradient, Dots, Gated, Layout, Pixel, Real, ReluBackward, Term,
};

/// Which gradients are wanted besides those of activations.
#[derive(Clone, Copy)]
pub struct Want {
    pub weights: bool,
    pub mixture: bool,
}

/// Weights whose partial gradients one thread adds up at a time.
const CHUNK: usize = 1 << 14;

/// Adds the node's weight gradients, gathers its own gradient from its outgoing edges (the classifier has already written
/// that of the last node), and takes the sums its incoming edges need.
pub fn node<T: Real>(
    context: &Context<'_, T>,
    (shard, scratch): (&mut Shard<T>, &mut Scratch<T>),
    block: usize,
    node: NodeId,
    want: Want,
) {
    let Shard { blocks, gradient, .. } = &mut *shard;
    let rectified = convolutions(context, (&mut *scratch, gradient), &blocks[block], node, want);
    if node > 0 {
        finish_node(context, (shard, scratch), block, (node, rectified), want);
    }
}

/// [`node`] after its convolutions, whose part of the gradient waits in the padded scratch: `rectified` says whether behind a
/// `ReLU`, `None` that there are none.
pub fn finish_node<T: Real>(
    context: &Context<'_, T>,
    (shard, scratch): (&mut Shard<T>, &mut Scratch<T>),
    block: usize,
    (node, rectified): (NodeId, Option<bool>),
    want: Want,
) {
    let Shard { blocks, sums, .. } = shard;
    let block = &mut blocks[block];
    if want.mixture {
        choose(context, scratch, block, node, sums);
    }
    if node < context.network.output() {
        let slot = context.plan.gradients.of[node];
        let mut own = take(&mut block.gradients[slot]);
        let len = context.layout(node).len(context.network.nodes[node].channels);
        gather(context, scratch, block, node, rectified, &mut own[..len]);
        block.gradients[slot] = own;
    }
    reduce(context, scratch, block, node, sums);
}

/// Weight gradients of the outgoing convolutions, and the gradient of what they all read, left in the padded scratch. Returns
/// whether that is behind a `ReLU`; `None` if there is no convolution.
fn convolutions<T: Real>(
    context: &Context<'_, T>,
    (scratch, gradient): (&mut Scratch<T>, &mut [T]),
    block: &Block<T>,
    node: NodeId,
    want: Want,
) -> Option<bool> {
    let relu = context.rectifies(node)?;
    if want.weights {
        pad(context, scratch, block, node, relu);
    }
    let mut started = winograd(context, (scratch, &mut *gradient), block, node, want);
    started |= pointwise(context, (scratch, &mut *gradient), block, (node, started), want);
    for edge in context.outgoing(node).filter(|&edge| context.plan.paths[edge] == Path::Alone) {
        let Op::Conv { shape, weight, .. } = &context.network.edges[edge].op else { continue };
        let from = raw_gradient(context, scratch, block, edge);
        if want.weights {
            context.kernels.run(ConvWeightGradient {
                shape: *shape,
                input: &scratch.padded,
                from: context.padded(node),
                output_gradient: &scratch.padded_gradient,
                gradient_layout: from,
                gradient: &mut gradient[weight.clone()],
                lanes: block.lanes,
            });
        }
        if node > 0 {
            context.kernels.run(ConvInputGradient {
                shape: *shape,
                output_gradient: &scratch.padded_gradient,
                from,
                packed: context.packed.backward(edge),
                input_gradient: &mut scratch.input_gradient,
                to: context.padded(node),
                accumulate: started,
            });
        }
        started = true;
    }
    Some(relu)
}

/// All of the node's convolutions that share transformed tiles; false if there are none.
fn winograd<T: Real>(
    context: &Context<'_, T>,
    (scratch, gradient): (&mut Scratch<T>, &mut [T]),
    block: &Block<T>,
    node: NodeId,
    want: Want,
) -> bool {
    let Some(ConvShape { inputs, outputs, .. }) = context.shape_on(Path::Winograd, node) else {
        return false;
    };
    let mut gradients = want.weights.then(|| Cutter::new(gradient));
    let mut convolutions = ArrayVec::<_, MAX_EDGES>::new();
    for edge in context.outgoing(node).filter(|&edge| context.plan.paths[edge] == Path::Winograd) {
        let (blend, weights) = (blend(context, block, edge), gradient_part(context, &mut gradients, edge));
        convolutions.push(WinogradGradient { filter: context.packed.filter(edge), blend, weights });
    }
    let from = context.padded(node);
    let len = if node > 0 { from.len(inputs) } else { 0 };
    context.kernels.run(WinogradBackward {
        input: &scratch.padded,
        from,
        inputs,
        outputs,
        convolutions: &mut convolutions,
        to: context.layout(node),
        input_gradient: &mut scratch.input_gradient[..len],
        lanes: block.lanes,
        scratch: &mut scratch.together,
    });
    true
}

/// All of the node's 1×1 convolutions; false if there are none.
fn pointwise<T: Real>(
    context: &Context<'_, T>,
    (scratch, gradient): (&mut Scratch<T>, &mut [T]),
    block: &Block<T>,
    (node, started): (NodeId, bool),
    want: Want,
) -> bool {
    let Some(ConvShape { inputs, outputs, .. }) = context.shape_on(Path::Pointwise, node) else {
        return false;
    };
    let mut gradients = want.weights.then(|| Cutter::new(gradient));
    let mut convolutions = ArrayVec::<_, MAX_EDGES>::new();
    for edge in context.outgoing(node).filter(|&edge| context.plan.paths[edge] == Path::Pointwise) {
        let (blend, weights) = (blend(context, block, edge), gradient_part(context, &mut gradients, edge));
        convolutions.push(PointwiseGradient { packed: context.packed.backward(edge), blend, weights });
    }
    let from = context.padded(node);
    let len = if node > 0 { from.len(inputs) } else { 0 };
    context.kernels.run(PointwiseBackward {
        input: &scratch.padded,
        from,
        inputs,
        outputs,
        convolutions: &mut convolutions,
        to: context.layout(node),
        input_gradient: &mut scratch.input_gradient[..len],
        accumulate: started,
        lanes: block.lanes,
        scratch: &mut scratch.together,
    });
    true
}

/// Where the gradient of an edge's weights goes; empty if it is not wanted.
fn gradient_part<'a, T: Real>(
    context: &Context<'_, T>,
    gradients: &mut Option<Cutter<'a, T>>,
    edge: usize,
) -> &'a mut [T] {
    match (&context.network.edges[edge].op, gradients) {
        (Op::Conv { weight, .. }, Some(gradients)) => gradients.cut(weight.clone()),
        _ => &mut [],
    }
}

/// Gradient of a convolution's result, through its normalisation.
pub fn blend<'a, T: Real>(context: &'a Context<'_, T>, block: &'a Block<T>, edge: usize) -> Blend<'a, T> {
    let back = context.coefficients.back(edge);
    Blend {
        output_gradient: gradient_of(context, block, edge),
        values: &block.raws[edge],
        gradient: back.gradient,
        raw: back.raw,
        constant: back.constant,
    }
}

/// Writes the gradient of a convolution's result to the scratch, with a margin if the kernel needs one. Returns its layout.
fn raw_gradient<T: Real>(
    context: &Context<'_, T>,
    scratch: &mut Scratch<T>,
    block: &Block<T>,
    edge: usize,
) -> Layout {
    let description = &context.network.edges[edge];
    let Op::Conv { shape, norm, .. } = &description.op else { unreachable!("called for convolutions") };
    let from = context.layout(description.target);
    let to = if shape.kernel == 1 { from } else { context.padded(description.target) };
    let Blend { output_gradient, values, gradient, raw, constant } = blend(context, block, edge);
    let mut terms = Terms::new();
    terms.push(Term { source: output_gradient, scale: gradient });
    if norm.is_some() {
        terms.push(Term { source: values, scale: raw });
    }
    let output = &mut scratch.padded_gradient[..];
    context.kernels.run(AffineSum { terms: &terms, bias: constant, from, output, to });
    to
}

/// The node's gradient: through its convolutions, whose part waits in the padded scratch, and through all else.
fn gather<T: Real>(
    context: &Context<'_, T>,
    scratch: &mut Scratch<T>,
    block: &Block<T>,
    node: NodeId,
    rectified: Option<bool>,
    output: &mut [Pixel<T>],
) {
    let layout = context.layout(node);
    let channels = context.network.nodes[node].channels;
    let pooled = spread_targets(context, scratch, block, node);
    let mut terms = Terms::new();
    if pooled {
        terms.push(Term { source: &scratch.pooled, scale: context.coefficients.ones() });
    }
    let mut bias = &context.coefficients.zeros()[..channels];
    for edge in context.outgoing(node) {
        let gradient = gradient_of(context, block, edge);
        let scale = context.coefficients.scale(edge);
        match context.network.edges[edge].op {
            Op::Skip => terms.push(Term { source: gradient, scale }),
            Op::Norm(_) => {
                let back = context.coefficients.back(edge);
                terms.push(Term { source: gradient, scale: back.gradient });
                terms.push(Term { source: &block.values[node], scale: back.raw });
                bias = back.constant;
            }
            Op::Conv { .. } | Op::AvgPool3 | Op::AvgPool2 | Op::Relu => {}
        }
    }
    if let Some(relu) = rectified {
        let gate = relu.then_some(&block.values[node][..]);
        let gated = Gated { gradient: &scratch.input_gradient, layout: context.padded(node), gate };
        context.kernels.run(Collect { terms: &terms, bias, gated, output: &mut *output, layout });
    } else {
        let output = &mut *output;
        context.kernels.run(AffineSum { terms: &terms, bias, from: layout, output, to: layout });
    }
    for edge in context.outgoing(node) {
        add_sole(context, block, edge, output);
    }
}

/// Adds the gradient through an edge that is the only one into its target.
fn add_sole<T: Real>(context: &Context<'_, T>, block: &Block<T>, edge: usize, output: &mut [Pixel<T>]) {
    let description = &context.network.edges[edge];
    let to = context.layout(description.target);
    let channels = context.network.nodes[description.target].channels;
    let output_gradient = gradient_of(context, block, edge);
    match description.op {
        Op::Relu => context.kernels.run(ReluBackward {
            input: &block.values[description.source],
            output_gradient,
            input_gradient: output,
        }),
        Op::AvgPool2 => context.kernels.run(AvgPool2Backward {
            output_gradient,
            to,
            input_gradient: output,
            from: context.layout(description.source),
            channels,
        }),
        _ => {}
    }
}

/// Adjoint pooling of the weighted sum of all pooled targets' gradients at once; false if nothing is pooled.
fn spread_targets<T: Real>(
    context: &Context<'_, T>,
    scratch: &mut Scratch<T>,
    block: &Block<T>,
    node: NodeId,
) -> bool {
    let pooled = context.outgoing(node).filter(|&edge| context.network.edges[edge].op == Op::AvgPool3);
    let terms = pooled.map(|edge| Term {
        source: gradient_of(context, block, edge),
        scale: context.coefficients.scale(edge),
    });
    if !sum_pooled(context, scratch, node, &terms.collect()) {
        return false;
    }
    let (layout, channels) = (context.layout(node), context.network.nodes[node].channels);
    let Scratch { sum, pooled, .. } = scratch;
    let job = AvgPool3Backward { output_gradient: sum, input_gradient: pooled, layout, channels };
    context.kernels.run(job);
    true
}

/// Gradient of the edge's target.
fn gradient_of<'a, T: Real>(context: &Context<'_, T>, block: &'a Block<T>, edge: usize) -> &'a [Pixel<T>] {
    &block.gradients[context.plan.gradients.of[context.network.edges[edge].target]]
}

/// Per-channel sums of the node's gradient against what its incoming normalised edges computed.
fn reduce<T: Real>(
    context: &Context<'_, T>,
    scratch: &mut Scratch<T>,
    block: &Block<T>,
    node: NodeId,
    sums: &mut [f64],
) {
    let edges = context.incoming(node).filter(|&edge| context.network.edges[edge].op.norm().is_some());
    let edges: ArrayVec<_, MAX_EDGES> = edges.collect();
    let inputs = edges.iter().map(|&edge| Centred {
        block: match context.network.edges[edge].op {
            Op::Conv { .. } => &block.raws[edge],
            _ => &block.values[context.network.edges[edge].source],
        },
        centre: context.coefficients.centre(edge),
    });
    let inputs: ArrayVec<_, MAX_EDGES> = inputs.collect();
    let gradient = &block.gradients[context.plan.gradients.of[node]];
    let total = dots(context, (&mut scratch.dots, block.lanes), gradient, (&edges, &inputs), node, sums);
    add(&mut sums[context.plan.node_sums[node]..], total);
}

/// Per-channel sums of what the outgoing edges without normalisation compute from the node against the gradients of their
/// targets, for the gradient of the mixture. Here rather than at the targets, because here all of them are in cache.
fn choose<T: Real>(
    context: &Context<'_, T>,
    scratch: &mut Scratch<T>,
    block: &Block<T>,
    node: NodeId,
    sums: &mut [f64],
) {
    let Scratch { pooled, dots: room, .. } = scratch;
    for op in [Op::Skip, Op::AvgPool3] {
        let chosen = |edge: &usize| {
            let edge = &context.network.edges[*edge];
            edge.choice.is_some() && edge.op == op
        };
        let edges: ArrayVec<_, MAX_EDGES> = context.outgoing(node).filter(chosen).collect();
        if edges.is_empty() {
            continue;
        }
        let mut value = &block.values[node][..];
        if op == Op::AvgPool3 {
            let (layout, channels) = (context.layout(node), context.network.nodes[node].channels);
            context.kernels.run(AvgPool3 { input: value, output: pooled, layout, channels });
            value = pooled;
        }
        let centre = context.coefficients.zeros();
        let inputs = edges.iter().map(|&edge| Centred { block: gradient_of(context, block, edge), centre });
        let inputs: ArrayVec<_, MAX_EDGES> = inputs.collect();
        dots(context, (&mut *room, block.lanes), value, (&edges, &inputs), node, sums);
    }
}

/// Adds Σ d·x of each edge's input, and returns Σ d of each channel.
fn dots<'a, T: Real>(
    context: &Context<'_, T>,
    (room, lanes): (&'a mut [f64], usize),
    gradient: &[Pixel<T>],
    (edges, inputs): (&[usize], &[Centred<'_, T>]),
    node: NodeId,
    sums: &mut [f64],
) -> &'a [f64] {
    let channels = context.network.nodes[node].channels;
    let totals = &mut room[..(1 + inputs.len()) * channels];
    totals.fill(0.0);
    let (sum, dots) = totals.split_at_mut(channels);
    let layout = context.layout(node);
    context.kernels.run(Dots { gradient, inputs, layout, lanes, sum: &mut *sum, dots: &mut *dots });
    for (&edge, dots) in edges.iter().zip(dots.chunks_exact(channels)) {
        add(&mut sums[context.plan.edge_sums[edge]..], dots);
    }
    sum
}

fn add(totals: &mut [f64], parts: &[f64]) {
    totals.iter_mut().zip(parts).for_each(|(total, part)| *total += part);
}

/// Adds the shards' partial gradients of convolutions and classifier in shard order.
pub fn add_shards<T: Real>(parts: (&Network, &Plan, &Liveness), shards: &[Shard<T>], gradient: &mut [T]) {
    gradient.par_chunks_mut(CHUNK).enumerate().for_each(|(index, chunk)| {
        let start = index * CHUNK;
        for range in summed_ranges(parts) {
            let (first, last) = (range.start.max(start), range.end.min(start + chunk.len()));
            for shard in shards.iter().filter(|_| first < last) {
                let total = &mut chunk[first - start..last - start];
                let partial = &shard.gradient[first..last];
                total.iter_mut().zip(partial).for_each(|(total, &part)| *total += part);
            }
        }
    });
}
