//! Compiles the executor once, in this crate, for the two scalars it runs in. Generic functions would be compiled again in
//! every crate that calls them, kernels and all.

use super::{BatchView, Executor, Outcome, Point, Wanted};
use crate::loss::Loss;
use zodarts_kernels::Real;

/// A scalar that executors are compiled for: `f32` for work, `f64` for checks.
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
        }
    };
}

compile_for!(f32);
compile_for!(f64);
