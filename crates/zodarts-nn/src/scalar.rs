//! The scalars that networks run in.

use crate::executor::CompiledPass;
use crate::inference::CompiledScore;

/// A scalar that networks are compiled for: `f32` for work, `f64` for checks.
pub trait Scalar: CompiledPass + CompiledScore {}

impl Scalar for f32 {}
impl Scalar for f64 {}
