//! The register tile: up to 16 output channels × 6 pixels.
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

/// What a tile reads.
#[derive(Clone, Copy)]
pub struct Source<'a, T> {
    /// Input block.
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

/// Where a tile's sums go.
#[derive(Clone, Copy)]
pub struct Target {
    /// Index of its first pixel in the first output plane.
    pub at: usize,
    /// Distance between output planes.
    pub plane: usize,
    /// Whether to add to what is there.
    pub accumulate: bool,
}

/// Writes weights in the order [`run`] reads them. Lanes beyond the last output channel become zero.
pub fn pack<T: Real>(
    (inputs, outputs, taps): (usize, usize, usize),
    packed: &mut [Pixel<T>],
    weight: impl Fn(usize, usize, usize) -> T,
) {
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

/// Pieces of up to [`PIXELS`] of a row, as equal as can be: short ones starve the multipliers.
#[inline(always)]
pub fn pieces(length: usize) -> impl Iterator<Item = (usize, usize)> {
    let count = length.div_ceil(PIXELS);
    (0..count).map(move |piece| {
        let start = piece * length / count;
        (start, (piece + 1) * length / count - start)
    })
}

/// Sums all taps over all input channels for two output planes from `plane` (or the one that is left of `planes`) and
/// `pixels` pixels in a row, whose windows are `S` pixels apart.
///
/// # Safety
/// Every tap of every pixel lies within its input plane, `packed` holds `planes` planes, and the output its pixels.
#[inline(always)]
pub unsafe fn run<T: Real, V: Vector<T>, const S: usize>(
    source: Source<'_, T>,
    (plane, planes): (usize, usize),
    (first, pixels): (usize, usize),
    output: &mut [Pixel<T>],
    target: Target,
) {
    // SAFETY: the caller's promise.
    unsafe {
        if plane + 1 < planes {
            wide::<T, V, PLANES, S>(source, plane, (first, pixels), output, target);
        } else {
            wide::<T, V, 1, S>(source, plane, (first, pixels), output, target);
        }
    }
}

#[inline(always)]
unsafe fn wide<T: Real, V: Vector<T>, const G: usize, const S: usize>(
    source: Source<'_, T>,
    plane: usize,
    (first, pixels): (usize, usize),
    output: &mut [Pixel<T>],
    target: Target,
) {
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

#[inline(always)]
unsafe fn tile<T: Real, V: Vector<T>, const G: usize, const P: usize, const S: usize>(
    source: Source<'_, T>,
    plane: usize,
    first: usize,
    output: &mut [Pixel<T>],
    target: Target,
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
