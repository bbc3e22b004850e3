//! The shards of a batch and the temporaries of the threads that work on them.

use super::block::Block;
use super::live_network::LiveNetwork;
use super::partial_sums::PartialSums;
use super::pass::BatchView;
use super::scratch::{Scratch, ScratchPool};
use super::shard::Shard;
use rayon::prelude::*;
use zodarts_kernels::{LANES, Real};

/// Most shards of a batch, and so the most threads that one executor can use.
pub const MAX_SHARDS: usize = 8;

/// The buffers of a batch.
#[derive(Debug)]
pub struct Workers<T> {
    shards: Vec<Shard<T>>,
    scratches: ScratchPool<T>,
    /// Number of shards in use; they come first.
    active: usize,
    /// Number of images in the batch.
    images: usize,
    /// True if the last phase began with the last shard.
    reversed: bool,
}

impl<T: Real> Workers<T> {
    /// Creates buffers for an empty batch.
    pub fn new() -> Self {
        Self { shards: Vec::new(), scratches: ScratchPool::default(), active: 0, images: 0, reversed: false }
    }

    /// Distributes a batch over the shards.
    pub fn begin(&mut self, net: &LiveNetwork, batch: BatchView<'_>, backward: bool) {
        let blocks = batch.count.div_ceil(LANES);
        self.images = batch.count;
        self.active = blocks.min(MAX_SHARDS);
        while self.shards.len() < self.active {
            self.shards.push(Shard::new(&net.plan));
        }
        let active = self.active;
        self.shards[..active].par_iter_mut().enumerate().for_each(|(index, shard)| {
            let (first, last) = (index * blocks / active, (index + 1) * blocks / active);
            shard.begin(net, first..last, batch, backward);
        });
    }

    /// Returns the shards in use.
    pub fn shards(&self) -> &[Shard<T>] {
        &self.shards[..self.active]
    }

    /// Returns the blocks in use, in the order of the batch.
    pub fn blocks(&self) -> impl Iterator<Item = &Block<T>> {
        self.shards().iter().flat_map(Shard::blocks)
    }

    /// Returns the number of images in the batch.
    pub fn images(&self) -> usize {
        self.images
    }

    /// Calls `work` on every block, on as many threads as the current pool has. Every other call begins with
    /// the last shard, for the memory touched last may still be in cache.
    pub fn for_blocks(
        &mut self,
        net: &LiveNetwork,
        work: impl Fn(&mut Scratch<T>, &mut Block<T>, &mut PartialSums<T>) + Sync,
    ) {
        self.reversed = !self.reversed;
        let on_shard = |shard: &mut Shard<T>| {
            self.scratches.lend(net, |scratch| {
                shard.for_blocks(|block, partial| work(scratch, block, partial));
            });
        };
        match &mut self.shards[..self.active] {
            [only] => on_shard(only),
            shards if self.reversed => shards.par_iter_mut().rev().for_each(on_shard),
            shards => shards.par_iter_mut().for_each(on_shard),
        }
    }
}
