//! Buffers and products of the frequencies of batched Winograd.

use super::batched_conv::BatchedConv;
use super::shard::Shard;
use rayon::prelude::*;
use zodarts_kernels::winograd::batched::{BatchedSize, BlockSlot, FrequencyGradient, FrequencyProduct};
use zodarts_kernels::winograd::{FREQUENCIES, filter_len, filter_plane};
use zodarts_kernels::{Arena, Buffer, Kernels, Pixel, Real};

/// Buffers of the batched convolution at work. Each has one equal part per frequency.
#[derive(Debug, Default)]
pub struct FrequencyBuffers<T> {
    /// Products of the inputs, `[frequency][channel][block][tile][lane]`.
    x: Buffer<T>,
    /// The same with images in a row.
    transposed: Buffer<T>,
    /// Products of the gradients of the outputs, `[frequency][channel][block][tile][lane]`.
    dy: Buffer<T>,
    /// Products of the outputs, or of the gradients of the inputs, `[frequency][channel][block][tile][lane]`.
    result: Buffer<T>,
    /// Gradient of the transformed filter.
    gradient: Buffer<T>,
    /// Number of blocks that the buffers hold.
    blocks: usize,
}

/// Returns the pixels of the buffers of [`FrequencyBuffers`], in their order.
pub fn frequency_lengths(convolutions: &[Option<BatchedConv>], blocks: usize) -> [usize; 5] {
    let most =
        |len: &dyn Fn(&BatchedConv) -> usize| convolutions.iter().flatten().map(len).max().unwrap_or(0);
    let planes = |channels: usize, conv: &BatchedConv| FREQUENCIES * channels * conv.tiles * blocks;
    let x = most(&|conv| planes(conv.inputs, conv));
    let y = most(&|conv| planes(conv.outputs, conv));
    [x, x, y, x.max(y), most(&|conv| filter_len(conv.inputs, conv.outputs))]
}

/// A batched convolution with its filter and the blocks of the batch.
pub struct BatchedOperands<'a, T> {
    /// The kernels.
    pub kernels: Kernels<T>,
    /// Sizes of the convolution.
    pub size: BatchedSize,
    /// The transformed filter.
    pub filter: &'a [Pixel<T>],
    /// The shards in use, whose blocks hold the products.
    pub shards: &'a [Shard<T>],
}

/// The products of a block that a frequency gathers.
#[derive(Clone, Copy)]
enum BlockProducts {
    Inputs,
    OutputGradients,
}

impl<T: Real> BatchedOperands<'_, T> {
    /// Returns the pixels of one frequency of `channels` channels.
    fn plane(&self, channels: usize) -> usize {
        channels * self.size.tiles * self.size.blocks
    }

    /// Gathers one frequency of the products of all blocks, `[channel][block][tile][lane]`.
    fn gather(&self, frequency: usize, which: BlockProducts, to: &mut [Pixel<T>]) {
        let BatchedSize { inputs, outputs, tiles, blocks } = self.size;
        for (number, block) in self.shards.iter().flat_map(Shard::blocks).enumerate() {
            let (products, channels) = match which {
                BlockProducts::Inputs => (&block.products, inputs),
                BlockProducts::OutputGradients => (&block.gradient_products, outputs),
            };
            let slot = BlockSlot { block: number, blocks, tiles, channels };
            slot.gather(products, frequency, block.lanes, to);
        }
    }
}

impl<T: Real> FrequencyBuffers<T> {
    /// Allocates the buffers for a batch of `blocks` blocks, if they are too small.
    pub fn prepare(&mut self, convolutions: &[Option<BatchedConv>], blocks: usize) {
        if self.blocks >= blocks {
            return;
        }
        let lengths = frequency_lengths(convolutions, blocks);
        let mut arena = Arena::new(lengths);
        let [x, transposed, dy, result, gradient] = lengths.map(|len| arena.take(len));
        *self = Self { x, transposed, dy, result, gradient, blocks };
    }

    /// Computes the products of the outputs.
    pub fn forward(&mut self, operands: &BatchedOperands<'_, T>) {
        let BatchedOperands { kernels, size, filter, .. } = *operands;
        let (x, y) = (operands.plane(size.inputs), operands.plane(size.outputs));
        let filters = filter.par_chunks_exact(filter_plane(size.inputs, size.outputs));
        let parts = self.x.par_chunks_exact_mut(x).zip(self.result.par_chunks_exact_mut(y));
        filters.zip(parts).enumerate().take(FREQUENCIES).for_each(|(f, (filter, (x, to)))| {
            operands.gather(f, BlockProducts::Inputs, x);
            kernels.run(FrequencyProduct { size, filter, transposed: false, from: x, to });
        });
    }

    /// Computes the products of the gradients of the inputs and, if `weights`, the gradient of the
    /// transformed filter.
    pub fn backward(&mut self, operands: &BatchedOperands<'_, T>, weights: bool) {
        let BatchedOperands { kernels, size, filter, .. } = *operands;
        let (x, y) = (operands.plane(size.inputs), operands.plane(size.outputs));
        let plane = filter_plane(size.inputs, size.outputs);
        let inputs = self.x.par_chunks_exact_mut(x).zip(self.transposed.par_chunks_exact_mut(x));
        let gradients = self.dy.par_chunks_exact_mut(y).zip(self.gradient.par_chunks_exact_mut(plane));
        let filters = filter.par_chunks_exact(plane).zip(self.result.par_chunks_exact_mut(x));
        let parts = filters.zip(inputs.zip(gradients)).enumerate().take(FREQUENCIES);
        parts.for_each(|(f, ((filter, to), ((x, scratch), (dy, gradient))))| {
            operands.gather(f, BlockProducts::OutputGradients, dy);
            kernels.run(FrequencyProduct { size, filter, transposed: true, from: dy, to });
            if weights {
                operands.gather(f, BlockProducts::Inputs, x);
                kernels.run(FrequencyGradient { size, x, dy, scratch, gradient });
            }
        });
    }

    /// Copies a block's part of the result to the products of the block.
    pub fn scatter(&self, slot: BlockSlot, products: &mut [Pixel<T>]) {
        let plane = slot.channels * slot.tiles * slot.blocks;
        for (f, from) in self.result.chunks_exact(plane).enumerate().take(FREQUENCIES) {
            slot.scatter(from, f, products);
        }
    }

    /// Returns the gradient of the transformed filter.
    pub fn filter_gradient(&self) -> &[Pixel<T>] {
        &self.gradient
    }
}
