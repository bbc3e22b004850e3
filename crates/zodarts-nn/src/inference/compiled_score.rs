//! Compilation of predictions for each scalar; see [`CompiledPass`](crate::executor::CompiledPass).

use super::image_queue::Group;
use super::node_sum::Threads;
use super::program::Program;
use super::worker::Worker;
use zodarts_kernels::Real;

/// A scalar that predictions are compiled for.
pub trait CompiledScore: Real {
    /// Computes a few images.
    #[doc(hidden)]
    fn score(program: &Program<Self>, worker: &mut Worker<Self>, group: Group<'_>, threads: Threads);
}

impl CompiledScore for f32 {
    fn score(program: &Program<Self>, worker: &mut Worker<Self>, group: Group<'_>, threads: Threads) {
        worker.score(program, group, threads);
    }
}

impl CompiledScore for f64 {
    fn score(program: &Program<Self>, worker: &mut Worker<Self>, group: Group<'_>, threads: Threads) {
        worker.score(program, group, threads);
    }
}
