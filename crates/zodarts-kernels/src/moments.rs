//! Mean and variance of each channel, in a form that merges over blocks.

use crate::kernels::Job;
use crate::layout::Layout;
use crate::pixel::{LANES, Pixel};
use crate::real::Real;
use crate::reduce::{join, plane, to_pixel};
use crate::vector::Vector;
use std::array::from_fn;
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
        assert!(self.lanes <= LANES, "lanes");
        for (channel, output) in self.output.iter_mut().enumerate() {
            let plane = plane(self.input, &self.layout, channel);
            *output = moments(plane.len(), &deviations::<T, V>(plane), self.lanes);
        }
    }
}

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
    for (channel, output) in output.iter_mut().enumerate() {
        let pixels = &plane(block, layout, channel)[range.clone()];
        *output = output.merge(moments(pixels.len(), &deviations::<T, V>(pixels), lanes));
    }
}

/// Sums of one plane, for each lane.
struct Deviations<T> {
    pivot: Pixel<T>,
    /// Σ (x − pivot).
    sum: Pixel<T>,
    /// Σ (x − pivot)².
    squares: Pixel<T>,
}

#[inline(always)]
fn deviations<T: Real, V: Vector<T>>(plane: &[Pixel<T>]) -> Deviations<T> {
    const SAMPLES: usize = 8;
    let mut pivot = V::splat(T::ZERO);
    for sample in 0..SAMPLES {
        pivot = pivot.add(V::load(&plane[sample * plane.len() / SAMPLES]));
    }
    let pivot = pivot.mul(V::splat(T::from_f64(1.0 / SAMPLES as f64)));
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
    Deviations { pivot: to_pixel(pivot), sum: join(sums), squares: join(squares) }
}

/// Puts the lanes together. Every loop runs over all of them, so that it becomes vector code.
#[inline(always)]
fn moments<T: Real>(area: usize, deviations: &Deviations<T>, lanes: usize) -> Moments2 {
    let sums = images(&deviations.sum, lanes);
    let (pivots, squares) = (images(&deviations.pivot, lanes), images(&deviations.squares, lanes));
    let share = 1.0 / area as f64;
    let means: [f64; LANES] = from_fn(|lane| pivots[lane] + sums[lane] * share);
    let mean = total(means) / lanes as f64;
    let squares = total(from_fn(|lane| {
        let deviation = if lane < lanes { means[lane] - mean } else { 0.0 };
        squares[lane] - sums[lane] * sums[lane] * share + area as f64 * deviation * deviation
    }));
    // Rounding may leave less than nothing; a NaN stays.
    let squares = if squares < 0.0 { 0.0 } else { squares };
    Moments2 { count: (area * lanes) as f64, mean, squares }
}

/// The first `lanes` values, and zero for the others.
#[inline(always)]
fn images<T: Real>(pixel: &Pixel<T>, lanes: usize) -> [f64; LANES] {
    from_fn(|lane| if lane < lanes { pixel.0[lane].to_f64() } else { 0.0 })
}

/// Adds in pairs: no sum waits for more than two others.
#[inline(always)]
fn total([a, b, c, d, e, f, g, h]: [f64; LANES]) -> f64 {
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}
