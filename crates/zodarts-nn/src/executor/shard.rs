//! A fixed part of a batch and its partial sums.

use super::block::Block;
use super::live_network::LiveNetwork;
use super::partial_sums::PartialSums;
use super::pass::BatchView;
use super::plan::ExecutionPlan;
use crate::graph::Op;
use rayon::prelude::*;
use std::ops::Range;
use zodarts_kernels::Real;

/// Weights whose partial gradients one thread adds at a time.
const CHUNK: usize = 1 << 14;

/// Consecutive blocks of a batch. One thread works on a shard at a time.
#[derive(Debug)]
pub struct Shard<T> {
    /// The blocks; those in use come first.
    blocks: Vec<Block<T>>,
    /// Number of blocks in use.
    active: usize,
    /// Sums over the blocks in use.
    pub partial: PartialSums<T>,
}

impl<T: Real> Shard<T> {
    /// Creates a shard without blocks.
    pub fn new(plan: &ExecutionPlan) -> Self {
        Self { blocks: Vec::new(), active: 0, partial: PartialSums::new(plan) }
    }

    /// Loads the blocks `range` of a batch.
    pub fn begin(&mut self, net: &LiveNetwork, range: Range<usize>, batch: BatchView<'_>, backward: bool) {
        self.active = range.len();
        while self.blocks.len() < self.active {
            self.blocks.push(Block::new(&net.network, &net.plan));
        }
        for (block, index) in self.blocks.iter_mut().zip(range) {
            block.load(&net.network, index, batch);
            if backward {
                block.prepare_backward(&net.plan);
            }
        }
        if backward {
            self.partial.gradient.resize(net.network.weights.len(), T::ZERO);
            for range in summed_ranges(net) {
                self.partial.gradient[range].fill(T::ZERO);
            }
        }
        self.partial.clear();
    }

    /// Returns the blocks in use.
    pub fn blocks(&self) -> &[Block<T>] {
        &self.blocks[..self.active]
    }

    /// Calls `work` on each block in use, with the partial sums.
    pub fn for_blocks(&mut self, mut work: impl FnMut(&mut Block<T>, &mut PartialSums<T>)) {
        for block in &mut self.blocks[..self.active] {
            work(block, &mut self.partial);
        }
    }
}

/// Returns the ranges of the weights where a shard's partial gradient is defined: live convolutions that are
/// not batched, and the classifier.
fn summed_ranges(net: &LiveNetwork) -> impl Iterator<Item = Range<usize>> + '_ {
    let LiveNetwork { network, plan, live } = net;
    let convolutions = network.edges.iter().enumerate().filter_map(|(number, edge)| match &edge.op {
        Op::Conv { weight, .. } if live.edges[number] && plan.batched[edge.source].is_none() => {
            Some(weight.clone())
        }
        _ => None,
    });
    convolutions.chain([network.linear.clone(), network.bias.clone()])
}

/// Adds the shards' partial gradients of convolutions and classifier to `gradient`, in shard order.
pub fn add_gradients<T: Real>(net: &LiveNetwork, shards: &[Shard<T>], gradient: &mut [T]) {
    gradient.par_chunks_mut(CHUNK).enumerate().for_each(|(index, chunk)| {
        let start = index * CHUNK;
        for range in summed_ranges(net) {
            let (first, last) = (range.start.max(start), range.end.min(start + chunk.len()));
            for shard in shards.iter().filter(|_| first < last) {
                let total = &mut chunk[first - start..last - start];
                let partial = &shard.partial.gradient[first..last];
                total.iter_mut().zip(partial).for_each(|(total, &part)| *total += part);
            }
        }
    });
}
