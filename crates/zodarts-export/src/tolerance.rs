//! The tolerance of a check.

/// Largest difference of a probability that rounding explains.
pub const TOLERANCE: f32 = 1e-5;
