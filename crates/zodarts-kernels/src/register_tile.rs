//! The register tile of the direct convolutions: up to 4 output channels × 3 pixels.
//!
//! Twelve accumulators, three pixels and one broadcast weight fill the sixteen vector registers of AVX2.

use crate::pixel::Pixel;
use crate::real::Real;
use crate::vector::Vector;

/// Output channels of a full tile.
pub const CHANNELS: usize = 4;

/// One tap of a window.
#[derive(Clone, Copy)]
pub struct Tap {
    /// Distance of its pixel from the window's first.
    pub pixel: usize,
    /// Its place in the packed window, `ky · kernel + kx`.
    pub place: usize,
}

/// The operands of a tile.
#[derive(Clone, Copy)]
pub struct TileInput<'a, T> {
    /// Input block, `[channel][y][x][lane]`.
    pub input: &'a [Pixel<T>],
    /// Input channels.
    pub channels: usize,
    /// Distance between planes of the input.
    pub plane: usize,
    /// Distance between the windows of neighbouring output pixels.
    pub step: usize,
    /// Packed weights, `[output / 4][input][place][output % 4]`.
    pub packed: &'a [T],
    /// Places of a packed window.
    pub area: usize,
}

/// The place of a tile's sums in the output.
#[derive(Clone, Copy)]
pub struct TileOutput {
    /// First output channel.
    pub group: usize,
    /// Index of the first pixel.
    pub at: usize,
    /// Distance between planes of the output.
    pub plane: usize,
    /// Distance between the pixels of a tile.
    pub step: usize,
    /// If true, the tile adds to the output; if false, it overwrites it.
    pub accumulate: bool,
}

/// The pixels and channels that [`column`] computes.
#[derive(Clone, Copy)]
pub struct ColumnSpan {
    /// Index of the first pixel's window in the first input plane.
    pub first: usize,
    /// Pixels, at most three.
    pub pixels: usize,
    /// Output channels.
    pub channels: usize,
}

/// Sums `N` taps over all input channels for `M` output channels and `P` pixels. `first` is the index of the
/// first pixel's window in the first input plane.
///
/// # Safety
/// Every tap of every pixel lies within its input plane, `packed` holds the group, and the output its pixels.
#[inline(always)]
pub unsafe fn tile<T: Real, V: Vector<T>, const N: usize, const M: usize, const P: usize>(
    source: TileInput<'_, T>,
    taps: &[Tap; N],
    first: usize,
    output: &mut [Pixel<T>],
    target: TileOutput,
) {
    let mut sums = [[V::splat(T::ZERO); P]; M];
    // SAFETY: the caller's promise covers every index below.
    unsafe {
        if target.accumulate {
            for (m, row) in sums.iter_mut().enumerate() {
                for (p, sum) in row.iter_mut().enumerate() {
                    let at = target.at + m * target.plane + p * target.step;
                    *sum = V::load(output.get_unchecked(at));
                }
            }
        }
        let mut window = first;
        let mut weights = target.group * source.channels * source.area;
        for _ in 0..source.channels {
            for tap in taps {
                let at = window + tap.pixel;
                // Not by `array::from_fn`, which need not be inlined and has no vector instructions then.
                let mut pixels = [V::splat(T::ZERO); P];
                for (p, pixel) in pixels.iter_mut().enumerate() {
                    *pixel = V::load(source.input.get_unchecked(at + p * source.step));
                }
                let weights = source.packed.as_ptr().add(weights + tap.place * M).cast::<[T; M]>();
                V::outer(&mut sums, &*weights, pixels);
            }
            window += source.plane;
            weights += source.area * M;
        }
        for (m, row) in sums.iter().enumerate() {
            for (p, &sum) in row.iter().enumerate() {
                sum.store(output.get_unchecked_mut(target.at + m * target.plane + p * target.step));
            }
        }
    }
}

/// Computes a span of pixels of every output channel, by [`tile`]s of the sizes that fit. `target.group` is
/// ignored.
///
/// # Safety
/// As for [`tile`], for all pixels and channels of the span.
#[inline(always)]
pub unsafe fn column<T: Real, V: Vector<T>, const N: usize>(
    source: TileInput<'_, T>,
    taps: &[Tap; N],
    span: ColumnSpan,
    output: &mut [Pixel<T>],
    target: TileOutput,
) {
    let ColumnSpan { first, pixels, channels } = span;
    for group in (0..channels).step_by(CHANNELS) {
        let target = TileOutput { group, at: target.at + group * target.plane, ..target };
        // SAFETY: the caller's promise.
        unsafe {
            match pixels {
                1 => members::<T, V, N, 1>(source, taps, first, output, target, channels - group),
                2 => members::<T, V, N, 2>(source, taps, first, output, target, channels - group),
                _ => members::<T, V, N, 3>(source, taps, first, output, target, channels - group),
            }
        }
    }
}

/// Computes the tile of a group with `members` channels.
///
/// # Safety
/// As for [`tile`].
#[inline(always)]
unsafe fn members<T: Real, V: Vector<T>, const N: usize, const P: usize>(
    source: TileInput<'_, T>,
    taps: &[Tap; N],
    first: usize,
    output: &mut [Pixel<T>],
    target: TileOutput,
    members: usize,
) {
    // SAFETY: the caller's promise.
    unsafe {
        match members {
            1 => tile::<T, V, N, 1, P>(source, taps, first, output, target),
            2 => tile::<T, V, N, 2, P>(source, taps, first, output, target),
            3 => tile::<T, V, N, 3, P>(source, taps, first, output, target),
            _ => tile::<T, V, N, 4, P>(source, taps, first, output, target),
        }
    }
}
