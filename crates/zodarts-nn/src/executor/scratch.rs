//! Temporaries of a thread.

use super::live_network::LiveNetwork;
use super::plan::ExecutionPlan;
use crate::graph::{MAX_EDGES, Network};
use std::sync::{Mutex, PoisonError};
use zodarts_kernels::{Arena, Buffer, Real, SampleMoments};

/// Temporaries of one block's work on one node.
#[derive(Debug)]
pub struct Scratch<T> {
    /// Input of convolutions, `[channel][y][x][lane]` with a margin.
    pub padded: Buffer<T>,
    /// Gradient of a convolution's result, with a margin.
    pub padded_gradient: Buffer<T>,
    /// Gradient of the input of convolutions, with a margin.
    pub input_gradient: Buffer<T>,
    /// Weighted sum to be pooled.
    pub sum: Buffer<T>,
    /// Result of pooling.
    pub pooled: Buffer<T>,
    /// Scratch of convolutions that run together, and products of batched ones.
    pub strips: Buffer<T>,
    /// Moments of one block.
    pub moments: Vec<SampleMoments>,
    /// Sums over one block: Σ d, then Σ d·x of up to [`MAX_EDGES`] edges.
    pub dots: Vec<f64>,
}

/// Returns the pixels of the buffers of a [`Scratch`], in their order.
pub fn scratch_lengths(plan: &ExecutionPlan) -> [usize; 6] {
    [plan.padded, plan.padded, plan.padded, plan.dense, plan.dense, plan.strips]
}

impl<T: Real> Scratch<T> {
    /// Allocates the buffers.
    fn new(network: &Network, plan: &ExecutionPlan) -> Self {
        let lengths = scratch_lengths(plan);
        let mut arena = Arena::new(lengths);
        let [padded, padded_gradient, input_gradient, sum, pooled, strips] =
            lengths.map(|len| arena.take(len));
        let channels = network.nodes.iter().map(|shape| shape.channels).max().unwrap_or(0);
        Self {
            padded,
            padded_gradient,
            input_gradient,
            sum,
            pooled,
            strips,
            moments: vec![SampleMoments::default(); channels],
            dots: vec![0.0; (1 + MAX_EDGES) * channels],
        }
    }
}

/// A pool of temporaries. It holds as many as threads work at the same time, so that each stays in its
/// thread's cache from shard to shard.
#[derive(Debug, Default)]
pub struct ScratchPool<T> {
    free: Mutex<Vec<Scratch<T>>>,
}

impl<T: Real> ScratchPool<T> {
    /// Calls `work` with temporaries.
    pub fn lend(&self, net: &LiveNetwork, work: impl FnOnce(&mut Scratch<T>)) {
        let free = || self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let lent = free().pop();
        let mut scratch = lent.unwrap_or_else(|| Scratch::new(&net.network, &net.plan));
        work(&mut scratch);
        free().push(scratch);
    }
}
