//! Mean and variance of each channel, in a form that merges over blocks.

use crate::kernels::Job;
use crate::layout::Layout;
use crate::pixel::{LANES, Pixel, total};
use crate::real::Real;
use crate::reduce::{join, plane, to_pixel};
use crate::vector::Vector;
use std::ops::Range;

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
        if self.count == 0.0 || other.count == 0.0 {
            return if self.count == 0.0 { other } else { self };
        }
        let count = self.count + other.count;
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

/// Mean and squared deviations of each channel, in one pass over deviations from a pivot.
///
/// The pivot of an image is the mean of eight pixels spread over its plane. It lies within the values, so little
/// is lost when Σ (x − pivot)² is corrected to the deviations from the mean (Chan, Golub and `LeVeque`, 1983).
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
        self.output.fill(Moments2::default());
        let plane = 0..self.layout.height * self.layout.width;
        merge_moments::<T, V>((self.input, &self.layout), plane, self.lanes, self.output);
    }
}

/// Channels whose lanes are put together at the same time: of one alone every addition waits for another.
const GROUP: usize = 8;

/// Merges the moments of the pixels `range` of every plane of a block with what is there: for a part that has just been
/// written, while it is in cache. Does nothing if `output` is empty.
#[inline(always)]
pub fn merge_moments<T: Real, V: Vector<T>>(
    (block, layout): (&[Pixel<T>], &Layout),
    range: Range<usize>,
    lanes: usize,
    output: &mut [Moments2],
) {
    assert!(lanes <= LANES, "lanes");
    for (group, output) in output.chunks_mut(GROUP).enumerate() {
        let mut sums = [Deviations::NONE; GROUP];
        for (index, sums) in sums.iter_mut().enumerate().take(output.len()) {
            let plane = plane(block, layout, group * GROUP + index);
            *sums = deviations::<T, V>(&plane[range.clone()], lanes);
        }
        for (output, sums) in output.iter_mut().zip(&sums) {
            *output = output.merge(moments(range.len(), sums, lanes));
        }
    }
}

/// Sums of one plane, for each lane.
#[derive(Clone, Copy)]
struct Deviations<T> {
    pivot: Pixel<T>,
    /// Σ (x − pivot).
    sum: Pixel<T>,
    /// Σ (x − pivot)².
    squares: Pixel<T>,
}

impl<T: Real> Deviations<T> {
    const NONE: Self = Self { pivot: Pixel::ZERO, sum: Pixel::ZERO, squares: Pixel::ZERO };
}

#[inline(always)]
fn deviations<T: Real, V: Vector<T>>(plane: &[Pixel<T>], lanes: usize) -> Deviations<T> {
    const SAMPLES: usize = 8;
    let mut samples = [V::splat(T::ZERO); SAMPLES];
    for (index, sample) in samples.iter_mut().enumerate() {
        *sample = V::load(&plane[index * plane.len() / SAMPLES]);
    }
    let pivot = join(samples).mul(V::splat(T::from_f64(1.0 / SAMPLES as f64)));
    let mut sums = [V::splat(T::ZERO); 4];
    let mut squares = sums;
    let mut steps = plane.chunks_exact(4);
    for step in steps.by_ref() {
        for ((sum, square), x) in sums.iter_mut().zip(&mut squares).zip(step) {
            let deviation = V::load(x).sub(pivot);
            (*sum, *square) = (sum.add(deviation), square.add_mul(deviation, deviation));
        }
    }
    for ((sum, square), x) in sums.iter_mut().zip(&mut squares).zip(steps.remainder()) {
        let deviation = V::load(x).sub(pivot);
        (*sum, *square) = (sum.add(deviation), square.add_mul(deviation, deviation));
    }
    Deviations {
        pivot: to_pixel(pivot.first(lanes)),
        sum: to_pixel(join(sums).first(lanes)),
        squares: to_pixel(join(squares).first(lanes)),
    }
}

/// Puts the lanes together. Loops run over all of them, so that they become vector code; those that do not count hold zero.
#[inline(always)]
fn moments<T: Real>(area: usize, deviations: &Deviations<T>, lanes: usize) -> Moments2 {
    let (mut means, mut squares) = (deviations.pivot.wide(), deviations.squares.wide());
    let sums = deviations.sum.wide();
    let (area, share) = (area as f64, 1.0 / area as f64);
    for (mean, sum) in means.iter_mut().zip(sums) {
        *mean += sum * share;
    }
    let mean = total(means) / lanes as f64;
    for (lane, square) in squares.iter_mut().enumerate() {
        let deviation = if lane < lanes { means[lane] - mean } else { 0.0 };
        *square += area * deviation * deviation - sums[lane] * sums[lane] * share;
    }
    let squares = total(squares);
    // Rounding may leave less than nothing; a NaN stays.
    let squares = if squares < 0.0 { 0.0 } else { squares };
    Moments2 { count: area * lanes as f64, mean, squares }
}
