//! The vector type kernels are written in: one value per lane.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx2_tile;
mod portable;

use crate::pixel::{LANES, Pixel};
#[cfg(target_arch = "x86_64")]
pub use avx2::Avx2;
pub use portable::Portable;

/// [`crate::LANES`] values of `T` and the arithmetic kernels need on them.
///
/// Implementations are `#[inline(always)]`, so that they take on the target features of the function a kernel
/// is inlined into.
pub trait Vector<T>: Copy {
    /// The same value in every lane.
    fn splat(value: T) -> Self;
    /// Reads a pixel.
    fn load(pixel: &Pixel<T>) -> Self;
    /// Asks for the memory of a pixel that will be needed soon; `at` may lie beyond the slice, where nothing happens.
    fn prefetch(pixels: &[Pixel<T>], at: usize);
    /// As [`Vector::prefetch`], for what will not be needed so soon: it stays out of the first-level cache.
    fn prefetch_far(pixels: &[Pixel<T>], at: usize);
    /// Writes a pixel.
    fn store(self, pixel: &mut Pixel<T>);
    /// `self + other`.
    fn add(self, other: Self) -> Self;
    /// `self − other`.
    fn sub(self, other: Self) -> Self;
    /// `self · other`.
    fn mul(self, other: Self) -> Self;
    /// `self + a · b`, rounded once or twice depending on the implementation.
    fn add_mul(self, a: Self, b: Self) -> Self;
    /// `self − a · b`, rounded once or twice depending on the implementation.
    fn sub_mul(self, a: Self, b: Self) -> Self;
    /// `sums[m][p] += weights[m] · pixels[p]`: a step of a register tile.
    #[inline(always)]
    fn outer<const M: usize, const P: usize>(sums: &mut [[Self; P]; M], weights: &[T; M], pixels: [Self; P])
    where
        T: Copy,
    {
        outer_by_rows(sums, weights, pixels);
    }
    /// Exchanges rows and lanes.
    fn transpose(rows: [Self; LANES]) -> [Self; LANES];
    /// Sum over the lanes of each.
    fn sum_lanes(vectors: [Self; 4]) -> [T; 4];
    /// The first `lanes` lanes, and zero in the others, whatever they hold.
    fn first(self, lanes: usize) -> Self;
    /// `max(self, 0)`, and NaN where `self` is: a diverged network must not look sound.
    fn relu(self) -> Self;
    /// `self` where `gate > 0`, otherwise 0.
    fn where_positive(self, gate: Self) -> Self;
}

/// [`Vector::outer`], left to the compiler.
#[inline(always)]
fn outer_by_rows<T: Copy, V: Vector<T>, const M: usize, const P: usize>(
    sums: &mut [[V; P]; M],
    weights: &[T; M],
    pixels: [V; P],
) {
    for (sums, &weight) in sums.iter_mut().zip(weights) {
        let weight = V::splat(weight);
        for (sum, pixel) in sums.iter_mut().zip(pixels) {
            *sum = sum.add_mul(weight, pixel);
        }
    }
}
