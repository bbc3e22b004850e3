//! Forward work of one block at one node.

use super::Statistics;
use super::block::Block;
use super::context::Context;
use super::cutter::Cutter;
use super::plan::Path;
use super::scratch::Scratch;
use super::shard::Shard;
use crate::graph::{MAX_EDGES, NodeId, Op};
use arrayvec::ArrayVec;
use std::mem::take;
use zodarts_kernels::pointwise::{PointwiseForward, PointwiseOutput};
use zodarts_kernels::winograd::{WinogradForward, WinogradOutput};
use zodarts_kernels::{
    AffineSum, AvgPool2, AvgPool3, Conv, ConvShape, Moments, Moments2, Pad, Pixel, Real, Relu, Term,
};

/// Writes the node as the sum of its edges, then runs its outgoing convolutions and measures what will be
/// normalised.
pub fn node<T: Real>(
    context: &Context<'_, T>,
    (shard, scratch): (&mut Shard<T>, &mut Scratch<T>),
    block: usize,
    node: NodeId,
    statistics: Statistics,
) {
    if !context.live.nodes[node] {
        return;
    }
    build_node(context, (&mut *shard, &mut *scratch), block, node);
    let Shard { blocks, moments, .. } = shard;
    let block = &mut blocks[block];
    let moments = (statistics == Statistics::Batch).then_some(&mut moments[..]);
    convolve(context, scratch, block, node, moments);
}

/// Writes the node as the sum of its edges.
pub fn build_node<T: Real>(
    context: &Context<'_, T>,
    (shard, scratch): (&mut Shard<T>, &mut Scratch<T>),
    block: usize,
    node: NodeId,
) {
    if node > 0 {
        build(context, scratch, &mut shard.blocks[block], node);
    }
}

/// Terms of a sum, without allocation: an edge adds two at most.
pub type Terms<'a, T> = ArrayVec<Term<'a, T>, { 2 * MAX_EDGES }>;

fn build<T: Real>(context: &Context<'_, T>, scratch: &mut Scratch<T>, block: &mut Block<T>, node: NodeId) {
    let layout = context.layout(node);
    let mut value = take(&mut block.values[node]);
    let output = &mut value[..];
    if !build_sole(context, block, node, output) {
        let pooled = pool_sources(context, scratch, block, node);
        let mut terms = Terms::new();
        for edge in context.incoming(node) {
            let source = context.network.edges[edge].source;
            let scale = context.coefficients.scale(edge);
            match context.network.edges[edge].op {
                Op::Conv { .. } => terms.push(Term { source: &block.raws[edge], scale }),
                Op::Norm(_) | Op::Skip => terms.push(Term { source: &block.values[source], scale }),
                Op::AvgPool3 | Op::AvgPool2 | Op::Relu => {}
            }
        }
        if pooled {
            terms.push(Term { source: &scratch.pooled, scale: context.coefficients.ones() });
        }
        let bias = context.coefficients.bias(node);
        context.kernels.run(AffineSum { terms: &terms, bias, from: layout, output, to: layout });
    }
    block.values[node] = value;
}

/// Builds a node whose only edge is not a term of a sum; false if it is not such a node.
fn build_sole<T: Real>(
    context: &Context<'_, T>,
    block: &Block<T>,
    node: NodeId,
    output: &mut [Pixel<T>],
) -> bool {
    let Some(edge) = context.incoming(node).next() else { return false };
    let source = context.network.edges[edge].source;
    let input = &block.values[source][..];
    match context.network.edges[edge].op {
        Op::Relu => context.kernels.run(Relu { input, output }),
        Op::AvgPool2 => context.kernels.run(AvgPool2 {
            input,
            from: context.layout(source),
            output,
            to: context.layout(node),
            channels: context.network.nodes[node].channels,
        }),
        _ => return false,
    }
    true
}

/// Pools the weighted sum of all sources at once, for pooling is linear; false if nothing is pooled.
fn pool_sources<T: Real>(
    context: &Context<'_, T>,
    scratch: &mut Scratch<T>,
    block: &Block<T>,
    node: NodeId,
) -> bool {
    let pooled = context.incoming(node).filter(|&edge| context.network.edges[edge].op == Op::AvgPool3);
    let terms = pooled.map(|edge| Term {
        source: &block.values[context.network.edges[edge].source][..],
        scale: context.coefficients.scale(edge),
    });
    if !sum_pooled(context, scratch, node, &terms.collect()) {
        return false;
    }
    let (layout, channels) = (context.layout(node), context.network.nodes[node].channels);
    let Scratch { sum, pooled, .. } = scratch;
    context.kernels.run(AvgPool3 { input: sum, output: pooled, layout, channels });
    true
}

/// Writes the sum of what is pooled together to the scratch; false if there is nothing.
pub fn sum_pooled<T: Real>(
    context: &Context<'_, T>,
    scratch: &mut Scratch<T>,
    node: NodeId,
    terms: &Terms<'_, T>,
) -> bool {
    if terms.is_empty() {
        return false;
    }
    let (layout, output) = (context.layout(node), &mut scratch.sum[..]);
    let bias = &context.coefficients.zeros()[..context.network.nodes[node].channels];
    context.kernels.run(AffineSum { terms, bias, from: layout, output, to: layout });
    true
}

/// Runs the node's convolutions and measures their results, if `moments` are wanted.
fn convolve<T: Real>(
    context: &Context<'_, T>,
    scratch: &mut Scratch<T>,
    block: &mut Block<T>,
    node: NodeId,
    mut moments: Option<&mut [Moments2]>,
) {
    if let Some(relu) = context.rectifies(node) {
        pad(context, scratch, block, node, relu);
        winograd(context, scratch, block, node, moments.as_deref_mut());
        pointwise(context, scratch, block, node, moments.as_deref_mut());
    }
    for edge in context.outgoing(node).filter(|&edge| context.plan.paths[edge] == Path::Alone) {
        direct_convolution(context, scratch, block, edge);
        if let Some(moments) = moments.as_deref_mut() {
            measure(context, scratch, block, edge, moments);
        }
    }
}

fn direct_convolution<T: Real>(
    context: &Context<'_, T>,
    scratch: &Scratch<T>,
    block: &mut Block<T>,
    edge: usize,
) {
    let description = &context.network.edges[edge];
    let Op::Conv { shape, .. } = &description.op else { return };
    let to = context.layout(description.target);
    context.kernels.run(Conv {
        shape: *shape,
        input: &scratch.padded,
        from: context.padded(description.source),
        packed: context.packed.forward(edge),
        output: &mut block.raws[edge],
        to,
        accumulate: false,
    });
}

/// All of the node's convolutions that share transformed tiles.
fn winograd<T: Real>(
    context: &Context<'_, T>,
    scratch: &mut Scratch<T>,
    block: &mut Block<T>,
    node: NodeId,
    moments: Option<&mut [Moments2]>,
) {
    let Some(ConvShape { inputs, outputs, .. }) = context.shape_on(Path::Winograd, node) else { return };
    let mut moments = moments.map(Cutter::new);
    let mut convolutions = ArrayVec::<_, MAX_EDGES>::new();
    for (edge, raw) in block.raws.iter_mut().enumerate() {
        if context.takes(Path::Winograd, node, edge) {
            let (filter, moments) = (context.packed.filter(edge), moments_of(context, &mut moments, edge));
            convolutions.push(WinogradOutput { filter, block: raw, moments });
        }
    }
    context.kernels.run(WinogradForward {
        input: &scratch.padded,
        from: context.padded(node),
        inputs,
        outputs,
        convolutions: &mut convolutions,
        to: context.layout(node),
        lanes: block.lanes,
        scratch: &mut scratch.together,
    });
}

/// All of the node's 1×1 convolutions.
fn pointwise<T: Real>(
    context: &Context<'_, T>,
    scratch: &mut Scratch<T>,
    block: &mut Block<T>,
    node: NodeId,
    moments: Option<&mut [Moments2]>,
) {
    let Some(ConvShape { inputs, outputs, .. }) = context.shape_on(Path::Pointwise, node) else { return };
    let mut moments = moments.map(Cutter::new);
    let mut convolutions = ArrayVec::<_, MAX_EDGES>::new();
    for (edge, raw) in block.raws.iter_mut().enumerate() {
        if context.takes(Path::Pointwise, node, edge) {
            let (packed, moments) = (context.packed.forward(edge), moments_of(context, &mut moments, edge));
            convolutions.push(PointwiseOutput { packed, block: raw, moments });
        }
    }
    context.kernels.run(PointwiseForward {
        input: &scratch.padded,
        from: context.padded(node),
        inputs,
        outputs,
        convolutions: &mut convolutions,
        to: context.layout(node),
        lanes: block.lanes,
    });
}

/// Where the moments of an edge's result go; empty if they are not wanted.
fn moments_of<'a, T: Real>(
    context: &Context<'_, T>,
    moments: &mut Option<Cutter<'a, Moments2>>,
    edge: usize,
) -> &'a mut [Moments2] {
    let start = context.plan.edge_sums[edge];
    let channels = context.network.nodes[context.network.edges[edge].target].channels;
    moments.as_mut().map_or(&mut [], |moments| moments.cut(start..start + channels))
}

/// Copies the node's value into the padded scratch, rectified if its convolutions want that.
pub fn pad<T: Real>(
    context: &Context<'_, T>,
    scratch: &mut Scratch<T>,
    block: &Block<T>,
    node: NodeId,
    relu: bool,
) {
    context.kernels.run(Pad {
        input: &block.values[node],
        from: context.layout(node),
        channels: context.network.nodes[node].channels,
        relu,
        output: &mut scratch.padded,
        to: context.padded(node),
    });
}

/// Adds the moments of what the edge's normalisation reads, if it has one.
fn measure<T: Real>(
    context: &Context<'_, T>,
    scratch: &mut Scratch<T>,
    block: &Block<T>,
    edge: usize,
    totals: &mut [Moments2],
) {
    let description = &context.network.edges[edge];
    let input = match description.op {
        Op::Conv { norm: Some(_), .. } => &block.raws[edge],
        Op::Norm(_) => &block.values[description.source],
        _ => return,
    };
    let layout = context.layout(description.target);
    let channels = context.network.nodes[description.target].channels;
    let output = &mut scratch.moments[..channels];
    context.kernels.run(Moments { input, layout, lanes: block.lanes, output });
    let totals = &mut totals[context.plan.edge_sums[edge]..][..channels];
    for (total, moments) in totals.iter_mut().zip(output) {
        *total = total.merge(*moments);
    }
}
