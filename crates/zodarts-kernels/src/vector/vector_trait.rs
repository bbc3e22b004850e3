//! The vector type that kernels are written in: one value per lane.

use crate::pixel::{LANES, Pixel};

/// [`LANES`] values of `T`, and the arithmetic that kernels need.
///
/// Implementations are `#[inline(always)]`, so that they are compiled with the target features of the
/// function that a kernel is inlined into.
pub trait Vector<T>: Copy {
    /// Returns the same value in every lane.
    fn splat(value: T) -> Self;
    /// Reads a pixel.
    fn load(pixel: &Pixel<T>) -> Self;
    /// Prefetches a pixel that is needed soon. Does nothing if `at` lies beyond the slice.
    fn prefetch(pixels: &[Pixel<T>], at: usize);
    /// Prefetches a pixel that is needed later: like [`Vector::prefetch`], but not into the first-level
    /// cache.
    fn prefetch_far(pixels: &[Pixel<T>], at: usize);
    /// Writes a pixel.
    fn store(self, pixel: &mut Pixel<T>);
    /// Returns `self + other`.
    fn add(self, other: Self) -> Self;
    /// Returns `self − other`.
    fn sub(self, other: Self) -> Self;
    /// Returns `self · other`.
    fn mul(self, other: Self) -> Self;
    /// Returns `self + a · b`, rounded once or twice depending on the implementation.
    fn add_mul(self, a: Self, b: Self) -> Self;
    /// Returns `self − a · b`, rounded once or twice depending on the implementation.
    fn sub_mul(self, a: Self, b: Self) -> Self;
    /// Computes `sums[m][p] += weights[m] · pixels[p]`, one step of a register tile.
    #[inline(always)]
    fn outer<const M: usize, const P: usize>(sums: &mut [[Self; P]; M], weights: &[T; M], pixels: [Self; P])
    where
        T: Copy,
    {
        outer_by_rows(sums, weights, pixels);
    }
    /// Returns the transpose: lane i of row j becomes lane j of row i.
    fn transpose(rows: [Self; LANES]) -> [Self; LANES];
    /// Returns the sum over the lanes of each vector.
    fn sum_lanes(vectors: [Self; 4]) -> [T; 4];
    /// Returns the first `lanes` lanes, and zero in the others, even if they hold NaN.
    fn first(self, lanes: usize) -> Self;
    /// Returns `max(self, 0)`, and NaN where `self` is NaN, so that divergence is not hidden.
    fn relu(self) -> Self;
    /// Returns `self` where `gate > 0`, and 0 elsewhere.
    fn where_positive(self, gate: Self) -> Self;
}

/// [`Vector::outer`] in plain code, which the compiler schedules.
#[inline(always)]
pub fn outer_by_rows<T: Copy, V: Vector<T>, const M: usize, const P: usize>(
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
