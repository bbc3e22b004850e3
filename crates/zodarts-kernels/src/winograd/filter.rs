//! Transform of filters, `U = G g Gᵀ`, and its adjoint for weight gradients, `Gᵀ dU G`.
//!
//! Transformed filters have *input channels* in the lanes: `[frequency][input / 8][output][input % 8]`.

use super::transform::{FREQUENCIES, SIDE, filter_matrix};
use crate::kernels::Kernel;
use crate::layout::product;
use crate::pixel::{LANES, Pixel};
use crate::real::Real;
use crate::vector::Vector;
use std::ops::Range;

/// Weights of one window.
const WINDOW: usize = 9;

/// Returns the number of pixels of a transformed filter.
///
/// # Panics
/// If it overflows.
pub fn filter_len(inputs: usize, outputs: usize) -> usize {
    product(FREQUENCIES, filter_plane(inputs, outputs))
}

/// Returns the distance between the frequencies of a transformed filter. It is two pixels more than needed,
/// or all 36 would compete for the same cache sets.
pub fn filter_plane(inputs: usize, outputs: usize) -> usize {
    product(inputs / LANES, outputs) + 2
}

/// Transforms the weights of a 3×3 convolution.
#[derive(Debug)]
pub struct WinogradFilter<'a, T> {
    /// The weights, `(outputs, inputs, 3, 3)`.
    pub weights: &'a [T],
    /// Input channels, a multiple of eight.
    pub inputs: usize,
    /// Output channels, a multiple of eight.
    pub outputs: usize,
    /// The transformed filter, [`filter_len`] pixels, overwritten.
    pub filter: &'a mut [Pixel<T>],
}

impl<T: Real> Kernel<T> for WinogradFilter<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        assert_eq!(self.weights.len(), self.inputs * self.outputs * WINDOW, "weights");
        assert_eq!(self.filter.len(), filter_len(self.inputs, self.outputs), "filter");
        let matrix = splat_matrix::<T, V>();
        let plane = filter_plane(self.inputs, self.outputs);
        for (position, windows) in windows(self.inputs, self.outputs, 0..self.outputs) {
            let window = gather::<T, V>(&self.weights[windows..][..LANES * WINDOW]);
            for (i, factors) in matrix.iter().enumerate() {
                let mut row = [V::splat(T::ZERO); 3];
                for (x, value) in row.iter_mut().enumerate() {
                    *value = dot3(factors, [window[x], window[3 + x], window[6 + x]]);
                }
                for (j, factors) in matrix.iter().enumerate() {
                    dot3(factors, row).store(&mut self.filter[(i * SIDE + j) * plane + position]);
                }
            }
        }
    }
}

/// Adds the weight gradient that corresponds to the gradient of a transformed filter.
#[derive(Debug)]
pub struct WinogradFilterGradient<'a, T> {
    /// Gradient of the transformed filter, [`filter_len`] pixels.
    pub filter: &'a [Pixel<T>],
    /// Input channels, a multiple of eight.
    pub inputs: usize,
    /// Output channels, a multiple of eight.
    pub outputs: usize,
    /// Range of the output channels of `gradient`.
    pub rows: Range<usize>,
    /// Gradient of the weights of these channels, `(rows, inputs, 3, 3)`, added to.
    pub gradient: &'a mut [T],
}

impl<T: Real> Kernel<T> for WinogradFilterGradient<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        assert_eq!(self.gradient.len(), self.inputs * self.rows.len() * WINDOW, "gradient");
        assert!(self.rows.end <= self.outputs, "rows");
        assert_eq!(self.filter.len(), filter_len(self.inputs, self.outputs), "filter");
        let matrix = splat_matrix::<T, V>();
        let plane = filter_plane(self.inputs, self.outputs);
        for (position, windows) in windows(self.inputs, self.outputs, self.rows) {
            let mut rows = [[V::splat(T::ZERO); SIDE]; 3];
            for (i, factors) in matrix.iter().enumerate() {
                for j in 0..SIDE {
                    let value = V::load(&self.filter[(i * SIDE + j) * plane + position]);
                    for (k, row) in rows.iter_mut().enumerate() {
                        row[j] = row[j].add_mul(factors[k], value);
                    }
                }
            }
            let target = &mut self.gradient[windows..][..LANES * WINDOW];
            let mut window = [V::splat(T::ZERO); WINDOW];
            for (tap, sum) in window.iter_mut().enumerate() {
                for (factors, value) in matrix.iter().zip(rows[tap / 3]) {
                    *sum = sum.add_mul(factors[tap % 3], value);
                }
            }
            scatter_add(window, target);
        }
    }
}

/// Returns, for every eight inputs and each of the outputs `rows`, the position in a frequency's plane and
/// the start of the eight windows among those of these outputs.
#[inline(always)]
fn windows(inputs: usize, outputs: usize, rows: Range<usize>) -> impl Iterator<Item = (usize, usize)> {
    let (first, count) = (rows.start, rows.len());
    (0..inputs / LANES * count).map(move |number| {
        let (eight, row) = (number / count, number % count);
        (eight * outputs + first + row, (row * inputs + eight * LANES) * WINDOW)
    })
}

/// Returns `G` in every lane. Loops, not closures: the compiler does not carry the CPU's features into
/// closures that it fails to inline.
#[inline(always)]
fn splat_matrix<T: Real, V: Vector<T>>() -> [[V; 3]; SIDE] {
    let mut matrix = [[V::splat(T::ZERO); 3]; SIDE];
    for (to, from) in matrix.iter_mut().zip(filter_matrix::<T>()) {
        for (to, from) in to.iter_mut().zip(from) {
            *to = V::splat(from);
        }
    }
    matrix
}

/// Returns the nine weights of eight windows, one window per lane.
#[inline(always)]
fn gather<T: Real, V: Vector<T>>(windows: &[T]) -> [V; WINDOW] {
    let mut rows = [V::splat(T::ZERO); LANES];
    let mut last = Pixel::ZERO;
    for (lane, window) in windows.chunks_exact(WINDOW).enumerate() {
        let mut taps = Pixel::ZERO;
        taps.0.copy_from_slice(&window[..LANES]);
        rows[lane] = V::load(&taps);
        last.0[lane] = window[LANES];
    }
    let [a, b, c, d, e, f, g, h] = V::transpose(rows);
    [a, b, c, d, e, f, g, h, V::load(&last)]
}

/// Adds the nine weights of eight windows, one window per lane.
#[inline(always)]
fn scatter_add<T: Real, V: Vector<T>>(window: [V; WINDOW], windows: &mut [T]) {
    let [a, b, c, d, e, f, g, h, ninth] = window;
    let rows = V::transpose([a, b, c, d, e, f, g, h]);
    let mut last = Pixel::ZERO;
    ninth.store(&mut last);
    for ((window, row), last) in windows.chunks_exact_mut(WINDOW).zip(rows).zip(last.0) {
        let mut taps = Pixel::ZERO;
        row.store(&mut taps);
        window.iter_mut().zip(taps.0).for_each(|(weight, tap)| *weight += tap);
        window[LANES] += last;
    }
}

/// Returns the dot product of three factors and three values.
#[inline(always)]
fn dot3<T: Real, V: Vector<T>>(factors: &[V; 3], values: [V; 3]) -> V {
    factors[0].mul(values[0]).add_mul(factors[1], values[1]).add_mul(factors[2], values[2])
}
