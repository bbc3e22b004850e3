//! Optimisers and learning-rate schedules over flat `f32` vectors, with `PyTorch`'s exact semantics.
//!
//! Hyper-parameters and reductions are `f64`; every reduction adds in a fixed order, so a step gives the
//! same bits on any machine and any number of threads. No step allocates.

mod adam;
mod error;
#[cfg(test)]
mod golden;
mod reduce;
mod schedule;
mod sgd;

pub use adam::{Adam, AdamState};
pub use error::OptimiserError;
pub use reduce::{difference_dot, dot, norm};
pub use schedule::Schedule;
pub use sgd::{Sgd, SgdAdjoint, SgdState};
