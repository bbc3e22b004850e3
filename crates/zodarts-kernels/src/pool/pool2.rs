//! 2×2 averages at stride 2.

use crate::kernels::Job;
use crate::layout::Layout;
use crate::pixel::Pixel;
use crate::real::Real;
use crate::vector::Vector;

/// 2×2 average at stride 2; where the image has an odd side, the last window is smaller.
#[derive(Debug)]
pub struct AvgPool2<'a, T> {
    /// A block.
    pub input: &'a [Pixel<T>],
    /// Dense layout of the input.
    pub from: Layout,
    /// The averages.
    pub output: &'a mut [Pixel<T>],
    /// Dense layout of the output: half the size, rounded up.
    pub to: Layout,
    /// Channels.
    pub channels: usize,
}

/// Holds a pooled layout to half of the layout it comes from.
#[inline(always)]
fn check_halved(from: &Layout, to: &Layout) {
    let halved = (from.height.div_ceil(2), from.width.div_ceil(2));
    assert_eq!((to.height, to.width), halved, "size of the averages");
}

/// Reciprocals of the pixels in windows of `rows` rows: of two columns, and of one.
#[inline(always)]
fn shares<T: Real, V: Vector<T>>(rows: usize) -> (V, V) {
    let share = |columns: usize| V::splat(T::from_f64(1.0 / (rows * columns) as f64));
    (share(2), share(1))
}

impl<T: Real> Job<T> for AvgPool2<'_, T> {
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

#[inline(always)]
fn halve<T: Real, V: Vector<T>, const R: usize>(rows: [&[Pixel<T>]; R], means: &mut [Pixel<T>]) {
    let (share, last_share) = shares::<T, V>(R);
    let pairs = rows[0].len() / 2;
    for (x, mean) in means[..pairs].iter_mut().enumerate() {
        let pair = |row: &[Pixel<T>]| V::load(&row[2 * x]).add(V::load(&row[2 * x + 1]));
        add_up(rows.map(pair)).mul(share).store(mean);
    }
    if let Some(mean) = means.get_mut(pairs) {
        add_up(rows.map(|row| V::load(&row[2 * pairs]))).mul(last_share).store(mean);
    }
}

#[inline(always)]
fn add_up<T: Real, V: Vector<T>, const R: usize>(values: [V; R]) -> V {
    values.into_iter().reduce(V::add).unwrap_or(V::splat(T::ZERO))
}

/// Adjoint of [`AvgPool2`], added to the input's gradient.
#[derive(Debug)]
pub struct AvgPool2Backward<'a, T> {
    /// Gradient of the averages.
    pub output_gradient: &'a [Pixel<T>],
    /// Its dense layout.
    pub to: Layout,
    /// Gradient of the input, added to.
    pub input_gradient: &'a mut [Pixel<T>],
    /// Its dense layout.
    pub from: Layout,
    /// Channels.
    pub channels: usize,
}

impl<T: Real> Job<T> for AvgPool2Backward<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let Self { output_gradient, to, input_gradient, from, channels } = self;
        check_halved(&from, &to);
        for channel in 0..channels {
            for y in 0..from.height {
                let gradient = &output_gradient[to.at(channel, y / 2, 0)..][..to.width];
                let target = &mut input_gradient[from.at(channel, y, 0)..][..from.width];
                let rows = if y | 1 < from.height { 2 } else { 1 };
                spread::<T, V>(gradient, shares(rows), target);
            }
        }
    }
}

/// Adds each gradient's share to the two pixels of its row, or the one that is left at an odd end.
#[inline(always)]
fn spread<T: Real, V: Vector<T>>(gradient: &[Pixel<T>], shares: (V, V), target: &mut [Pixel<T>]) {
    let mut pairs = target.chunks_exact_mut(2);
    for (d, pair) in gradient.iter().zip(pairs.by_ref()) {
        let addend = V::load(d).mul(shares.0);
        for pixel in pair {
            V::load(pixel).add(addend).store(pixel);
        }
    }
    if let ([.., d], [pixel]) = (gradient, pairs.into_remainder()) {
        V::load(pixel).add_mul(shares.1, V::load(d)).store(pixel);
    }
}
