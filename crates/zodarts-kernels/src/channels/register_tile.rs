//! The register tile of convolutions with channels in the lanes: up to 16 output channels × 6 pixels.
//!
//! Twelve accumulators, two weights and one broadcast value take fifteen of AVX2's sixteen registers.

use crate::layout::product;
use crate::pixel::{LANES, Pixel};
use crate::real::Real;
use crate::vector::Vector;

/// Planes of output channels in a full tile.
pub const PLANES: usize = 2;
/// Pixels of a full tile.
const PIXELS: usize = 6;

/// The operands of a tile.
#[derive(Clone, Copy)]
pub struct ChannelTileInput<'a, T> {
    /// Input block, `[channel / 8][y][x][channel % 8]`.
    pub input: &'a [Pixel<T>],
    /// Input channels.
    pub channels: usize,
    /// Distance between planes of the input.
    pub plane: usize,
    /// Distance of each tap's pixel from a window's first.
    pub taps: &'a [usize],
    /// Packed weights, `[plane / 2][input / 8][tap][input % 8][plane % 2]`.
    pub packed: &'a [Pixel<T>],
}

/// The place of a tile's sums in the output.
#[derive(Clone, Copy)]
pub struct ChannelTileOutput {
    /// Index of the first pixel in the first output plane.
    pub at: usize,
    /// Distance between output planes.
    pub plane: usize,
    /// If true, the tile adds to the output; if false, it overwrites it.
    pub accumulate: bool,
}

/// The planes and pixels that [`run`] computes.
#[derive(Clone, Copy)]
pub struct ChannelTileSpan {
    /// First output plane.
    pub plane: usize,
    /// Output planes of the convolution.
    pub planes: usize,
    /// Index of the first pixel's window in the first input plane.
    pub first: usize,
    /// Pixels in a row, at most six.
    pub pixels: usize,
}

/// Numbers of channels and taps of packed weights.
#[derive(Clone, Copy)]
pub struct PackedSize {
    /// Input channels.
    pub inputs: usize,
    /// Output channels.
    pub outputs: usize,
    /// Taps of a window.
    pub taps: usize,
}

/// Writes `weight(output, input, tap)` in the order that [`run`] reads. Lanes beyond the last output channel
/// become zero.
pub fn pack<T: Real>(size: PackedSize, packed: &mut [Pixel<T>], weight: impl Fn(usize, usize, usize) -> T) {
    let PackedSize { inputs, outputs, taps } = size;
    let planes = outputs.div_ceil(LANES);
    let mut slots = packed[..product(product(planes, inputs), taps)].iter_mut();
    for first in (0..planes).step_by(PLANES) {
        let members = PLANES.min(planes - first);
        for eight in (0..inputs).step_by(LANES) {
            for (tap, input) in
                (0..taps).flat_map(|tap| (eight..inputs.min(eight + LANES)).map(move |i| (tap, i)))
            {
                for (member, slot) in slots.by_ref().take(members).enumerate() {
                    let output = |lane| (first + member) * LANES + lane;
                    *slot = Pixel(std::array::from_fn(|lane| match output(lane) {
                        output if output < outputs => weight(output, input, tap),
                        _ => T::ZERO,
                    }));
                }
            }
        }
    }
}

/// Cuts a row into (start, pixels) pieces of up to [`PIXELS`] pixels. They are as equal as possible, for
/// short ones starve the multipliers.
#[inline(always)]
pub fn pieces(length: usize) -> impl Iterator<Item = (usize, usize)> {
    let count = length.div_ceil(PIXELS);
    (0..count).map(move |piece| {
        let start = piece * length / count;
        (start, (piece + 1) * length / count - start)
    })
}

/// Sums all taps over all input channels for two output planes, or for the last one alone, and a row of
/// pixels whose windows are `S` pixels apart.
///
/// # Safety
/// Every tap of every pixel must lie within its input plane, `packed` must hold all output planes, and the
/// output the pixels of the span.
#[inline(always)]
pub unsafe fn run<T: Real, V: Vector<T>, const S: usize>(
    source: ChannelTileInput<'_, T>,
    span: ChannelTileSpan,
    output: &mut [Pixel<T>],
    target: ChannelTileOutput,
) {
    // SAFETY: the caller's promise.
    unsafe {
        if span.plane + 1 < span.planes {
            wide::<T, V, PLANES, S>(source, span, output, target);
        } else {
            wide::<T, V, 1, S>(source, span, output, target);
        }
    }
}

/// Computes a span of `G` output planes.
///
/// # Safety
/// As for [`run`].
#[inline(always)]
unsafe fn wide<T: Real, V: Vector<T>, const G: usize, const S: usize>(
    source: ChannelTileInput<'_, T>,
    span: ChannelTileSpan,
    output: &mut [Pixel<T>],
    target: ChannelTileOutput,
) {
    let ChannelTileSpan { plane, first, pixels, .. } = span;
    // SAFETY: the caller's promise.
    unsafe {
        match pixels {
            1 => tile::<T, V, G, 1, S>(source, plane, first, output, target),
            2 => tile::<T, V, G, 2, S>(source, plane, first, output, target),
            3 => tile::<T, V, G, 3, S>(source, plane, first, output, target),
            4 => tile::<T, V, G, 4, S>(source, plane, first, output, target),
            5 => tile::<T, V, G, 5, S>(source, plane, first, output, target),
            _ => tile::<T, V, G, PIXELS, S>(source, plane, first, output, target),
        }
    }
}

/// Computes `P` pixels of `G` output planes.
///
/// # Safety
/// As for [`run`].
#[inline(always)]
unsafe fn tile<T: Real, V: Vector<T>, const G: usize, const P: usize, const S: usize>(
    source: ChannelTileInput<'_, T>,
    plane: usize,
    first: usize,
    output: &mut [Pixel<T>],
    target: ChannelTileOutput,
) {
    let mut sums = [[V::splat(T::ZERO); P]; G];
    let at = |g: usize, p: usize| target.at + (plane + g) * target.plane + p;
    // SAFETY: the caller's promise covers every index below.
    unsafe {
        if target.accumulate {
            for (g, sums) in sums.iter_mut().enumerate() {
                for (p, sum) in sums.iter_mut().enumerate() {
                    *sum = V::load(output.get_unchecked(at(g, p)));
                }
            }
        }
        let mut weights = source.packed.as_ptr().add(plane * source.channels * source.taps.len());
        let mut window = source.input.as_ptr().add(first);
        for eight in (0..source.channels).step_by(LANES) {
            let lanes = LANES.min(source.channels - eight);
            for &tap in source.taps {
                let mut value = window.add(tap).cast::<T>();
                for _ in 0..lanes {
                    let mut row = [V::splat(T::ZERO); G];
                    for (g, weight) in row.iter_mut().enumerate() {
                        *weight = V::load(&*weights.add(g));
                    }
                    for p in 0..P {
                        let x = V::splat(*value.add(p * S * LANES));
                        for (sums, &weight) in sums.iter_mut().zip(&row) {
                            sums[p] = sums[p].add_mul(weight, x);
                        }
                    }
                    weights = weights.add(G);
                    value = value.add(1);
                }
            }
            window = window.add(source.plane);
        }
        for (g, sums) in sums.iter().enumerate() {
            for (p, sum) in sums.iter().enumerate() {
                sum.store(output.get_unchecked_mut(at(g, p)));
            }
        }
    }
}
