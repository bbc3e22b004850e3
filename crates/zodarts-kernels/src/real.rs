//! The two scalar types a network can run in.

use crate::vector::{Portable, Vector};
use std::fmt::Debug;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub, SubAssign};

#[cfg(target_arch = "x86_64")]
type FastF32 = crate::vector::Avx2;
#[cfg(not(target_arch = "x86_64"))]
type FastF32 = Portable<f32>;

/// `f32` for work, `f64` for checking gradients against finite differences with the very same code.
pub trait Real:
    Copy
    + Debug
    + Default
    + PartialOrd
    + PartialEq
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + Sum
    + From<u8>
    + 'static
{
    /// The vector used where the CPU supports AVX2 and FMA.
    type Fast: Vector<Self>;
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// Rounds from `f64`.
    fn from_f64(value: f64) -> Self;
    /// Widens to `f64`.
    fn to_f64(self) -> f64;
}

impl Real for f32 {
    type Fast = FastF32;
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;

    fn from_f64(value: f64) -> Self {
        value as f32
    }

    fn to_f64(self) -> f64 {
        self.into()
    }
}

impl Real for f64 {
    type Fast = Portable<f64>;
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;

    fn from_f64(value: f64) -> Self {
        value
    }

    fn to_f64(self) -> f64 {
        self
    }
}
