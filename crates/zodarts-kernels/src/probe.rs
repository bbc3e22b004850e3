//! Upper limits of this machine, against which kernels are measured.

use crate::kernels::Kernel;
use crate::lane_sums::lane_sums;
use crate::pixel::{LANES, Pixel};
use crate::real::Real;
use crate::vector::Vector;

/// Independent chains: enough to hide the latency of a multiply-add, few enough for the registers.
const CHAINS: usize = 12;

/// Runs multiply-adds on registers alone.
#[derive(Debug)]
pub struct MultiplyAdd<'a, T> {
    /// Steps of each chain.
    pub steps: usize,
    /// The result, written so that the work is not optimised away.
    pub output: &'a mut Pixel<T>,
}

impl<T> MultiplyAdd<'_, T> {
    /// Returns the floating-point operations of a run: a multiply-add is two.
    pub fn operations(steps: usize) -> f64 {
        (2 * CHAINS * LANES * steps) as f64
    }
}

impl<T: Real> Kernel<T> for MultiplyAdd<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let (factor, addend) = (V::splat(T::from_f64(0.999)), V::splat(T::from_f64(1e-3)));
        let mut chains = [V::load(self.output); CHAINS];
        for _ in 0..self.steps {
            for chain in &mut chains {
                *chain = addend.add_mul(*chain, factor);
            }
        }
        let mut sum = chains[0];
        for chain in &chains[1..] {
            sum = sum.add(*chain);
        }
        sum.store(self.output);
    }
}

/// Moves memory with almost no arithmetic: reads some pixels, writes some, and updates some in place.
#[derive(Debug)]
pub struct Traffic<'a, T> {
    /// Pixels to read.
    pub read: &'a [Pixel<T>],
    /// Pixels to write.
    pub written: &'a mut [Pixel<T>],
    /// Pixels to read and write.
    pub updated: &'a mut [Pixel<T>],
    /// Sum of the pixels read, written so that the work is not optimised away.
    pub output: &'a mut Pixel<T>,
}

impl<T: Real> Kernel<T> for Traffic<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let one = V::splat(T::ONE);
        lane_sums(self.read, V::add).store(self.output);
        for pixel in self.written {
            one.store(pixel);
        }
        for pixel in self.updated {
            V::load(pixel).add(one).store(pixel);
        }
    }
}
