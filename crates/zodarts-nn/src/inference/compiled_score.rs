//! Compilation of predictions for each scalar; see [`CompiledPass`](crate::executor::CompiledPass).

use super::node_sum::Threads;
use super::program::Program;
use super::worker::Worker;
use zodarts_kernels::Real;

/// A scalar that predictions are compiled for.
pub trait CompiledScore: Real {
    /// Writes the logits of a few images `(count, channels, height, width)`.
    #[doc(hidden)]
    fn score(
        program: &Program<Self>,
        worker: &mut Worker<Self>,
        images: &[f32],
        logits: &mut [f64],
        threads: Threads,
    );
}

impl CompiledScore for f32 {
    fn score(
        program: &Program<Self>,
        worker: &mut Worker<Self>,
        images: &[f32],
        logits: &mut [f64],
        threads: Threads,
    ) {
        worker.score(program, images, logits, threads);
    }
}

impl CompiledScore for f64 {
    fn score(
        program: &Program<Self>,
        worker: &mut Worker<Self>,
        images: &[f32],
        logits: &mut [f64],
        threads: Threads,
    ) {
        worker.score(program, images, logits, threads);
    }
}
