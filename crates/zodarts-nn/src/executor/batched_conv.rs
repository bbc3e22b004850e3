//! A convolution that runs once for the whole batch.

use zodarts_kernels::winograd::batched::{BatchedSize, BlockSlot};

/// A convolution by batched Winograd: one of many channels over few tiles.
#[derive(Clone, Copy, Debug)]
pub struct BatchedConv {
    /// Index of the convolution's edge, which is the only convolution out of its node.
    pub edge: usize,
    /// Input channels.
    pub inputs: usize,
    /// Output channels.
    pub outputs: usize,
    /// Tiles of a block.
    pub tiles: usize,
}

impl BatchedConv {
    /// Returns the sizes of the convolution for a batch of `blocks` blocks.
    pub fn size(&self, blocks: usize) -> BatchedSize {
        BatchedSize { inputs: self.inputs, outputs: self.outputs, tiles: self.tiles, blocks }
    }

    /// Returns the place of the products of block number `block` of `blocks`.
    pub fn slot(&self, block: usize, blocks: usize, channels: usize) -> BlockSlot {
        BlockSlot { block, blocks, tiles: self.tiles, channels }
    }
}
