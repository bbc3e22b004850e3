//! The two scalar types that a network can run in.

use crate::float::Float;
use crate::vector::{Portable, Vector};

#[cfg(target_arch = "x86_64")]
type FastF32 = crate::vector::Avx2;
#[cfg(not(target_arch = "x86_64"))]
type FastF32 = Portable<f32>;

/// A scalar that kernels compute in. Work is done in `f32`; `f64` checks gradients against finite differences
/// with the same code.
pub trait Real: Float {
    /// The vector used on CPUs with AVX2 and FMA.
    type Fast: Vector<Self>;
}

impl Real for f32 {
    type Fast = FastF32;
}

impl Real for f64 {
    type Fast = Portable<f64>;
}
