//! Compilation of the executor for each scalar.
//!
//! Generic functions are compiled in every crate that calls them, kernels included, and with that crate's
//! optimisation. The functions of this trait are compiled once, in this crate.

use super::engine::Executor;
use super::pass::{BatchView, GradientTargets, Parameters, PassOutcome};
use crate::loss::Loss;
use zodarts_kernels::Real;

/// A scalar that the executor is compiled for.
pub trait CompiledPass: Real {
    /// Runs [`Executor::pass`].
    fn pass(
        executor: &mut Executor<Self>,
        parameters: Parameters<'_, Self>,
        loss: &Loss,
        batch: BatchView<'_>,
        targets: GradientTargets<'_, Self>,
    ) -> PassOutcome;
}

impl CompiledPass for f32 {
    fn pass(
        executor: &mut Executor<Self>,
        parameters: Parameters<'_, Self>,
        loss: &Loss,
        batch: BatchView<'_>,
        targets: GradientTargets<'_, Self>,
    ) -> PassOutcome {
        executor.run_pass(parameters, loss, batch, targets)
    }
}

impl CompiledPass for f64 {
    fn pass(
        executor: &mut Executor<Self>,
        parameters: Parameters<'_, Self>,
        loss: &Loss,
        batch: BatchView<'_>,
        targets: GradientTargets<'_, Self>,
    ) -> PassOutcome {
        executor.run_pass(parameters, loss, batch, targets)
    }
}

impl<T: CompiledPass> Executor<T> {
    /// Computes the loss of a batch under batch statistics, and the gradients that have a target.
    ///
    /// # Panics
    /// If the batch is empty, or the lengths of weights, images, targets or gradients do not fit the network.
    pub fn pass(
        &mut self,
        parameters: Parameters<'_, T>,
        loss: &Loss,
        batch: BatchView<'_>,
        targets: GradientTargets<'_, T>,
    ) -> PassOutcome {
        // Into the pool once for all phases: called from outside, each of them would wake its threads by
        // itself.
        rayon::scope(|_| T::pass(self, parameters, loss, batch, targets))
    }
}
