//! Between transformed tiles a convolution is 36 small matrix products, one for each frequency.
//!
//! All three run in register tiles of twelve accumulators: 4 channels × 3 tiles of the image for the two that carry
//! activations, 6 outputs × 16 inputs for the filter's gradient.

use crate::pixel::{LANES, Pixel};
use crate::real::Real;
use crate::vector::Vector;

/// Channels of a register tile.
const CHANNELS: usize = 4;

/// Sizes of the product of one frequency.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Input channels.
    pub inputs: usize,
    /// Output channels.
    pub outputs: usize,
    /// Tiles.
    pub tiles: usize,
}

/// `y[output][tile] = Σ_input filter · x[input][tile]`.
#[inline(always)]
pub fn forward<T: Real, V: Vector<T>>(size: Size, filter: &[Pixel<T>], x: &[Pixel<T>], y: &mut [Pixel<T>]) {
    check(size, filter, x, y);
    for output in (0..size.outputs).step_by(CHANNELS) {
        let mut tile = 0;
        while tile < size.tiles {
            // One tile alone starves the multipliers: four left over are taken as two and two.
            tile += match size.tiles - tile {
                1 => forward_tile::<T, V, 1>(size, filter, x, y, (output, tile)),
                2 | 4 => forward_tile::<T, V, 2>(size, filter, x, y, (output, tile)),
                _ => forward_tile::<T, V, 3>(size, filter, x, y, (output, tile)),
            };
        }
    }
}

#[inline(always)]
fn check<T>(size: Size, filter: &[Pixel<T>], x: &[Pixel<T>], y: &[Pixel<T>]) {
    assert!(size.inputs.is_multiple_of(LANES) && size.outputs.is_multiple_of(LANES), "channels");
    assert!(filter.len() >= size.inputs / LANES * size.outputs, "filter too short");
    assert!(x.len() >= size.inputs * size.tiles && y.len() >= size.outputs * size.tiles, "planes too short");
}

#[inline(always)]
fn forward_tile<T: Real, V: Vector<T>, const P: usize>(
    size: Size,
    filter: &[Pixel<T>],
    x: &[Pixel<T>],
    y: &mut [Pixel<T>],
    (output, tile): (usize, usize),
) -> usize {
    let mut sums = [[V::splat(T::ZERO); P]; CHANNELS];
    for eight in 0..size.inputs / LANES {
        for lane in 0..LANES {
            // SAFETY: `check` holds filter and planes to `inputs`, `outputs` and `tiles`; the caller keeps
            // `output + 4` and `tile + P` within them.
            unsafe {
                let row = (eight * LANES + lane) * size.tiles + tile;
                let pixels: [V; P] = std::array::from_fn(|p| V::load(x.get_unchecked(row + p)));
                for (m, sums) in sums.iter_mut().enumerate() {
                    let weights = filter.get_unchecked(eight * size.outputs + output + m);
                    let weight = V::splat(*weights.0.get_unchecked(lane));
                    for (sum, &pixel) in sums.iter_mut().zip(&pixels) {
                        *sum = sum.add_mul(weight, pixel);
                    }
                }
            }
        }
    }
    for (m, sums) in sums.iter().enumerate() {
        for (p, &sum) in sums.iter().enumerate() {
            sum.store(&mut y[(output + m) * size.tiles + tile + p]);
        }
    }
    P
}

/// `dx[input][tile] (+)= Σ_output filter · dy[output][tile]`.
#[inline(always)]
pub fn backward<T: Real, V: Vector<T>>(
    size: Size,
    filter: &[Pixel<T>],
    dy: &[Pixel<T>],
    dx: &mut [Pixel<T>],
    accumulate: bool,
) {
    check(size, filter, dx, dy);
    for input in (0..size.inputs).step_by(CHANNELS) {
        let mut tile = 0;
        while tile < size.tiles {
            tile += match size.tiles - tile {
                1 => backward_tile::<T, V, 1>(size, filter, dy, dx, (input, tile), accumulate),
                2 | 4 => backward_tile::<T, V, 2>(size, filter, dy, dx, (input, tile), accumulate),
                _ => backward_tile::<T, V, 3>(size, filter, dy, dx, (input, tile), accumulate),
            };
        }
    }
}

#[inline(always)]
fn backward_tile<T: Real, V: Vector<T>, const P: usize>(
    size: Size,
    filter: &[Pixel<T>],
    dy: &[Pixel<T>],
    dx: &mut [Pixel<T>],
    (input, tile): (usize, usize),
    accumulate: bool,
) -> usize {
    let mut sums = [[V::splat(T::ZERO); P]; CHANNELS];
    if accumulate {
        for (m, sums) in sums.iter_mut().enumerate() {
            for (p, sum) in sums.iter_mut().enumerate() {
                *sum = V::load(&dx[(input + m) * size.tiles + tile + p]);
            }
        }
    }
    let (first, lane) = (input / LANES * size.outputs, input % LANES);
    for output in 0..size.outputs {
        // SAFETY: as in `forward_tile`; a group of four inputs lies within one pixel of the filter.
        unsafe {
            let row = output * size.tiles + tile;
            let pixels: [V; P] = std::array::from_fn(|p| V::load(dy.get_unchecked(row + p)));
            let weights = filter.get_unchecked(first + output);
            for (m, sums) in sums.iter_mut().enumerate() {
                let weight = V::splat(*weights.0.get_unchecked(lane + m));
                for (sum, &pixel) in sums.iter_mut().zip(&pixels) {
                    *sum = sum.add_mul(weight, pixel);
                }
            }
        }
    }
    for (m, sums) in sums.iter().enumerate() {
        for (p, &sum) in sums.iter().enumerate() {
            sum.store(&mut dx[(input + m) * size.tiles + tile + p]);
        }
    }
    P
}

/// Turns `[channel][tile][lane]` into `[channel / 8][tile][lane][channel % 8]`: channels in lanes, images in a row.
#[inline(always)]
pub fn transpose<T: Real, V: Vector<T>>(channels: usize, tiles: usize, from: &[Pixel<T>], to: &mut [Pixel<T>]) {
    let (from, to) = (&from[..channels * tiles], &mut to[..channels * tiles]);
    for (from, to) in from.chunks_exact(LANES * tiles).zip(to.chunks_exact_mut(LANES * tiles)) {
        for (tile, to) in to.chunks_exact_mut(LANES).enumerate() {
            let rows = V::transpose(std::array::from_fn(|channel| V::load(&from[channel * tiles + tile])));
            for (row, to) in rows.into_iter().zip(to) {
                row.store(to);
            }
        }
    }
}

/// `filter gradient[input][output] (+)= Σ_tile,image x[input] · dy[output]` over the first `lanes` images of each tile, with
/// x as [`transpose`] leaves it.
#[inline(always)]
pub fn filter_gradient<T: Real, V: Vector<T>>(
    size: Size,
    x: &[Pixel<T>],
    dy: &[Pixel<T>],
    gradient: &mut [Pixel<T>],
    lanes: usize,
    accumulate: bool,
) {
    check(size, gradient, x, dy);
    assert!(lanes <= LANES, "lanes");
    let sum = Summation { size, lanes, accumulate };
    let eights = size.inputs / LANES;
    let mut eight = 0;
    while eight < eights {
        eight += match eights - eight {
            1 => filter_outputs::<T, V, 1>(sum, x, dy, gradient, eight),
            _ => filter_outputs::<T, V, 2>(sum, x, dy, gradient, eight),
        };
    }
}

/// How a filter's gradient is summed.
#[derive(Clone, Copy)]
struct Summation {
    size: Size,
    lanes: usize,
    accumulate: bool,
}

#[inline(always)]
fn filter_outputs<T: Real, V: Vector<T>, const G: usize>(
    sum: Summation,
    x: &[Pixel<T>],
    dy: &[Pixel<T>],
    gradient: &mut [Pixel<T>],
    eight: usize,
) -> usize {
    let mut output = 0;
    while output < sum.size.outputs {
        output += match sum.size.outputs - output {
            2 => filter_tile::<T, V, G, 2>(sum, x, dy, gradient, (eight, output)),
            4 | 8 => filter_tile::<T, V, G, 4>(sum, x, dy, gradient, (eight, output)),
            _ => filter_tile::<T, V, G, 6>(sum, x, dy, gradient, (eight, output)),
        };
    }
    G
}

#[inline(always)]
fn filter_tile<T: Real, V: Vector<T>, const G: usize, const N: usize>(
    sum: Summation,
    x: &[Pixel<T>],
    dy: &[Pixel<T>],
    gradient: &mut [Pixel<T>],
    (eight, output): (usize, usize),
) -> usize {
    let Summation { size, lanes, accumulate } = sum;
    let mut sums = [[V::splat(T::ZERO); G]; N];
    // Full tiles follow each other without a gap; of others only the first lanes count.
    let (runs, length) = if lanes == LANES { (1, size.tiles * LANES) } else { (size.tiles, lanes) };
    for run in 0..runs {
        for item in run * LANES..run * LANES + length {
            // SAFETY: `check` holds x to `inputs / 8` planes of `tiles · 8` pixels and dy to `outputs` planes of
            // `tiles` pixels of 8 lanes; `item` is below `tiles · 8`.
            unsafe {
                let pixels: [V; G] = std::array::from_fn(|g| {
                    V::load(x.get_unchecked((eight + g) * size.tiles * LANES + item))
                });
                for (n, sums) in sums.iter_mut().enumerate() {
                    let plane = (output + n) * size.tiles;
                    let d = V::splat(*dy.get_unchecked(plane + item / LANES).0.get_unchecked(item % LANES));
                    for (sum, &pixel) in sums.iter_mut().zip(&pixels) {
                        *sum = sum.add_mul(d, pixel);
                    }
                }
            }
        }
    }
    for (n, sums) in sums.iter().enumerate() {
        for (g, &sum) in sums.iter().enumerate() {
            let target = &mut gradient[(eight + g) * size.outputs + output + n];
            let total = if accumulate { V::load(target).add(sum) } else { sum };
            total.store(target);
        }
    }
    N
}
