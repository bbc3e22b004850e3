//! Gradient of a convolution with respect to its weights.
//!
//! A register tile accumulates 4 output channels × 3 input streams over a strip of rows; a stream is the input
//! seen through one tap (three taps of a row for 3×3 windows, three input channels for 1×1). Strips are short
//! enough for their output gradients to stay in the L1 cache while all streams pass by. Lanes are added four
//! registers at a time when a strip ends: with planes of 7×7 pixels, one by one would cost half of the time.

use crate::conv::ConvShape;
use crate::geometry::thirds;
use crate::kernels::Job;
use crate::layout::Layout;
use crate::pixel::{LANES, Pixel};
use crate::real::Real;
use crate::vector::Vector;

/// Output channels of a register tile.
const TILE: usize = 4;
/// Pixels of a strip: 4 channels × 112 pixels × 32 bytes = 14 KiB of output gradient.
const STRIP: usize = 112;

/// `gradient[output][input][ky][kx] += Σ_images Σ_y,x dy[output][y][x] · x[input][y·S+ky][x·S+kx]`.
#[derive(Debug)]
pub struct ConvWeightGradient<'a, T> {
    /// The forward convolution.
    pub shape: ConvShape,
    /// Input block of the forward convolution.
    pub input: &'a [Pixel<T>],
    /// Layout of the input: with a margin, which is zero, if the kernel is 3×3.
    pub from: Layout,
    /// Gradient of the output.
    pub output_gradient: &'a [Pixel<T>],
    /// Layout of the output's gradient: height and width are the input's divided by the stride, rounded up.
    pub gradient_layout: Layout,
    /// Weight gradient, `outputs × inputs × kernel × kernel`, added to.
    pub gradient: &'a mut [T],
    /// Images in the block: only these lanes are summed.
    pub lanes: usize,
}

impl<T: Real> ConvWeightGradient<'_, T> {
    fn check(&self) {
        let Self { shape, from, gradient_layout: to, .. } = self;
        shape.check(from, to);
        shape.check_reach(from);
        assert!(self.input.len() >= from.len(shape.inputs), "input too short");
        assert!(self.output_gradient.len() >= to.len(shape.outputs), "output gradient too short");
        assert_eq!(self.gradient.len(), shape.weights(), "weight gradient");
        assert!(self.lanes <= LANES, "lanes");
    }
}

impl<T: Real> Job<T> for ConvWeightGradient<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(mut self) {
        self.check();
        match self.shape.stride {
            1 => groups::<T, V, 1>(&mut self),
            _ => groups::<T, V, 2>(&mut self),
        }
    }
}

#[inline(always)]
fn groups<T: Real, V: Vector<T>, const S: usize>(job: &mut ConvWeightGradient<'_, T>) {
    for group in (0..job.shape.outputs).step_by(TILE) {
        match job.shape.outputs - group {
            1 => strips::<T, V, S, 1>(job, group),
            2 => strips::<T, V, S, 2>(job, group),
            3 => strips::<T, V, S, 3>(job, group),
            _ => strips::<T, V, S, 4>(job, group),
        }
    }
}

/// Rows of the output a tile runs over.
#[derive(Clone, Copy)]
struct Strip {
    top: usize,
    rows: usize,
    columns: usize,
}

#[inline(always)]
fn strips<T: Real, V: Vector<T>, const S: usize, const M: usize>(
    job: &mut ConvWeightGradient<'_, T>,
    group: usize,
) {
    let Layout { height, width, .. } = job.gradient_layout;
    let rows = (STRIP / width).max(1);
    for top in (0..height).step_by(rows) {
        let strip = Strip { top, rows: rows.min(height - top), columns: width };
        if job.shape.kernel == 1 {
            for (input, streams) in thirds(job.shape.inputs) {
                match streams {
                    1 => tile::<T, V, S, M, 1>(job, group, input, strip),
                    2 => tile::<T, V, S, M, 2>(job, group, input, strip),
                    _ => tile::<T, V, S, M, 3>(job, group, input, strip),
                }
            }
        } else {
            for row in 0..job.shape.inputs * 3 {
                tile::<T, V, S, M, 3>(job, group, row * 3, strip);
            }
        }
    }
}

/// First pixel of a stream, and the distance to the next stream of its tile.
#[inline(always)]
fn stream_start(shape: &ConvShape, layout: &Layout, stream: usize) -> (usize, usize) {
    if shape.kernel == 1 {
        (layout.at(stream, 0, 0), layout.plane)
    } else {
        let (input, ky) = (stream / 9, stream % 9 / 3);
        (layout.at(input, 0, 0) + ky * layout.row - layout.row - 1, 1)
    }
}

/// One register tile: `M` output channels from `group`, `N` streams from `stream`.
#[inline(always)]
fn tile<T: Real, V: Vector<T>, const S: usize, const M: usize, const N: usize>(
    job: &mut ConvWeightGradient<'_, T>,
    group: usize,
    stream: usize,
    strip: Strip,
) {
    let (start, next) = stream_start(&job.shape, &job.from, stream);
    let to = &job.gradient_layout;
    let mut sums = [[V::splat(T::ZERO); N]; M];
    for y in strip.top..strip.top + strip.rows {
        // SAFETY: `check` holds both blocks to their number of planes and the layouts to their images, with a
        // margin around the input if it has taps outside; (y, x) is inside the output.
        unsafe {
            let source = job.input.as_ptr().add(start + y * S * job.from.row);
            let gradient = job.output_gradient.as_ptr().add(to.at(group, y, 0));
            let sources: [_; N] = std::array::from_fn(|n| source.wrapping_add(n * next));
            let gradients: [_; M] = std::array::from_fn(|m| gradient.wrapping_add(m * to.plane));
            for x in 0..strip.columns {
                let pixels: [V; N] = std::array::from_fn(|n| V::load(&*sources[n].add(x * S)));
                for (line, gradient) in sums.iter_mut().zip(gradients) {
                    let d = V::load(&*gradient.add(x));
                    for (sum, &pixel) in line.iter_mut().zip(&pixels) {
                        *sum = sum.add_mul(d, pixel);
                    }
                }
            }
        }
    }
    add_lanes(job, group, stream, sums);
}

/// Adds the lanes of a tile's sums to the gradient.
#[inline(always)]
fn add_lanes<T: Real, V: Vector<T>, const M: usize, const N: usize>(
    job: &mut ConvWeightGradient<'_, T>,
    group: usize,
    stream: usize,
    mut sums: [[V; N]; M],
) {
    if job.lanes < LANES {
        let gate = V::load(&Pixel(std::array::from_fn(|lane| T::from(u8::from(lane < job.lanes)))));
        for sum in sums.as_flattened_mut() {
            *sum = sum.where_positive(gate);
        }
    }
    let mut totals = [[T::ZERO; TILE]; N];
    for (n, totals) in totals.iter_mut().enumerate() {
        let mut column = [V::splat(T::ZERO); TILE];
        for (sum, line) in column.iter_mut().zip(&sums) {
            *sum = line[n];
        }
        *totals = V::sum_lanes(column);
    }
    let streams = job.shape.inputs * job.shape.kernel * job.shape.kernel;
    for m in 0..M {
        let gradient = &mut job.gradient[(group + m) * streams + stream..][..N];
        for (value, totals) in gradient.iter_mut().zip(&totals) {
            *value += totals[m];
        }
    }
}
