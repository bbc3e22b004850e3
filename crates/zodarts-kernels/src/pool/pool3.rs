//! 3×3 averages at stride 1 with a margin of one pixel.
//!
//! Sums are separable: a row of the result goes from left to right over three rows of the source, adds each
//! column once and keeps the last three columns in registers. The divisors are separable too, so that those of the rows
//! come with the sum of a column, and only the ends of a row differ.

use crate::kernels::Job;
use crate::layout::Layout;
use crate::pixel::Pixel;
use crate::real::Real;
use crate::vector::Vector;

/// 3×3 average at stride 1.
#[derive(Debug)]
pub struct AvgPool3<'a, T> {
    /// A block.
    pub input: &'a [Pixel<T>],
    /// The averages.
    pub output: &'a mut [Pixel<T>],
    /// Dense layout of both.
    pub layout: Layout,
    /// Channels.
    pub channels: usize,
}

impl<T: Real> Job<T> for AvgPool3<'_, T> {
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

/// Adjoint of [`AvgPool3`]: spreads each gradient evenly over the pixels that were averaged.
#[derive(Debug)]
pub struct AvgPool3Backward<'a, T> {
    /// Gradient of the averages.
    pub output_gradient: &'a [Pixel<T>],
    /// Gradient of the input, overwritten.
    pub input_gradient: &'a mut [Pixel<T>],
    /// Dense layout of both.
    pub layout: Layout,
    /// Channels.
    pub channels: usize,
}

impl<T: Real> Job<T> for AvgPool3Backward<'_, T> {
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

/// Every row of every channel.
#[inline(always)]
fn rows(layout: &Layout, channels: usize) -> impl Iterator<Item = (usize, usize)> + use<> {
    assert_eq!(layout.row, layout.width, "pooling wants a dense layout");
    let height = layout.height;
    (0..channels).flat_map(move |channel| (0..height).map(move |y| (channel, y)))
}

/// Three rows around y with their weights; for one outside the image, row y stands in with weight zero.
#[inline(always)]
fn window<'a, T: Real>(
    input: &'a [Pixel<T>],
    layout: &Layout,
    channel: usize,
    y: usize,
    weight: impl Fn(usize) -> T,
) -> [(&'a [Pixel<T>], T); 3] {
    let row = |y| &input[layout.at(channel, y, 0)..][..layout.width];
    let above = if y > 0 { (row(y - 1), weight(y - 1)) } else { (row(y), T::ZERO) };
    let below = if y + 1 < layout.height { (row(y + 1), weight(y + 1)) } else { (row(y), T::ZERO) };
    [above, (row(y), weight(y)), below]
}

/// What a pixel counts in the mean of its window: the reciprocal of the pixels in it.
struct Shares {
    /// In the first row and in the last, away from their ends.
    edge: f64,
    /// In the rows between.
    inner: f64,
    /// How many times as much it is at the ends of a row.
    end: f64,
    last_row: usize,
}

impl Shares {
    #[inline(always)]
    fn new(layout: &Layout) -> Self {
        // At an end a window covers two pixels of a side instead of three, or the only one.
        let covered = |length: usize| length.min(2) as f64;
        let edge = 1.0 / (3.0 * covered(layout.height));
        Self { edge, inner: 1.0 / 9.0, end: 3.0 / covered(layout.width), last_row: layout.height - 1 }
    }

    #[inline(always)]
    fn of_row<T: Real>(&self, y: usize) -> T {
        T::from_f64(if y == 0 || y == self.last_row { self.edge } else { self.inner })
    }
}

/// `to[x] = Σ_|i − x| ≤ 1 Σ_r weight_r · row_r[i]`, where what stands at an end of a row counts `end` times: results, or what is
/// added up in the `ADJOINT`.
#[inline(always)]
fn row_sums<T: Real, V: Vector<T>, const ADJOINT: bool>(
    rows: [(&[Pixel<T>], T); 3],
    to: &mut [Pixel<T>],
    end: f64,
) {
    let end = V::splat(T::from_f64(end));
    let (before, after) = if ADJOINT { (end, V::splat(T::ONE)) } else { (V::splat(T::ONE), end) };
    let weights = rows.map(|(_, weight)| V::splat(weight));
    let last = to.len() - 1;
    let [above, row, below] = rows.map(|(row, _)| &row[..=last]);
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

#[inline(always)]
fn column<T: Real, V: Vector<T>>([above, pixel, below]: [&Pixel<T>; 3], weights: [V; 3]) -> V {
    let [a, b, c] = weights;
    V::load(above).mul(a).add_mul(b, V::load(pixel)).add_mul(c, V::load(below))
}
