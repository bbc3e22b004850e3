//! Choice of the vector type at run time.

use crate::real::Real;
use crate::vector::{Portable, Vector};
use std::marker::PhantomData;

/// A kernel with its arguments.
///
/// `run` is `#[inline(always)]` in every implementation: its body must be compiled inside the function that
/// enables the CPU features of `V`.
pub trait Kernel<T>: Sized {
    /// Executes the kernel. [`Kernels::run`] calls it.
    ///
    /// # Safety
    /// The CPU must support the instructions of `V`.
    unsafe fn run<V: Vector<T>>(self);
}

/// Environment variable that selects the portable implementation on any CPU.
const FORCE: &str = "ZODARTS_KERNELS";

/// Runs kernels with the vector instructions found on this machine.
#[derive(Clone, Copy, Debug)]
pub struct Kernels<T> {
    fast: bool,
    scalar: PhantomData<T>,
}

impl<T: Real> Kernels<T> {
    /// Returns the fastest implementation that this CPU supports, or the portable one if the environment
    /// variable `ZODARTS_KERNELS` is `portable`. Results of the two agree up to rounding.
    pub fn detect() -> Self {
        let portable = std::env::var_os(FORCE).is_some_and(|value| value == "portable");
        Self { fast: !portable && has_avx2(), scalar: PhantomData }
    }

    /// Returns the implementation that runs on any target.
    pub fn portable() -> Self {
        Self { fast: false, scalar: PhantomData }
    }

    /// Returns the name of the implementation, for reports.
    pub fn name(&self) -> &'static str {
        if self.fast { "avx2+fma" } else { "portable" }
    }

    /// Runs a kernel.
    ///
    /// # Panics
    /// If a buffer of the kernel is shorter than its shape says.
    #[inline]
    pub fn run<K: Kernel<T>>(&self, kernel: K) {
        #[cfg(target_arch = "x86_64")]
        if self.fast {
            // SAFETY: `fast` is only true after `has_avx2`.
            unsafe { run_avx2::<T, K>(kernel) };
            return;
        }
        // SAFETY: plain arrays need no particular instructions.
        unsafe { kernel.run::<Portable<T>>() };
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn run_avx2<T: Real, K: Kernel<T>>(kernel: K) {
    // SAFETY: the caller has seen that the CPU supports AVX2 and FMA, which `Fast` needs.
    unsafe { kernel.run::<T::Fast>() };
}

fn has_avx2() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        false
    }
}
