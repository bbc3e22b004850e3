//! Compiles the hot loop once, in this crate, for the two scalars it runs in. Generic functions would be compiled again in
//! every crate that calls them, kernels and all, and with that crate's optimisation.

use super::program::Program;
use super::sum::Threads;
use super::worker::Worker;
use zodarts_kernels::Real;

/// A scalar that predictions are compiled for: `f32` for work, `f64` for checks.
pub trait Scalar: Real {
    /// Writes the logits of a few images of `C×H×W` values.
    #[doc(hidden)]
    fn score(
        program: &Program<Self>,
        worker: &mut Worker<Self>,
        images: &[f32],
        logits: &mut [f64],
        threads: Threads,
    );
}

impl Scalar for f32 {
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

impl Scalar for f64 {
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
