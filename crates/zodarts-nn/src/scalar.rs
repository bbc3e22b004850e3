//! Compiles the hot loops once, in this crate, for the two scalars they run in. Generic functions would be compiled again in
//! every crate that calls them, kernels and all, and with that crate's optimisation.

use crate::executor::{BatchView, Executor, Outcome, Point, Wanted};
use crate::inference::{Program, Threads, Worker};
use crate::loss::Loss;
use zodarts_kernels::Real;

/// A scalar that networks are compiled for: `f32` for work, `f64` for checks.
pub trait Scalar: Real {
    /// [`Executor::pass`].
    fn pass(
        executor: &mut Executor<Self>,
        point: Point<'_, Self>,
        loss: &Loss,
        batch: BatchView<'_>,
        wanted: Wanted<'_, Self>,
    ) -> Outcome;

    /// [`Executor::predict`].
    fn predict(
        executor: &mut Executor<Self>,
        point: Point<'_, Self>,
        statistics: &[Self],
        batch: BatchView<'_>,
    ) -> Vec<f64>;

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

macro_rules! compile_for {
    ($scalar:ty) => {
        impl Scalar for $scalar {
            fn pass(
                executor: &mut Executor<Self>,
                point: Point<'_, Self>,
                loss: &Loss,
                batch: BatchView<'_>,
                wanted: Wanted<'_, Self>,
            ) -> Outcome {
                executor.run_pass(point, loss, batch, wanted)
            }

            fn predict(
                executor: &mut Executor<Self>,
                point: Point<'_, Self>,
                statistics: &[Self],
                batch: BatchView<'_>,
            ) -> Vec<f64> {
                executor.run_prediction(point, statistics, batch)
            }

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
    };
}

compile_for!(f32);
compile_for!(f64);
