//! Shared by benchmarks: shapes of the supernet, and problems to run on.

pub mod problem;
pub mod roofline;
