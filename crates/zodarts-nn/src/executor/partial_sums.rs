//! Sums over a part of a batch.

use super::plan::ExecutionPlan;
use zodarts_kernels::{Real, SampleMoments};

/// Sums over the blocks of one shard.
#[derive(Debug)]
pub struct PartialSums<T> {
    /// Partial gradient of the live convolutions and the classifier, with the weights' layout. Empty until a
    /// pass goes backward; undefined at other weights.
    pub gradient: Vec<T>,
    /// Partial sums per channel; see [`ExecutionPlan`].
    pub sums: Vec<f64>,
    /// Partial moments of each normalised edge; see [`ExecutionPlan`].
    pub moments: Vec<SampleMoments>,
    /// Sum of losses.
    pub loss: f64,
    /// Number of correct images.
    pub correct: f64,
}

impl<T: Real> PartialSums<T> {
    /// Creates sums of zero.
    pub fn new(plan: &ExecutionPlan) -> Self {
        Self {
            gradient: Vec::new(),
            sums: vec![0.0; plan.sums],
            moments: vec![SampleMoments::default(); plan.sums],
            loss: 0.0,
            correct: 0.0,
        }
    }

    /// Sets all sums but the gradient to zero.
    pub fn clear(&mut self) {
        self.sums.fill(0.0);
        self.moments.fill(SampleMoments::default());
        self.loss = 0.0;
        self.correct = 0.0;
    }
}
