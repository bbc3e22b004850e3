//! Choice of the vector type at run time.

use crate::real::Real;
use crate::vector::{Portable, Vector};
use std::marker::PhantomData;

/// A kernel with its arguments.
///
/// `run` is `#[inline(always)]` in every implementation: the body must end up inside the function that enables
/// the CPU features of `V`.
pub trait Job<T>: Sized {
    /// Executes the kernel. Not called directly: see [`Kernels::run`].
    ///
    /// # Safety
    /// The CPU must support the instructions of `V`.
    unsafe fn run<V: Vector<T>>(self);
}

/// Environment variable that makes a CPU with AVX2 compute like one without.
const FORCE: &str = "ZODARTS_KERNELS";

/// The vector instructions found on this machine.
#[derive(Clone, Copy, Debug)]
pub struct Kernels<T> {
    fast: bool,
    scalar: PhantomData<T>,
}

impl<T: Real> Kernels<T> {
    /// The fastest implementation this CPU supports; the portable one if the environment variable
    /// `ZODARTS_KERNELS` is `portable`. Results of the two agree up to rounding.
    pub fn detect() -> Self {
        let portable = std::env::var_os(FORCE).is_some_and(|value| value == "portable");
        Self { fast: !portable && has_avx2(), scalar: PhantomData }
    }

    /// The implementation that runs on any target.
    pub fn portable() -> Self {
        Self { fast: false, scalar: PhantomData }
    }

    /// Name of the implementation, for reports.
    pub fn name(&self) -> &'static str {
        if self.fast { "avx2+fma" } else { "portable" }
    }

    /// Runs a kernel.
    ///
    /// # Panics
    /// If a buffer of the job is shorter than its shape says.
    #[inline]
    pub fn run<J: Job<T>>(&self, job: J) {
        #[cfg(target_arch = "x86_64")]
        if self.fast {
            // SAFETY: `fast` is only true after `has_avx2`.
            unsafe { run_avx2::<T, J>(job) };
            return;
        }
        // SAFETY: plain arrays need no particular instructions.
        unsafe { job.run::<Portable<T>>() };
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn run_avx2<T: Real, J: Job<T>>(job: J) {
    // SAFETY: the caller has seen that the CPU supports AVX2 and FMA, which is what `Fast` needs.
    unsafe { job.run::<T::Fast>() };
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
