//! Reductions over the images and pixels of a block, one result per channel.
//!
//! Lanes are summed separately over the pixels and added at the end, the first `lanes` of them only, in lane
//! order and in `f64`: a result does not depend on what idle lanes hold.

use crate::kernels::Job;
use crate::layout::Layout;
use crate::pixel::{LANES, Pixel};
use crate::real::Real;
use crate::vector::Vector;

/// Count, mean and sum of squared deviations of a sample; two of them merge exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments2 {
    /// Values seen.
    pub count: f64,
    /// Their mean.
    pub mean: f64,
    /// Σ (x − mean)².
    pub squares: f64,
}

impl Moments2 {
    /// The moments of both samples together (Chan, Golub and `LeVeque`, 1983).
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        let count = self.count + other.count;
        if count == 0.0 {
            return self;
        }
        let delta = other.mean - self.mean;
        Self {
            count,
            mean: self.mean + delta * other.count / count,
            squares: self.squares + other.squares + delta * delta * self.count * other.count / count,
        }
    }

    /// Mean squared deviation.
    pub fn variance(&self) -> f64 {
        self.squares / self.count
    }
}

/// Mean and squared deviations of each channel, in two passes.
#[derive(Debug)]
pub struct Moments<'a, T> {
    /// A block.
    pub input: &'a [Pixel<T>],
    /// Its dense layout.
    pub layout: Layout,
    /// Images in the block.
    pub lanes: usize,
    /// One result for each channel.
    pub output: &'a mut [Moments2],
}

impl<T: Real> Job<T> for Moments<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let area = area(&self.layout);
        let count = (area * self.lanes) as f64;
        for (channel, output) in self.output.iter_mut().enumerate() {
            let plane = plane(self.input, &self.layout, channel);
            let mean = sum(lane_sums::<T, V>(plane, |x| x), self.lanes) / count;
            let centre = V::splat(T::from_f64(mean));
            let deviations = lane_sums::<T, V>(plane, |x| {
                let deviation = x.sub(centre);
                deviation.mul(deviation)
            });
            // The deviations were taken from the rounded mean, so that is the mean to report with them.
            let mean = T::from_f64(mean).to_f64();
            *output = Moments2 { count, mean, squares: sum(deviations, self.lanes) };
        }
    }
}

/// Σ x of each channel.
#[derive(Debug)]
pub struct Sum<'a, T> {
    /// A block.
    pub input: &'a [Pixel<T>],
    /// Its dense layout.
    pub layout: Layout,
    /// Images in the block.
    pub lanes: usize,
    /// One sum for each channel, added to.
    pub output: &'a mut [f64],
}

impl<T: Real> Job<T> for Sum<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        for (channel, output) in self.output.iter_mut().enumerate() {
            let plane = plane(self.input, &self.layout, channel);
            *output += sum(lane_sums::<T, V>(plane, |x| x), self.lanes);
        }
    }
}

/// Σ d · (x − centre) of each channel.
#[derive(Debug)]
pub struct Dot<'a, T> {
    /// d.
    pub gradient: &'a [Pixel<T>],
    /// x.
    pub input: &'a [Pixel<T>],
    /// Dense layout of both.
    pub layout: Layout,
    /// What to subtract from x, one value for each channel.
    pub centre: &'a [T],
    /// Images in the block.
    pub lanes: usize,
    /// One sum for each channel, added to.
    pub output: &'a mut [f64],
}

impl<T: Real> Job<T> for Dot<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        for (channel, output) in self.output.iter_mut().enumerate() {
            let gradient = plane(self.gradient, &self.layout, channel);
            let input = plane(self.input, &self.layout, channel);
            let centre = V::splat(self.centre[channel]);
            let mut sums = [V::splat(T::ZERO); 2];
            for (d, x) in gradient.iter().zip(input) {
                let [first, second] = sums;
                sums = [second, first.add_mul(V::load(d), V::load(x).sub(centre))];
            }
            *output += sum(to_pixel(sums[0].add(sums[1])), self.lanes);
        }
    }
}

#[inline(always)]
fn area(layout: &Layout) -> usize {
    assert_eq!(layout.row, layout.width, "reductions want a dense layout");
    layout.height * layout.width
}

#[inline(always)]
fn plane<'a, T>(block: &'a [Pixel<T>], layout: &Layout, channel: usize) -> &'a [Pixel<T>] {
    &block[channel * layout.plane..][..area(layout)]
}

/// Adds `f(x)` over the pixels, in four interleaved chains: one alone waits for the adder's latency.
#[inline(always)]
fn lane_sums<T: Real, V: Vector<T>>(plane: &[Pixel<T>], f: impl Fn(V) -> V) -> Pixel<T> {
    let mut sums = [V::splat(T::ZERO); 4];
    let mut fours = plane.chunks_exact(4);
    for four in fours.by_ref() {
        for (sum, pixel) in sums.iter_mut().zip(four) {
            *sum = sum.add(f(V::load(pixel)));
        }
    }
    for (sum, pixel) in sums.iter_mut().zip(fours.remainder()) {
        *sum = sum.add(f(V::load(pixel)));
    }
    to_pixel(sums[0].add(sums[1]).add(sums[2].add(sums[3])))
}

#[inline(always)]
fn to_pixel<T: Real, V: Vector<T>>(value: V) -> Pixel<T> {
    let mut pixel = Pixel::ZERO;
    value.store(&mut pixel);
    pixel
}

#[inline(always)]
fn sum<T: Real>(pixel: Pixel<T>, lanes: usize) -> f64 {
    assert!(lanes <= LANES, "lanes");
    pixel.sum(lanes)
}
