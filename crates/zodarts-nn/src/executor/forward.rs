//! Forward work of one block at one node.

use super::Statistics;
use super::context::Context;
use super::shard::{Block, Scratch, Shard, sized};
use crate::graph::{MAX_EDGES, NodeId, Op};
use std::mem::take;
use zodarts_kernels::{AffineSum, AvgPool2, AvgPool3, Conv, Moments, Moments2, Pad, Pixel, Real, Relu, Term};

/// Writes the node as the sum of its edges, then runs its outgoing convolutions and measures what will be
/// normalised.
pub fn node<T: Real>(
    context: &Context<'_, T>,
    shard: &mut Shard<T>,
    block: usize,
    node: NodeId,
    statistics: Statistics,
) {
    if !context.live.nodes[node] {
        return;
    }
    let Shard { blocks, scratch, moments, .. } = shard;
    let block = &mut blocks[block];
    if node > 0 {
        build(context, scratch, block, node);
    }
    convolve(context, scratch, block, node);
    if statistics == Statistics::Batch {
        measure(context, scratch, block, node, moments);
    }
}

/// Terms of a sum, without allocation: an edge adds two at most.
pub struct Terms<'a, T> {
    items: [Term<'a, T>; 2 * MAX_EDGES],
    len: usize,
}

impl<'a, T: Real> Terms<'a, T> {
    pub fn new() -> Self {
        Self { items: [Term { source: &[], scale: &[] }; 2 * MAX_EDGES], len: 0 }
    }

    pub fn push(&mut self, source: &'a [Pixel<T>], scale: &'a [T]) {
        self.items[self.len] = Term { source, scale };
        self.len += 1;
    }

    pub fn as_slice(&self) -> &[Term<'a, T>] {
        &self.items[..self.len]
    }
}

fn build<T: Real>(context: &Context<'_, T>, scratch: &mut Scratch<T>, block: &mut Block<T>, node: NodeId) {
    let layout = context.layout(node);
    let channels = context.network.nodes[node].channels;
    let mut value = take(&mut block.values[node]);
    let output = sized(&mut value, layout.len(channels));
    if !build_sole(context, block, node, output) {
        let pooled = pool_sources(context, scratch, block, node);
        let mut terms = Terms::new();
        for edge in context.incoming(node) {
            let source = context.network.edges[edge].source;
            let scale = context.coefficients.scale(edge);
            match context.network.edges[edge].op {
                Op::Conv { .. } => terms.push(&block.raws[edge], scale),
                Op::Norm(_) | Op::Skip => terms.push(&block.values[source], scale),
                Op::AvgPool3 | Op::AvgPool2 | Op::Relu => {}
            }
        }
        if pooled {
            terms.push(&scratch.pooled, context.coefficients.ones());
        }
        let bias = context.coefficients.bias(node);
        let terms = terms.as_slice();
        context.kernels.run(AffineSum { terms, bias, from: layout, output, to: layout, step: 1 });
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
    let layout = context.layout(node);
    let channels = context.network.nodes[node].channels;
    let mut terms = Terms::new();
    for edge in context.incoming(node) {
        if context.network.edges[edge].op == Op::AvgPool3 {
            let source = context.network.edges[edge].source;
            terms.push(&block.values[source], context.coefficients.scale(edge));
        }
    }
    if terms.as_slice().is_empty() {
        return false;
    }
    let Scratch { sum, pooled, row, .. } = scratch;
    let bias = &context.coefficients.zeros()[..channels];
    let terms = terms.as_slice();
    context.kernels.run(AffineSum { terms, bias, from: layout, output: sum, to: layout, step: 1 });
    context.kernels.run(AvgPool3 { input: sum, output: pooled, layout, channels, scratch: row });
    true
}

fn convolve<T: Real>(context: &Context<'_, T>, scratch: &mut Scratch<T>, block: &mut Block<T>, node: NodeId) {
    let mut ready = false;
    for edge in context.outgoing(node) {
        let Op::Conv { shape, relu, .. } = &context.network.edges[edge].op else { continue };
        if !ready {
            pad(context, scratch, block, node, *relu);
            ready = true;
        }
        let to = context.layout(context.network.edges[edge].target);
        context.kernels.run(Conv {
            shape: *shape,
            input: &scratch.padded,
            from: context.padded(node),
            packed: context.packed.forward(edge),
            output: sized(&mut block.raws[edge], to.len(shape.outputs)),
            to,
            accumulate: false,
        });
    }
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

fn measure<T: Real>(
    context: &Context<'_, T>,
    scratch: &mut Scratch<T>,
    block: &Block<T>,
    node: NodeId,
    totals: &mut [Moments2],
) {
    for edge in context.outgoing(node) {
        let input = match context.network.edges[edge].op {
            Op::Conv { norm: Some(_), .. } => &block.raws[edge],
            Op::Norm(_) => &block.values[node],
            _ => continue,
        };
        let target = context.network.edges[edge].target;
        let channels = context.network.nodes[target].channels;
        let output = &mut scratch.moments[..channels];
        context.kernels.run(Moments { input, layout: context.layout(target), lanes: block.lanes, output });
        let totals = &mut totals[context.plan.edge_sums[edge]..][..channels];
        for (total, moments) in totals.iter_mut().zip(output) {
            *total = total.merge(*moments);
        }
    }
}
