//! Temporaries of a thread.

use super::plan::Plan;
use crate::graph::{MAX_EDGES, Network};
use std::sync::{Mutex, PoisonError};
use zodarts_kernels::{Arena, Buffer, Moments2, Real};

/// Temporaries of one block's work on one node.
#[derive(Debug)]
pub struct Scratch<T> {
    /// Source of convolutions, with a margin.
    pub padded: Buffer<T>,
    /// Gradient of a convolution's result, with a margin.
    pub padded_gradient: Buffer<T>,
    /// Gradient of the source of convolutions, with a margin.
    pub input_gradient: Buffer<T>,
    /// Weighted sum to be pooled.
    pub sum: Buffer<T>,
    /// Result of pooling.
    pub pooled: Buffer<T>,
    /// Strips of convolutions that run together.
    pub together: Buffer<T>,
    /// Moments of one block.
    pub moments: Vec<Moments2>,
    /// Sums over one block: Σ d, then Σ d·x of up to [`MAX_EDGES`] edges.
    pub dots: Vec<f64>,
}

/// Pixels of the buffers of a [`Scratch`], in their order.
pub fn scratch_lengths(plan: &Plan) -> [usize; 6] {
    [plan.padded, plan.padded, plan.padded, plan.dense, plan.dense, plan.together]
}

impl<T: Real> Scratch<T> {
    fn new(network: &Network, plan: &Plan) -> Self {
        let lengths = scratch_lengths(plan);
        let mut arena = Arena::new(lengths);
        let [padded, padded_gradient, input_gradient, sum, pooled, together] =
            lengths.map(|len| arena.take(len));
        let channels = network.nodes.iter().map(|shape| shape.channels).max().unwrap_or(0);
        Self {
            padded,
            padded_gradient,
            input_gradient,
            sum,
            pooled,
            together,
            moments: vec![Moments2::default(); channels],
            dots: vec![0.0; (1 + MAX_EDGES) * channels],
        }
    }
}

/// Temporaries that threads take and give back: as many as there are threads at work, so that each stays in its thread's cache
/// from shard to shard.
#[derive(Debug, Default)]
pub struct Scratches<T> {
    free: Mutex<Vec<Scratch<T>>>,
}

impl<T: Real> Scratches<T> {
    /// Lends temporaries to `work`.
    pub fn lend(&self, (network, plan): (&Network, &Plan), work: impl FnOnce(&mut Scratch<T>)) {
        let free = || self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let lent = free().pop();
        let mut scratch = lent.unwrap_or_else(|| Scratch::new(network, plan));
        work(&mut scratch);
        free().push(scratch);
    }
}
