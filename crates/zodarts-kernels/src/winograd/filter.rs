//! Filters among the products: `U = G g Gᵀ`, and back to a weight gradient by the adjoint `Gᵀ dU G`.
//!
//! Transformed filters are pixels whose lanes are *input channels*: `[frequency][input / 8][output][input % 8]`.

use super::transform::{FREQUENCIES, SIDE, filter_matrix};
use crate::kernels::Job;
use crate::layout::product;
use crate::pixel::{LANES, Pixel};
use crate::real::Real;
use crate::vector::Vector;

/// Weights of one window.
const WINDOW: usize = 9;

/// Pixels of a transformed filter.
///
/// # Panics
/// If it overflows.
pub fn filter_len(inputs: usize, outputs: usize) -> usize {
    product(FREQUENCIES, product(inputs / LANES, outputs))
}

/// Transforms the weights of a 3×3 convolution, `outputs × inputs × 3 × 3`.
#[derive(Debug)]
pub struct WinogradFilter<'a, T> {
    /// Weights.
    pub weights: &'a [T],
    /// Input channels, a multiple of eight.
    pub inputs: usize,
    /// Output channels, a multiple of eight.
    pub outputs: usize,
    /// The transformed filter, [`filter_len`](super::filter_len) pixels.
    pub filter: &'a mut [Pixel<T>],
}

impl<T: Real> Job<T> for WinogradFilter<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        assert_eq!(self.weights.len(), self.inputs * self.outputs * WINDOW, "weights");
        assert_eq!(self.filter.len(), filter_len(self.inputs, self.outputs), "filter");
        let matrix: [[V; 3]; SIDE] = filter_matrix::<T>().map(|row| row.map(V::splat));
        let stride = self.inputs / LANES * self.outputs;
        for (position, windows) in windows(self.inputs, self.outputs) {
            let window = gather::<T, V>(&self.weights[windows..][..LANES * WINDOW]);
            let columns: [[V; 3]; SIDE] =
                std::array::from_fn(|i| std::array::from_fn(|x| dot3(matrix[i], |k| window[k * 3 + x])));
            for (i, row) in columns.iter().enumerate() {
                for (j, factors) in matrix.iter().enumerate() {
                    let value = dot3(*factors, |k| row[k]);
                    value.store(&mut self.filter[(i * SIDE + j) * stride + position]);
                }
            }
        }
    }
}

/// Adds the weight gradient that belongs to the gradient of a transformed filter.
#[derive(Debug)]
pub struct WinogradFilterGradient<'a, T> {
    /// Gradient of the transformed filter.
    pub filter: &'a [Pixel<T>],
    /// Input channels, a multiple of eight.
    pub inputs: usize,
    /// Output channels, a multiple of eight.
    pub outputs: usize,
    /// Gradient of the weights, added to.
    pub gradient: &'a mut [T],
}

impl<T: Real> Job<T> for WinogradFilterGradient<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        assert_eq!(self.gradient.len(), self.inputs * self.outputs * WINDOW, "gradient");
        assert_eq!(self.filter.len(), filter_len(self.inputs, self.outputs), "filter");
        let matrix: [[V; 3]; SIDE] = filter_matrix::<T>().map(|row| row.map(V::splat));
        let stride = self.inputs / LANES * self.outputs;
        for (position, windows) in windows(self.inputs, self.outputs) {
            let mut rows = [[V::splat(T::ZERO); SIDE]; 3];
            for i in 0..SIDE {
                for j in 0..SIDE {
                    let value = V::load(&self.filter[(i * SIDE + j) * stride + position]);
                    for (k, row) in rows.iter_mut().enumerate() {
                        row[j] = row[j].add_mul(matrix[i][k], value);
                    }
                }
            }
            let target = &mut self.gradient[windows..][..LANES * WINDOW];
            for (ky, row) in rows.iter().enumerate() {
                for kx in 0..3 {
                    let zero = V::splat(T::ZERO);
                    let sum = (0..SIDE).fold(zero, |sum, j| sum.add_mul(matrix[j][kx], row[j]));
                    scatter_add(sum, target, ky * 3 + kx);
                }
            }
        }
    }
}

/// For every output and eight inputs: position in a frequency's plane, and where the eight windows start.
#[inline(always)]
fn windows(inputs: usize, outputs: usize) -> impl Iterator<Item = (usize, usize)> {
    let eights = inputs / LANES;
    (0..outputs * eights).map(move |i| {
        let (output, eight) = (i / eights, i % eights);
        (eight * outputs + output, (output * inputs + eight * LANES) * WINDOW)
    })
}

/// The nine weights of eight windows, window by lane.
#[inline(always)]
fn gather<T: Real, V: Vector<T>>(windows: &[T]) -> [V; WINDOW] {
    std::array::from_fn(|tap| {
        V::load(&Pixel(std::array::from_fn(|lane| windows[lane * WINDOW + tap])))
    })
}

#[inline(always)]
fn scatter_add<T: Real, V: Vector<T>>(value: V, windows: &mut [T], tap: usize) {
    let mut lanes = Pixel::ZERO;
    value.store(&mut lanes);
    for (window, value) in windows.chunks_exact_mut(WINDOW).zip(lanes.0) {
        window[tap] += value;
    }
}

#[inline(always)]
fn dot3<T: Real, V: Vector<T>>(factors: [V; 3], values: impl Fn(usize) -> V) -> V {
    factors[0].mul(values(0)).add_mul(factors[1], values(1)).add_mul(factors[2], values(2))
}
