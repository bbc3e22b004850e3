//! Average pooling. Divisors count only pixels inside the image.

use crate::kernels::Job;
use crate::layout::Layout;
use crate::pixel::Pixel;
use crate::real::Real;
use crate::vector::Vector;

/// 3×3 average at stride 1 with a margin of one pixel.
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
    /// Room for one row.
    pub scratch: &'a mut [Pixel<T>],
}

impl<T: Real> Job<T> for AvgPool3<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let Layout { height, width, .. } = self.layout;
        let across = Divisors::<T>::new(width);
        let down = Divisors::<T>::new(height);
        let columns = &mut self.scratch[..width];
        for channel in 0..self.channels {
            for y in 0..height {
                for (x, column) in columns.iter_mut().enumerate() {
                    column_sum::<T, V>(self.input, &self.layout, channel, y, x, |_| T::ONE).store(column);
                }
                for x in 0..width {
                    let scale = V::splat(down.at(y) * across.at(x));
                    let value = row_sum::<T, V>(columns, x).mul(scale);
                    value.store(&mut self.output[self.layout.at(channel, y, x)]);
                }
            }
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
    /// Room for one row.
    pub scratch: &'a mut [Pixel<T>],
}

impl<T: Real> Job<T> for AvgPool3Backward<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let Layout { height, width, .. } = self.layout;
        let across = Divisors::<T>::new(width);
        let down = Divisors::<T>::new(height);
        let columns = &mut self.scratch[..width];
        for channel in 0..self.channels {
            for y in 0..height {
                for (x, column) in columns.iter_mut().enumerate() {
                    let scale = V::splat(across.at(x));
                    let divide = |row| down.at(row);
                    column_sum::<T, V>(self.output_gradient, &self.layout, channel, y, x, divide)
                        .mul(scale)
                        .store(column);
                }
                for x in 0..width {
                    row_sum::<T, V>(columns, x)
                        .store(&mut self.input_gradient[self.layout.at(channel, y, x)]);
                }
            }
        }
    }
}

/// Reciprocal of the pixels a window of three covers along one side of the image.
struct Divisors<T> {
    last: usize,
    inverse: [T; 3],
}

impl<T: Real> Divisors<T> {
    #[inline(always)]
    fn new(length: usize) -> Self {
        Self { last: length - 1, inverse: [1.0, 1.0 / 2.0, 1.0 / 3.0].map(T::from_f64) }
    }

    #[inline(always)]
    fn at(&self, position: usize) -> T {
        self.inverse[usize::from(position > 0) + usize::from(position < self.last)]
    }
}

/// Σ over rows y−1..=y+1 inside the image of `weight(row) · input[row][x]`.
#[inline(always)]
fn column_sum<T: Real, V: Vector<T>>(
    input: &[Pixel<T>],
    layout: &Layout,
    channel: usize,
    y: usize,
    x: usize,
    weight: impl Fn(usize) -> T,
) -> V {
    let rows = y.saturating_sub(1)..(y + 2).min(layout.height);
    rows.fold(V::splat(T::ZERO), |sum, row| {
        sum.add_mul(V::splat(weight(row)), V::load(&input[layout.at(channel, row, x)]))
    })
}

#[inline(always)]
fn row_sum<T: Real, V: Vector<T>>(columns: &[Pixel<T>], x: usize) -> V {
    let window = &columns[x.saturating_sub(1)..(x + 2).min(columns.len())];
    window.iter().fold(V::splat(T::ZERO), |sum, pixel| sum.add(V::load(pixel)))
}

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

impl<T: Real> Job<T> for AvgPool2<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        check_halved(&self.from, &self.to);
        for channel in 0..self.channels {
            for y in 0..self.to.height {
                for x in 0..self.to.width {
                    let mut sum = V::splat(T::ZERO);
                    let mut covered = 0;
                    for (row, column) in window2(&self.from, y, x) {
                        sum = sum.add(V::load(&self.input[self.from.at(channel, row, column)]));
                        covered += 1;
                    }
                    let scale = V::splat(T::from_f64(1.0 / f64::from(covered)));
                    sum.mul(scale).store(&mut self.output[self.to.at(channel, y, x)]);
                }
            }
        }
    }
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
        check_halved(&self.from, &self.to);
        for channel in 0..self.channels {
            for y in 0..self.to.height {
                for x in 0..self.to.width {
                    let covered = window2(&self.from, y, x).count() as f64;
                    let share = V::load(&self.output_gradient[self.to.at(channel, y, x)])
                        .mul(V::splat(T::from_f64(1.0 / covered)));
                    for (row, column) in window2(&self.from, y, x) {
                        let target = &mut self.input_gradient[self.from.at(channel, row, column)];
                        V::load(target).add(share).store(target);
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn window2(from: &Layout, y: usize, x: usize) -> impl Iterator<Item = (usize, usize)> {
    let rows = 2 * y..(2 * y + 2).min(from.height);
    let columns = 2 * x..(2 * x + 2).min(from.width);
    rows.flat_map(move |row| columns.clone().map(move |column| (row, column)))
}
