//! Gradient of a convolution with respect to its weights.
//!
//! A register tile accumulates 4 output channels × 3 input streams over a strip of rows; a stream is the input
//! seen through one tap (three taps of a row for 3×3 windows, three input channels for 1×1). Strips are short
//! enough for their output gradients to stay in the L1 cache while all streams pass by.

use crate::conv::ConvShape;
use crate::kernels::Job;
use crate::layout::{Layout, product};
use crate::pixel::{LANES, Pixel};
use crate::real::Real;
use crate::vector::Vector;

/// Output channels of a register tile.
const TILE: usize = 4;
/// Input streams of a register tile.
const STREAMS: usize = 3;
/// Pixels of a strip: 4 channels × 112 pixels × 32 bytes = 14 KiB of output gradient.
const STRIP: usize = 112;

/// `gradient[output][input][ky][kx] += Σ_images Σ_y,x dy[output][y][x] · x[input][y·S+ky][x·S+kx]`.
#[derive(Debug)]
pub struct ConvWeights<'a, T> {
    /// The forward convolution.
    pub shape: ConvShape,
    /// Input block of the forward convolution in a padded layout, its margin zero.
    pub input: &'a [Pixel<T>],
    /// Gradient of the output in the *same* padded layout, spread out by the stride: output pixel (y, x) sits
    /// at (y·S, x·S).
    pub output_gradient: &'a [Pixel<T>],
    /// The padded layout of both.
    pub layout: Layout,
    /// Weight gradient, `outputs × inputs × kernel × kernel`.
    pub gradient: &'a mut [T],
    /// Images in the block: only these lanes are summed.
    pub lanes: usize,
    /// Room for at least [`weight_scratch`] partial sums.
    pub scratch: &'a mut [Pixel<T>],
}

/// Pixels of scratch that the weight gradient of a convolution needs.
///
/// # Panics
/// If the size overflows.
pub fn weight_scratch(shape: &ConvShape) -> usize {
    product(TILE, product(shape.inputs, product(shape.kernel, shape.kernel)))
}

impl<T: Real> ConvWeights<'_, T> {
    fn check(&self) {
        let Self { shape, layout, .. } = self;
        assert!(matches!(shape.kernel, 1 | 3) && matches!(shape.stride, 1 | 2), "unsupported {shape:?}");
        assert_eq!(*layout, Layout::padded(layout.height, layout.width), "the layout must be padded");
        assert!(self.input.len() >= layout.len(shape.inputs), "input too short");
        assert!(self.output_gradient.len() >= layout.len(shape.outputs), "output gradient too short");
        assert_eq!(self.gradient.len(), shape.weights(), "weight gradient");
        assert!(self.scratch.len() >= weight_scratch(shape), "scratch too short");
        assert!(self.lanes <= LANES, "lanes");
    }
}

impl<T: Real> Job<T> for ConvWeights<'_, T> {
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
fn groups<T: Real, V: Vector<T>, const S: usize>(job: &mut ConvWeights<'_, T>) {
    for group in (0..job.shape.outputs).step_by(TILE) {
        let members = TILE.min(job.shape.outputs - group);
        let streams = job.shape.inputs * job.shape.kernel * job.shape.kernel;
        job.scratch[..members * streams].fill(Pixel::ZERO);
        match members {
            1 => strips::<T, V, S, 1>(job, group),
            2 => strips::<T, V, S, 2>(job, group),
            3 => strips::<T, V, S, 3>(job, group),
            _ => strips::<T, V, S, 4>(job, group),
        }
        for member in 0..members {
            let sums = &job.scratch[member * streams..][..streams];
            let gradient = &mut job.gradient[(group + member) * streams..][..streams];
            for (value, sum) in gradient.iter_mut().zip(sums) {
                *value += T::from_f64(sum.sum(job.lanes));
            }
        }
    }
}

#[inline(always)]
fn strips<T: Real, V: Vector<T>, const S: usize, const M: usize>(job: &mut ConvWeights<'_, T>, group: usize) {
    let streams = job.shape.inputs * job.shape.kernel * job.shape.kernel;
    let rows = (STRIP / job.layout.width.div_ceil(S)).max(1) * S;
    for top in (0..job.layout.height).step_by(rows) {
        let bottom = (top + rows).min(job.layout.height);
        for stream in (0..streams).step_by(STREAMS) {
            match streams - stream {
                1 => tile::<T, V, S, M, 1>(job, group, stream, top..bottom),
                2 => tile::<T, V, S, M, 2>(job, group, stream, top..bottom),
                _ => tile::<T, V, S, M, 3>(job, group, stream, top..bottom),
            }
        }
    }
}

/// First pixel of a stream: the input seen through one tap of one input channel.
#[inline(always)]
fn stream_start(shape: &ConvShape, layout: &Layout, stream: usize) -> usize {
    let area = shape.kernel * shape.kernel;
    let (input, tap) = (stream / area, stream % area);
    let (ky, kx) = (tap / shape.kernel, tap % shape.kernel);
    layout.at(input, 0, 0) + ky * layout.row + kx - (shape.kernel / 2) * (layout.row + 1)
}

#[inline(always)]
fn tile<T: Real, V: Vector<T>, const S: usize, const M: usize, const N: usize>(
    job: &mut ConvWeights<'_, T>,
    group: usize,
    stream: usize,
    rows: std::ops::Range<usize>,
) {
    let streams = job.shape.inputs * job.shape.kernel * job.shape.kernel;
    let starts: [usize; N] = std::array::from_fn(|n| stream_start(&job.shape, &job.layout, stream + n));
    let mut sums: [[V; N]; M] =
        std::array::from_fn(|m| std::array::from_fn(|n| V::load(&job.scratch[m * streams + stream + n])));
    let gradients = job.layout.at(group, 0, 0);
    for y in rows.step_by(S) {
        let row = y * job.layout.row;
        for x in (0..job.layout.width).step_by(S) {
            // SAFETY: `check` holds both blocks to their number of planes; (y, x) is inside the image, so the
            // taps around it stay inside the padded plane.
            unsafe {
                let pixels: [V; N] =
                    std::array::from_fn(|n| V::load(job.input.get_unchecked(starts[n] + row + x)));
                for (m, line) in sums.iter_mut().enumerate() {
                    let at = gradients + m * job.layout.plane + row + x;
                    let d = V::load(job.output_gradient.get_unchecked(at));
                    for (sum, &pixel) in line.iter_mut().zip(&pixels) {
                        *sum = sum.add_mul(d, pixel);
                    }
                }
            }
        }
    }
    for (m, line) in sums.iter().enumerate() {
        for (n, &sum) in line.iter().enumerate() {
            sum.store(&mut job.scratch[m * streams + stream + n]);
        }
    }
}
