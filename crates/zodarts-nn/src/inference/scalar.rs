//! Compiles the hot loop once, in this crate, for the two scalars it runs in. Generic functions would be compiled again in
//! every crate that calls them, kernels and all, and with that crate's optimisation.

use super::program::Program;
use super::worker::Worker;
use zodarts_kernels::Real;

/// A scalar that predictions are compiled for: `f32` for work, `f64` for checks.
pub trait Scalar: Real {
    /// Writes the logits of an image of `C×H×W` values.
    #[doc(hidden)]
    fn score(program: &Program<Self>, worker: &mut Worker<Self>, image: &[f32], logits: &mut [f64]);
}

impl Scalar for f32 {
    fn score(program: &Program<Self>, worker: &mut Worker<Self>, image: &[f32], logits: &mut [f64]) {
        worker.score(program, image, logits);
    }
}

impl Scalar for f64 {
    fn score(program: &Program<Self>, worker: &mut Worker<Self>, image: &[f32], logits: &mut [f64]) {
        worker.score(program, image, logits);
    }
}
