//! 2×2 average pooling at stride 2.

use crate::kernels::Kernel;
use crate::layout::BlockLayout;
use crate::pixel::Pixel;
use crate::real::Real;
use crate::vector::Vector;

/// Computes 2×2 averages at stride 2. Where the image has an odd side, the last window is smaller.
#[derive(Debug)]
pub struct AvgPool2<'a, T> {
    /// The block, `[channel][y][x][lane]`.
    pub input: &'a [Pixel<T>],
    /// Dense layout of the input.
    pub from: BlockLayout,
    /// The averages, `[channel][y][x][lane]`, overwritten.
    pub output: &'a mut [Pixel<T>],
    /// Dense layout of the output: half the size of the input, rounded up.
    pub to: BlockLayout,
    /// Channels.
    pub channels: usize,
}

/// Asserts that the layout of the averages has half the size of the input, rounded up.
#[inline(always)]
fn check_halved(from: &BlockLayout, to: &BlockLayout) {
    let halved = (from.height.div_ceil(2), from.width.div_ceil(2));
    assert_eq!((to.height, to.width), halved, "size of the averages");
}

/// Reciprocals of the number of pixels of a window.
#[derive(Clone, Copy)]
struct Reciprocals<V> {
    /// For windows of two columns.
    pair: V,
    /// For windows of one column.
    single: V,
}

/// Returns the reciprocals for windows of `rows` rows.
#[inline(always)]
fn reciprocals<T: Real, V: Vector<T>>(rows: usize) -> Reciprocals<V> {
    let reciprocal = |columns: usize| V::splat(T::from_f64(1.0 / (rows * columns) as f64));
    Reciprocals { pair: reciprocal(2), single: reciprocal(1) }
}

impl<T: Real> Kernel<T> for AvgPool2<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let Self { input, from, output, to, channels } = self;
        check_halved(&from, &to);
        for channel in 0..channels {
            let row = |y| &input[from.at(channel, y, 0)..][..from.width];
            for y in 0..to.height {
                let means = &mut output[to.at(channel, y, 0)..][..to.width];
                if 2 * y + 1 < from.height {
                    halve::<T, V, 2>([row(2 * y), row(2 * y + 1)], means);
                } else {
                    halve::<T, V, 1>([row(2 * y)], means);
                }
            }
        }
    }
}

/// Writes a row of averages over `R` rows of the input.
#[inline(always)]
fn halve<T: Real, V: Vector<T>, const R: usize>(rows: [&[Pixel<T>]; R], means: &mut [Pixel<T>]) {
    let Reciprocals { pair: share, single: last_share } = reciprocals::<T, V>(R);
    let pairs = rows[0].len() / 2;
    for (x, mean) in means[..pairs].iter_mut().enumerate() {
        let pair = |row: &[Pixel<T>]| V::load(&row[2 * x]).add(V::load(&row[2 * x + 1]));
        add_up(rows.map(pair)).mul(share).store(mean);
    }
    if let Some(mean) = means.get_mut(pairs) {
        add_up(rows.map(|row| V::load(&row[2 * pairs]))).mul(last_share).store(mean);
    }
}

/// Returns the sum of `R` vectors.
#[inline(always)]
fn add_up<T: Real, V: Vector<T>, const R: usize>(values: [V; R]) -> V {
    values.into_iter().reduce(V::add).unwrap_or(V::splat(T::ZERO))
}

/// Adds the gradient of the input of [`AvgPool2`].
#[derive(Debug)]
pub struct AvgPool2Backward<'a, T> {
    /// Gradient of the averages, `[channel][y][x][lane]`.
    pub output_gradient: &'a [Pixel<T>],
    /// Its dense layout.
    pub to: BlockLayout,
    /// Gradient of the input, `[channel][y][x][lane]`, added to.
    pub input_gradient: &'a mut [Pixel<T>],
    /// Its dense layout.
    pub from: BlockLayout,
    /// Channels.
    pub channels: usize,
}

impl<T: Real> Kernel<T> for AvgPool2Backward<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let Self { output_gradient, to, input_gradient, from, channels } = self;
        check_halved(&from, &to);
        for channel in 0..channels {
            for y in 0..from.height {
                let gradient = &output_gradient[to.at(channel, y / 2, 0)..][..to.width];
                let target = &mut input_gradient[from.at(channel, y, 0)..][..from.width];
                let rows = if y | 1 < from.height { 2 } else { 1 };
                spread::<T, V>(gradient, reciprocals(rows), target);
            }
        }
    }
}

/// Adds each gradient's share to the two pixels of its row, or to the last one at an odd end.
#[inline(always)]
fn spread<T: Real, V: Vector<T>>(gradient: &[Pixel<T>], shares: Reciprocals<V>, target: &mut [Pixel<T>]) {
    let mut pairs = target.chunks_exact_mut(2);
    for (d, pair) in gradient.iter().zip(pairs.by_ref()) {
        let addend = V::load(d).mul(shares.pair);
        for pixel in pair {
            V::load(pixel).add(addend).store(pixel);
        }
    }
    if let ([.., d], [pixel]) = (gradient, pairs.into_remainder()) {
        V::load(pixel).add_mul(shares.single, V::load(d)).store(pixel);
    }
}
