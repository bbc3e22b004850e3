//! `ReLU` and its gradient.

use crate::kernels::Kernel;
use crate::pixel::Pixel;
use crate::real::Real;
use crate::vector::Vector;

/// Computes `output = max(input, 0)`.
#[derive(Debug)]
pub struct Relu<'a, T> {
    /// x.
    pub input: &'a [Pixel<T>],
    /// max(x, 0), of the same length as the input, overwritten.
    pub output: &'a mut [Pixel<T>],
}

impl<T: Real> Kernel<T> for Relu<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        assert_eq!(self.input.len(), self.output.len(), "lengths differ");
        for (from, to) in self.input.iter().zip(self.output) {
            V::load(from).relu().store(to);
        }
    }
}

/// Computes `input_gradient += output_gradient` where `input > 0`.
#[derive(Debug)]
pub struct ReluBackward<'a, T> {
    /// x.
    pub input: &'a [Pixel<T>],
    /// Gradient with respect to max(x, 0).
    pub output_gradient: &'a [Pixel<T>],
    /// Gradient with respect to x, added to.
    pub input_gradient: &'a mut [Pixel<T>],
}

impl<T: Real> Kernel<T> for ReluBackward<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        assert_eq!(self.input.len(), self.input_gradient.len(), "lengths differ");
        assert!(self.output_gradient.len() >= self.input.len(), "gradient too short");
        for ((x, d), target) in self.input.iter().zip(self.output_gradient).zip(self.input_gradient) {
            V::load(target).add(V::load(d).where_positive(V::load(x))).store(target);
        }
    }
}
