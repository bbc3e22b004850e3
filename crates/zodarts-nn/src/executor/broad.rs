//! Broad convolutions: those of many channels over few tiles, which run once for the whole batch.
//!
//! A node with such a convolution has three phases in each direction instead of one. Shards transform their blocks, the
//! frequencies take their products over all blocks, and shards go on with what comes back.

use super::backward::{self, Want};
use super::context::Context;
use super::forward;
use super::scratch::Scratch;
use super::shard::Shard;
use super::{Executor, Point};
use crate::graph::{Network, NodeId, Op};
use rayon::prelude::*;
use zodarts_kernels::winograd::broad::{
    BlockOf, BroadSize, FrequencyGradient, FrequencyProduct, GradientProducts, InputGradientFromProducts,
    InputProducts, OutputFromProducts,
};
use zodarts_kernels::winograd::{FREQUENCIES, WinogradFilterGradient, filter_len, filter_plane};
use zodarts_kernels::{Arena, Buffer, Kernels, LANES, Moments2, Pixel, Real};

/// Output channels whose weight gradients a thread takes out of the transformed one at a time.
const ROWS: usize = 8;

/// A broad convolution.
#[derive(Clone, Copy, Debug)]
pub struct Broad {
    /// The convolution, the only one out of its node.
    pub edge: usize,
    /// Input channels.
    pub inputs: usize,
    /// Output channels.
    pub outputs: usize,
    /// Tiles of a block.
    pub tiles: usize,
}

impl Broad {
    fn size(&self, blocks: usize) -> BroadSize {
        BroadSize { inputs: self.inputs, outputs: self.outputs, tiles: self.tiles, blocks }
    }

    fn part(&self, (block, blocks): (usize, usize), channels: usize) -> BlockOf {
        BlockOf { block, blocks, tiles: self.tiles, channels }
    }
}

/// What the frequencies hold, for the convolution at work: each buffer has one equal part for every frequency.
#[derive(Debug, Default)]
pub struct Frequencies<T> {
    /// Products of the inputs.
    x: Buffer<T>,
    /// The same with images in a row.
    turned: Buffer<T>,
    /// Products of the gradients of the outputs.
    dy: Buffer<T>,
    /// Products of what comes back: of the outputs, or of the gradients of the inputs.
    result: Buffer<T>,
    /// Gradient of the transformed filter.
    gradient: Buffer<T>,
    blocks: usize,
}

/// Pixels of the buffers of [`Frequencies`], in their order, for the convolutions of a plan.
pub fn frequency_lengths(convolutions: &[Option<Broad>], blocks: usize) -> [usize; 5] {
    let most = |len: &dyn Fn(&Broad) -> usize| convolutions.iter().flatten().map(len).max().unwrap_or(0);
    let planes = |channels: usize, broad: &Broad| FREQUENCIES * channels * broad.tiles * blocks;
    let x = most(&|broad| planes(broad.inputs, broad));
    let y = most(&|broad| planes(broad.outputs, broad));
    [x, x, y, x.max(y), most(&|broad| filter_len(broad.inputs, broad.outputs))]
}

impl<T: Real> Frequencies<T> {
    /// Makes room for a batch, if there is too little.
    pub fn prepare(&mut self, convolutions: &[Option<Broad>], blocks: usize) {
        if self.blocks >= blocks {
            return;
        }
        let lengths = frequency_lengths(convolutions, blocks);
        let mut arena = Arena::new(lengths);
        let [x, turned, dy, result, gradient] = lengths.map(|len| arena.take(len));
        *self = Self { x, turned, dy, result, gradient, blocks };
    }

    /// Products of the outputs.
    fn forward(&mut self, kernels: Kernels<T>, size: BroadSize, filter: &[Pixel<T>], blocks: &Blocks<'_, T>) {
        let (x, y) = (planes(size, size.inputs), planes(size, size.outputs));
        let filters = filter.par_chunks_exact(filter_plane(size.inputs, size.outputs));
        let parts = self.x.par_chunks_exact_mut(x).zip(self.result.par_chunks_exact_mut(y));
        filters.zip(parts).enumerate().take(FREQUENCIES).for_each(|(f, (filter, (x, to)))| {
            blocks.collect(f, size.inputs, Side::Inputs, x);
            kernels.run(FrequencyProduct { size, filter, transposed: false, from: x, to });
        });
    }

    /// Products of the gradients of the inputs and, if they are wanted, the gradient of the transformed filter.
    fn backward(
        &mut self,
        kernels: Kernels<T>,
        size: BroadSize,
        filter: &[Pixel<T>],
        blocks: &Blocks<'_, T>,
        weights: bool,
    ) {
        let (x, y) = (planes(size, size.inputs), planes(size, size.outputs));
        let plane = filter_plane(size.inputs, size.outputs);
        let inputs = self.x.par_chunks_exact_mut(x).zip(self.turned.par_chunks_exact_mut(x));
        let gradients = self.dy.par_chunks_exact_mut(y).zip(self.gradient.par_chunks_exact_mut(plane));
        let filters = filter.par_chunks_exact(plane).zip(self.result.par_chunks_exact_mut(x));
        let parts = filters.zip(inputs.zip(gradients)).enumerate().take(FREQUENCIES);
        parts.for_each(|(f, ((filter, to), ((x, room), (dy, gradient))))| {
            blocks.collect(f, size.outputs, Side::Outputs, dy);
            kernels.run(FrequencyProduct { size, filter, transposed: true, from: dy, to });
            if weights {
                blocks.collect(f, size.inputs, Side::Inputs, x);
                kernels.run(FrequencyGradient { size, x, dy, room, gradient });
            }
        });
    }

    /// Brings a block's part of the result together.
    fn distribute(&self, part: BlockOf, products: &mut [Pixel<T>]) {
        let plane = part.channels * part.tiles * part.blocks;
        for (f, from) in self.result.chunks_exact(plane).enumerate().take(FREQUENCIES) {
            part.distribute(from, f, products);
        }
    }
}

/// Pixels of one frequency.
fn planes(size: BroadSize, channels: usize) -> usize {
    channels * size.tiles * size.blocks
}

/// The blocks of a batch, to be read.
struct Blocks<'a, T> {
    shards: &'a [Shard<T>],
    tiles: usize,
    count: usize,
}

/// Which products of a block.
#[derive(Clone, Copy)]
enum Side {
    Inputs,
    Outputs,
}

impl<T: Real> Blocks<'_, T> {
    /// One frequency of the products of all blocks.
    fn collect(&self, frequency: usize, channels: usize, side: Side, to: &mut [Pixel<T>]) {
        let blocks = self.shards.iter().flat_map(|shard| &shard.blocks[..shard.active]);
        for (number, block) in blocks.enumerate() {
            let part = BlockOf { block: number, blocks: self.count, tiles: self.tiles, channels };
            let products = match side {
                Side::Inputs => &block.products,
                Side::Outputs => &block.gradient_products,
            };
            part.collect(products, frequency, block.lanes, to);
        }
    }
}

impl<T: Real> Executor<T> {
    /// [`forward::node`] for all blocks of a node with a broad convolution.
    pub(super) fn forward_broad(&mut self, point: Point<'_, T>, node: NodeId, broad: Broad) {
        self.run(point, |context, shard, scratch| {
            for block in 0..shard.active {
                forward::build_node(context, (&mut *shard, &mut *scratch), block, node);
                input_products(context, (&mut *shard, &mut *scratch), block, node);
            }
        });
        let size = broad.size(self.blocks(broad).count);
        let mut frequencies = std::mem::take(&mut self.frequencies);
        frequencies.forward(self.kernels, size, self.packed.filter(broad.edge), &self.blocks(broad));
        self.run(point, |context, shard, scratch| {
            for block in 0..shard.active {
                let part = broad.part((shard.blocks[block].number(), size.blocks), broad.outputs);
                frequencies.distribute(part, &mut scratch.together);
                output(context, (&mut *shard, &mut *scratch), block, broad);
            }
        });
        self.frequencies = frequencies;
    }

    /// [`backward::node`] for all blocks of a node with a broad convolution. Its weights' gradient goes to `gradient`.
    pub(super) fn backward_broad(
        &mut self,
        point: Point<'_, T>,
        (node, broad): (NodeId, Broad),
        want: Want,
        gradient: Option<&mut [T]>,
    ) {
        self.run(point, |context, shard, scratch| {
            for block in 0..shard.active {
                if want.weights {
                    input_products(context, (&mut *shard, &mut *scratch), block, node);
                }
                gradient_products(context, shard, block, broad);
            }
        });
        let size = broad.size(self.blocks(broad).count);
        let mut frequencies = std::mem::take(&mut self.frequencies);
        let filter = self.packed.filter(broad.edge);
        frequencies.backward(self.kernels, size, filter, &self.blocks(broad), want.weights);
        if let Some(gradient) = gradient {
            let range = weights(&self.network, broad);
            weight_gradient(self.kernels, broad, &frequencies.gradient, &mut gradient[range]);
        }
        self.run(point, |context, shard, scratch| {
            for block in 0..shard.active {
                let part = broad.part((shard.blocks[block].number(), size.blocks), broad.inputs);
                frequencies.distribute(part, &mut scratch.together);
                input_gradient(context, scratch, node, broad);
                let relu = context.rectifies(node);
                backward::finish_node(context, (&mut *shard, &mut *scratch), block, (node, relu), want);
            }
        });
        self.frequencies = frequencies;
    }

    fn blocks(&self, broad: Broad) -> Blocks<'_, T> {
        let shards = &self.shards[..self.active];
        Blocks { shards, tiles: broad.tiles, count: self.images.div_ceil(LANES) }
    }
}

/// Transforms a block of the node's values, rectified if the convolution wants that.
fn input_products<T: Real>(
    context: &Context<'_, T>,
    (shard, scratch): (&mut Shard<T>, &mut Scratch<T>),
    block: usize,
    node: NodeId,
) {
    let block = &mut shard.blocks[block];
    forward::pad(context, scratch, block, node, context.rectifies(node).unwrap_or(false));
    context.kernels.run(InputProducts {
        input: &scratch.padded,
        from: context.padded(node),
        channels: context.network.nodes[node].channels,
        products: &mut block.products,
    });
}

/// Transforms the gradient of a block of the convolution's results.
fn gradient_products<T: Real>(context: &Context<'_, T>, shard: &mut Shard<T>, block: usize, broad: Broad) {
    let block = &mut shard.blocks[block];
    let mut products = std::mem::take(&mut block.gradient_products);
    context.kernels.run(GradientProducts {
        blend: backward::blend(context, block, broad.edge),
        from: context.layout(context.network.edges[broad.edge].target),
        channels: broad.outputs,
        products: &mut products,
    });
    block.gradient_products = products;
}

/// The convolution's results in a block, from their products in the scratch, and their moments.
fn output<T: Real>(
    context: &Context<'_, T>,
    (shard, scratch): (&mut Shard<T>, &mut Scratch<T>),
    block: usize,
    broad: Broad,
) {
    let block = &mut shard.blocks[block];
    let moments: &mut [Moments2] = &mut shard.moments[context.plan.edge_sums[broad.edge]..][..broad.outputs];
    context.kernels.run(OutputFromProducts {
        products: &scratch.together,
        channels: broad.outputs,
        block: &mut block.raws[broad.edge],
        to: context.layout(context.network.edges[broad.edge].target),
        lanes: block.lanes,
        moments,
    });
}

/// The gradient of what the convolution reads, from its products in the scratch.
fn input_gradient<T: Real>(context: &Context<'_, T>, scratch: &mut Scratch<T>, node: NodeId, broad: Broad) {
    context.kernels.run(InputGradientFromProducts {
        products: &scratch.together,
        channels: broad.inputs,
        block: &mut scratch.input_gradient,
        to: context.padded(node),
    });
}

/// Adds the gradient of the convolution's weights.
fn weight_gradient<T: Real>(kernels: Kernels<T>, broad: Broad, filter: &[Pixel<T>], gradient: &mut [T]) {
    let Broad { inputs, outputs, .. } = broad;
    let filter = &filter[..filter_len(inputs, outputs)];
    let row = gradient.len() / outputs;
    gradient.par_chunks_mut(ROWS * row).enumerate().for_each(|(chunk, gradient)| {
        let first = chunk * ROWS;
        let rows = first..first + gradient.len() / row;
        kernels.run(WinogradFilterGradient { filter, inputs, outputs, rows, gradient });
    });
}

fn weights(network: &Network, broad: Broad) -> std::ops::Range<usize> {
    match &network.edges[broad.edge].op {
        Op::Conv { weight, .. } => weight.clone(),
        _ => unreachable!("planned for convolutions"),
    }
}
