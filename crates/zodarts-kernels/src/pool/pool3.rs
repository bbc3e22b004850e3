//! 3×3 average pooling at stride 1 with a margin of one pixel.
//!
//! Sums are separable: a row of the result is computed from left to right over three rows of the source,
//! which adds each column once and keeps the last three columns in registers. The divisors are separable too:
//! the sum of a column includes those of the rows, and only the ends of a row differ.

use crate::kernels::Kernel;
use crate::layout::BlockLayout;
use crate::pixel::Pixel;
use crate::real::Real;
use crate::vector::Vector;

/// Computes 3×3 averages at stride 1.
#[derive(Debug)]
pub struct AvgPool3<'a, T> {
    /// The block, `[channel][y][x][lane]`.
    pub input: &'a [Pixel<T>],
    /// The averages, `[channel][y][x][lane]`, overwritten.
    pub output: &'a mut [Pixel<T>],
    /// Dense layout of both.
    pub layout: BlockLayout,
    /// Channels.
    pub channels: usize,
}

impl<T: Real> Kernel<T> for AvgPool3<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let Self { input, output, layout, channels } = self;
        let shares = Shares::new(&layout);
        for (channel, y) in rows(&layout, channels) {
            let rows = window(input, &layout, channel, y, |_| shares.of_row::<T>(y));
            let means = &mut output[layout.at(channel, y, 0)..][..layout.width];
            row_sums::<T, V, false>(rows, means, shares.end);
        }
    }
}

/// Computes the gradient of the input of [`AvgPool3`]: each gradient is spread evenly over the pixels
/// averaged.
#[derive(Debug)]
pub struct AvgPool3Backward<'a, T> {
    /// Gradient of the averages, `[channel][y][x][lane]`.
    pub output_gradient: &'a [Pixel<T>],
    /// Gradient of the input, `[channel][y][x][lane]`, overwritten.
    pub input_gradient: &'a mut [Pixel<T>],
    /// Dense layout of both.
    pub layout: BlockLayout,
    /// Channels.
    pub channels: usize,
}

impl<T: Real> Kernel<T> for AvgPool3Backward<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let Self { output_gradient, input_gradient, layout, channels } = self;
        let shares = Shares::new(&layout);
        for (channel, y) in rows(&layout, channels) {
            let rows = window(output_gradient, &layout, channel, y, |row| shares.of_row::<T>(row));
            let sums = &mut input_gradient[layout.at(channel, y, 0)..][..layout.width];
            row_sums::<T, V, true>(rows, sums, shares.end);
        }
    }
}

/// Returns (channel, y) of every row.
#[inline(always)]
fn rows(layout: &BlockLayout, channels: usize) -> impl Iterator<Item = (usize, usize)> + use<> {
    assert_eq!(layout.row, layout.width, "pooling needs a dense layout");
    let height = layout.height;
    (0..channels).flat_map(move |channel| (0..height).map(move |y| (channel, y)))
}

/// A row of the source and its weight.
#[derive(Clone, Copy)]
struct WeightedRow<'a, T> {
    pixels: &'a [Pixel<T>],
    weight: T,
}

/// Returns the three rows around y. For one outside the image, row y stands in with weight zero.
#[inline(always)]
fn window<'a, T: Real>(
    input: &'a [Pixel<T>],
    layout: &BlockLayout,
    channel: usize,
    y: usize,
    weight: impl Fn(usize) -> T,
) -> [WeightedRow<'a, T>; 3] {
    let row = |y, weight| WeightedRow { pixels: &input[layout.at(channel, y, 0)..][..layout.width], weight };
    let above = if y > 0 { row(y - 1, weight(y - 1)) } else { row(y, T::ZERO) };
    let below = if y + 1 < layout.height { row(y + 1, weight(y + 1)) } else { row(y, T::ZERO) };
    [above, row(y, weight(y)), below]
}

/// Weight of a pixel in the mean of its window: the reciprocal of the number of pixels in the window.
struct Shares {
    /// Weight in the first and the last row, away from their ends.
    edge: f64,
    /// Weight in the rows between.
    inner: f64,
    /// Factor of the weights at the ends of a row.
    end: f64,
    /// Last row of the image.
    last_row: usize,
}

impl Shares {
    #[inline(always)]
    fn new(layout: &BlockLayout) -> Self {
        // At an end a window covers two pixels of a side instead of three, or the only one.
        let covered = |length: usize| length.min(2) as f64;
        let edge = 1.0 / (3.0 * covered(layout.height));
        Self { edge, inner: 1.0 / 9.0, end: 3.0 / covered(layout.width), last_row: layout.height - 1 }
    }

    /// Returns the weight in row y, away from its ends.
    #[inline(always)]
    fn of_row<T: Real>(&self, y: usize) -> T {
        T::from_f64(if y == 0 || y == self.last_row { self.edge } else { self.inner })
    }
}

/// Computes `to[x] = Σ_|i − x| ≤ 1 Σ_r weight_r · row_r[i]`. At the ends of a row the results are multiplied
/// by `end`; in the `ADJOINT` the addends are.
#[inline(always)]
fn row_sums<T: Real, V: Vector<T>, const ADJOINT: bool>(
    rows: [WeightedRow<'_, T>; 3],
    to: &mut [Pixel<T>],
    end: f64,
) {
    let end = V::splat(T::from_f64(end));
    let (before, after) = if ADJOINT { (end, V::splat(T::ONE)) } else { (V::splat(T::ONE), end) };
    let weights = rows.map(|row| V::splat(row.weight));
    let last = to.len() - 1;
    let [above, row, below] = rows.map(|row| &row.pixels[..=last]);
    let mut middle = column([&above[0], &row[0], &below[0]], weights).mul(before);
    if last == 0 {
        middle.mul(after).store(&mut to[0]);
        return;
    }
    let mut right = column([&above[1], &row[1], &below[1]], weights);
    if last == 1 {
        right = right.mul(before);
    }
    let mut both = middle.add(right);
    both.mul(after).store(&mut to[0]);
    if last > 1 {
        middle = right;
        let columns = above[2..last].iter().zip(&row[2..last]).zip(&below[2..last]);
        for (((above, row), below), to) in columns.zip(&mut to[1..last - 1]) {
            right = column([above, row, below], weights);
            both.add(right).store(to);
            (both, middle) = (middle.add(right), right);
        }
        right = column([&above[last], &row[last], &below[last]], weights).mul(before);
        both.add(right).store(&mut to[last - 1]);
        both = middle.add(right);
    }
    both.mul(after).store(&mut to[last]);
}

/// Returns the weighted sum of three pixels.
#[inline(always)]
fn column<T: Real, V: Vector<T>>([above, pixel, below]: [&Pixel<T>; 3], weights: [V; 3]) -> V {
    let [a, b, c] = weights;
    V::load(above).mul(a).add_mul(b, V::load(pixel)).add_mul(c, V::load(below))
}
