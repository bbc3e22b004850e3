//! 3×3 averages at stride 1 with a margin of one pixel.
//!
//! Sums are separable: a row of the result goes from left to right over three rows of the source, adds each
//! column once and keeps the last three columns in registers. The divisors are separable too.

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
        let (down, across) = (Scale::<T>::across(layout.height), Scale::across(layout.width));
        for (channel, y) in rows(&layout, channels) {
            let rows = window(input, &layout, channel, y, |_| down.at(y, layout.height));
            let means = &mut output[layout.at(channel, y, 0)..][..layout.width];
            row_sums::<T, V>(rows, means, Scale::one(), across);
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
        let (down, across) = (Scale::<T>::across(layout.height), Scale::across(layout.width));
        for (channel, y) in rows(&layout, channels) {
            let rows = window(output_gradient, &layout, channel, y, |row| down.at(row, layout.height));
            let sums = &mut input_gradient[layout.at(channel, y, 0)..][..layout.width];
            row_sums::<T, V>(rows, sums, across, Scale::one());
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

/// A factor at the two ends of a row and in between.
#[derive(Clone, Copy)]
struct Scale<T> {
    end: T,
    inner: T,
}

impl<T: Real> Scale<T> {
    #[inline(always)]
    fn one() -> Self {
        Self { end: T::ONE, inner: T::ONE }
    }

    /// Reciprocal of the pixels that a window of three covers along a side.
    #[inline(always)]
    fn across(length: usize) -> Self {
        Self { end: T::from_f64(1.0 / length.min(2) as f64), inner: T::from_f64(1.0 / 3.0) }
    }

    #[inline(always)]
    fn at(&self, position: usize, length: usize) -> T {
        if position == 0 || position + 1 >= length { self.end } else { self.inner }
    }
}

/// `to[x] = after[x] · Σ_|i − x| ≤ 1 before[i] · Σ_r weight_r · row_r[i]`.
#[inline(always)]
fn row_sums<T: Real, V: Vector<T>>(
    rows: [(&[Pixel<T>], T); 3],
    to: &mut [Pixel<T>],
    before: Scale<T>,
    after: Scale<T>,
) {
    let width = to.len();
    let weights = rows.map(|(_, weight)| V::splat(weight));
    let rows = rows.map(|(row, _)| &row[..width]);
    let (before_end, before) = (V::splat(before.end), V::splat(before.inner));
    let (after_end, after) = (V::splat(after.end), V::splat(after.inner));
    let mut middle = column(rows.map(|row| &row[0]), weights).mul(before_end);
    let (mut both, mut factor) = (middle, after_end);
    let inner = width.saturating_sub(2);
    let [above, row, below] = rows.map(|row| &row[usize::from(width > 1)..]);
    for (((a, b), c), to) in above.iter().zip(row).zip(below).zip(&mut to[..inner]) {
        let right = column([a, b, c], weights).mul(before);
        both.add(right).mul(factor).store(to);
        (both, middle, factor) = (middle.add(right), right, after);
    }
    if width > 1 {
        let right = column(rows.map(|row| &row[width - 1]), weights).mul(before_end);
        both.add(right).mul(factor).store(&mut to[width - 2]);
        both = middle.add(right);
    }
    both.mul(after_end).store(&mut to[width - 1]);
}

#[inline(always)]
fn column<T: Real, V: Vector<T>>([above, pixel, below]: [&Pixel<T>; 3], weights: [V; 3]) -> V {
    let [a, b, c] = weights;
    V::load(above).mul(a).add_mul(b, V::load(pixel)).add_mul(c, V::load(below))
}
