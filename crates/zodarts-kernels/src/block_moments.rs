//! Mean and variance of each channel of a block.

use crate::block_view::BlockView;
use crate::kernels::Kernel;
use crate::lane_sums::{join, plane, to_pixel};
use crate::layout::BlockLayout;
use crate::pixel::{LANES, Pixel, total};
use crate::real::Real;
use crate::sample_moments::SampleMoments;
use crate::vector::Vector;
use std::ops::Range;

/// Computes the moments of each channel over images and pixels, in one pass over deviations from a pivot.
///
/// The pivot of an image is the mean of eight pixels spread over its plane. It lies within the values, so
/// little precision is lost when Σ (x − pivot)² is corrected to the deviations from the mean (Chan, Golub and
/// `LeVeque`, 1983).
#[derive(Debug)]
pub struct BlockMoments<'a, T> {
    /// The block, `[channel][y][x][lane]`.
    pub input: &'a [Pixel<T>],
    /// Its dense layout.
    pub layout: BlockLayout,
    /// Images in the block; only these lanes count.
    pub lanes: usize,
    /// The moments, one per channel, overwritten.
    pub output: &'a mut [SampleMoments],
}

impl<T: Real> Kernel<T> for BlockMoments<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        self.output.fill(SampleMoments::default());
        let plane = 0..self.layout.height * self.layout.width;
        let block = BlockView { pixels: self.input, layout: &self.layout, channels: self.output.len() };
        merge_moments::<T, V>(block, plane, self.lanes, self.output);
    }
}

/// Channels whose lanes are added at the same time: with one alone every addition would wait for another.
const GROUP: usize = 8;

/// Merges the moments of the pixels `range` of every plane of a block into `output`. Kernels call it for a
/// part that they have just written, while it is in cache. Does nothing if `output` is empty.
#[inline(always)]
pub fn merge_moments<T: Real, V: Vector<T>>(
    block: BlockView<'_, T>,
    range: Range<usize>,
    lanes: usize,
    output: &mut [SampleMoments],
) {
    assert!(lanes <= LANES, "lanes");
    for (group, output) in output.chunks_mut(GROUP).enumerate() {
        let mut sums = [Deviations::NONE; GROUP];
        for (index, sums) in sums.iter_mut().enumerate().take(output.len()) {
            let plane = plane(block.pixels, block.layout, group * GROUP + index);
            *sums = deviations::<T, V>(&plane[range.clone()], lanes);
        }
        for (output, sums) in output.iter_mut().zip(&sums) {
            *output = output.merge(moments(range.len(), sums, lanes));
        }
    }
}

/// Sums over one plane, for each lane.
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

/// Returns the sums over one plane; lanes beyond the first `lanes` are zero.
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

/// Merges the lanes. Loops run over all of them, so that they become vector code; idle lanes hold zero.
#[inline(always)]
fn moments<T: Real>(area: usize, deviations: &Deviations<T>, lanes: usize) -> SampleMoments {
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
    SampleMoments { count: area * lanes as f64, mean, squares }
}
