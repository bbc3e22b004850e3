//! Gradient of a convolution with respect to its weights.
//!
//! A register tile accumulates 4 output channels × 3 input streams over a strip of pixels. A stream is the
//! input as seen through one tap: three taps of a row for 3×3 windows, three input channels for 1×1. Strips
//! are short enough that their output gradients stay in the L1 cache while all streams are processed. Lanes
//! are added four registers at a time when a strip ends: with planes of 7×7 pixels, adding them one by one
//! would take half of the time.

use crate::conv_shape::ConvShape;
use crate::kernels::Kernel;
use crate::layout::BlockLayout;
use crate::pixel::{LANES, Pixel};
use crate::real::Real;
use crate::thirds::thirds;
use crate::vector::Vector;

/// Output channels of a register tile.
const TILE: usize = 4;
/// Pixels of a strip: 4 channels × 112 pixels × 32 bytes = 14 KiB of output gradient.
pub const STRIP: usize = 112;

/// Computes `gradient[output][input][ky][kx] += Σ_images Σ_y,x dy[output][y][x] · x[input][y·S+ky][x·S+kx]`.
#[derive(Debug)]
pub struct ConvWeightGradient<'a, T> {
    /// The forward convolution.
    pub shape: ConvShape,
    /// x, the input block of the forward convolution, `[channel][y][x][lane]`.
    pub input: &'a [Pixel<T>],
    /// Layout of the input: with a zero margin if the kernel is 3×3.
    pub from: BlockLayout,
    /// dy, the gradient of the output, `[channel][y][x][lane]`.
    pub output_gradient: &'a [Pixel<T>],
    /// Layout of the output's gradient: height and width are the input's divided by the stride, rounded up.
    pub gradient_layout: BlockLayout,
    /// Weight gradient, `(outputs, inputs, kernel, kernel)`, added to.
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

impl<T: Real> Kernel<T> for ConvWeightGradient<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        self.check();
        let Self { shape, input, from, output_gradient, gradient_layout: to, gradient, lanes } = self;
        let operands = Operands {
            shape,
            input,
            from,
            output_gradient: &output_gradient[to.origin..],
            plane: to.plane,
            lanes,
        };
        let pixels = to.height * to.width;
        for first in (0..pixels).step_by(STRIP) {
            let strip = StripOffsets::new::<T>((first..pixels.min(first + STRIP)).map(|pixel| {
                let (y, x) = (pixel / to.width, pixel % to.width);
                PixelOffsets { input: (y * from.row + x) * shape.stride, gradient: y * to.row + x }
            }));
            // SAFETY: `check` holds both blocks to their number of planes and the layouts to their images,
            // with a margin around the input if it has taps outside.
            unsafe { add_strip::<T, V>(operands, &strip, gradient) };
        }
    }
}

/// The operands of a weight gradient.
#[derive(Clone, Copy)]
pub struct Operands<'a, T> {
    /// The forward convolution.
    pub shape: ConvShape,
    /// Input block of the forward convolution.
    pub input: &'a [Pixel<T>],
    /// Layout of the input.
    pub from: BlockLayout,
    /// Gradient of the output.
    pub output_gradient: &'a [Pixel<T>],
    /// Distance between planes of the output's gradient.
    pub plane: usize,
    /// Images in the block: only these lanes are summed.
    pub lanes: usize,
}

/// Adds the weight gradient over the pixels of a strip to `gradient`.
///
/// # Safety
/// The input must have the channels and the margin of its shape. A strip's offsets in the input must be those
/// of pixels of its image, and those in the gradient must lie within the planes of all output channels.
#[inline(always)]
pub unsafe fn add_strip<T: Real, V: Vector<T>>(
    operands: Operands<'_, T>,
    strip: &StripOffsets,
    gradient: &mut [T],
) {
    let outputs = operands.shape.outputs;
    for group in (0..outputs).step_by(TILE) {
        // SAFETY: the caller's promise.
        unsafe {
            match outputs - group {
                1 => streams::<T, V, 1>(operands, group, strip, gradient),
                2 => streams::<T, V, 2>(operands, group, strip, gradient),
                3 => streams::<T, V, 3>(operands, group, strip, gradient),
                _ => streams::<T, V, 4>(operands, group, strip, gradient),
            }
        }
    }
}

/// Offsets of one pixel of the output, in pixels.
pub struct PixelOffsets {
    /// Offset in the input, from the first pixel of a plane to the centre of the pixel's window.
    pub input: usize,
    /// Offset in a plane of the output's gradient.
    pub gradient: usize,
}

/// The pixels of the output that a tile runs over, as offsets in bytes. With them a tile is one loop however
/// short the rows are; the CPU mispredicts the end of every loop.
pub struct StripOffsets {
    /// Offsets in the input; see [`PixelOffsets::input`].
    input: [usize; STRIP],
    /// Offsets in the gradient of the output.
    gradient: [usize; STRIP],
    /// Pixels.
    len: usize,
}

impl StripOffsets {
    /// Converts the offsets of at most [`STRIP`] pixels.
    #[inline(always)]
    pub fn new<T>(pixels: impl Iterator<Item = PixelOffsets>) -> Self {
        let mut strip = Self { input: [0; STRIP], gradient: [0; STRIP], len: 0 };
        for ((input, gradient), pixel) in strip.input.iter_mut().zip(&mut strip.gradient).zip(pixels) {
            *input = pixel.input * size_of::<Pixel<T>>();
            *gradient = pixel.gradient * size_of::<Pixel<T>>();
            strip.len += 1;
        }
        strip
    }
}

/// Adds the gradient of `M` output channels from `group`.
///
/// # Safety
/// As for [`add_strip`].
#[inline(always)]
unsafe fn streams<T: Real, V: Vector<T>, const M: usize>(
    operands: Operands<'_, T>,
    group: usize,
    strip: &StripOffsets,
    gradient: &mut [T],
) {
    let ConvShape { inputs, kernel, .. } = operands.shape;
    // SAFETY: the caller's promise.
    unsafe {
        if kernel == 1 {
            for (input, streams) in thirds(inputs) {
                match streams {
                    1 => tile::<T, V, M, 1>(operands, group, input, strip, gradient),
                    2 => tile::<T, V, M, 2>(operands, group, input, strip, gradient),
                    _ => tile::<T, V, M, 3>(operands, group, input, strip, gradient),
                }
            }
        } else {
            for row in 0..inputs * 3 {
                tile::<T, V, M, 3>(operands, group, row * 3, strip, gradient);
            }
        }
    }
}

/// Returns the index of a stream's first pixel, and the distance to the next stream of its tile.
#[inline(always)]
fn stream_start(shape: &ConvShape, layout: &BlockLayout, stream: usize) -> (usize, usize) {
    if shape.kernel == 1 {
        (layout.at(stream, 0, 0), layout.plane)
    } else {
        let (input, ky) = (stream / 9, stream % 9 / 3);
        (layout.at(input, 0, 0) + ky * layout.row - layout.row - 1, 1)
    }
}

/// Computes one register tile: `M` output channels from `group`, `N` streams from `stream`.
///
/// # Safety
/// As for [`add_strip`].
#[inline(always)]
unsafe fn tile<T: Real, V: Vector<T>, const M: usize, const N: usize>(
    operands: Operands<'_, T>,
    group: usize,
    stream: usize,
    strip: &StripOffsets,
    gradient: &mut [T],
) {
    let Operands { shape, input, from, output_gradient, plane, .. } = operands;
    let (start, next) = stream_start(&shape, &from, stream);
    let mut sums = [[V::splat(T::ZERO); N]; M];
    // SAFETY: the caller's promise.
    unsafe {
        let source = input.as_ptr().add(start);
        let output_gradient = output_gradient.as_ptr().add(group * plane);
        let sources: [_; N] = std::array::from_fn(|n| source.wrapping_add(n * next));
        let gradients: [_; M] = std::array::from_fn(|m| output_gradient.wrapping_add(m * plane));
        for (&input, &output) in strip.input.iter().zip(&strip.gradient).take(strip.len) {
            let pixels: [V; N] = std::array::from_fn(|n| V::load(&*sources[n].byte_add(input)));
            for (line, gradient) in sums.iter_mut().zip(gradients) {
                let d = V::load(&*gradient.byte_add(output));
                for (sum, &pixel) in line.iter_mut().zip(&pixels) {
                    *sum = sum.add_mul(d, pixel);
                }
            }
        }
    }
    add_lanes(operands, group, stream, sums, gradient);
}

/// Adds the lanes of a tile's sums to the gradient.
#[inline(always)]
fn add_lanes<T: Real, V: Vector<T>, const M: usize, const N: usize>(
    operands: Operands<'_, T>,
    group: usize,
    stream: usize,
    mut sums: [[V; N]; M],
    gradient: &mut [T],
) {
    let Operands { shape, lanes, .. } = operands;
    if lanes < LANES {
        let gate = V::load(&Pixel(std::array::from_fn(|lane| T::from(u8::from(lane < lanes)))));
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
    let streams = shape.inputs * shape.kernel * shape.kernel;
    for m in 0..M {
        let gradient = &mut gradient[(group + m) * streams + stream..][..N];
        for (value, totals) in gradient.iter_mut().zip(&totals) {
            *value += totals[m];
        }
    }
}
