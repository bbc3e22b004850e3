//! Weighted sums of blocks, in one pass over memory that writes each output pixel once.

use crate::kernels::Kernel;
use crate::layout::BlockLayout;
use crate::margin::clear_margin;
use crate::pixel::Pixel;
use crate::real::Real;
use crate::vector::Vector;

/// Pixels that an [`AffineSum`] keeps in registers while it adds all terms.
const TILE: usize = 4;

/// One addend of an [`AffineSum`]: a block times a factor per channel.
#[derive(Clone, Copy, Debug)]
pub struct Term<'a, T> {
    /// The block, `[channel][y][x][lane]`.
    pub source: &'a [Pixel<T>],
    /// The factors, one per channel.
    pub scale: &'a [T],
}

/// Computes `output[c] = bias[c] + Σ_t scale_t[c] · source_t[c]` for each channel c.
#[derive(Debug)]
pub struct AffineSum<'a, T> {
    /// The addends, all with the layout `from`.
    pub terms: &'a [Term<'a, T>],
    /// The constants, one per channel; the length is the number of channels.
    pub bias: &'a [T],
    /// Layout of the addends.
    pub from: BlockLayout,
    /// The sum, `[channel][y][x][lane]`, overwritten.
    pub output: &'a mut [Pixel<T>],
    /// Layout of the output. A margin is set to zero.
    pub to: BlockLayout,
}

impl<T: Real> Kernel<T> for AffineSum<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let channels = self.bias.len();
        for term in self.terms {
            assert!(term.source.len() >= self.from.len(channels), "source too short");
            assert!(term.scale.len() >= channels, "scales");
        }
        assert!(self.output.len() >= self.to.len(channels), "output too short");
        assert!((self.from.height, self.from.width) == (self.to.height, self.to.width), "sizes differ");
        clear_margin(self.output, &self.to, channels);
        let gapless = self.from.is_gapless() && self.from == self.to;
        let (rows, columns) = if gapless {
            (1, self.from.height * self.from.width)
        } else {
            (self.from.height, self.from.width)
        };
        for channel in 0..channels {
            let bias = self.bias[channel];
            for y in 0..rows {
                let source = self.from.at(channel, y, 0);
                let row = &mut self.output[self.to.at(channel, y, 0)..][..columns];
                write_row::<T, V>(self.terms, channel, bias, source, row);
            }
        }
    }
}

/// Writes a row of the sum, `source` being the index of its first pixel in the addends.
#[inline(always)]
fn write_row<T: Real, V: Vector<T>>(
    terms: &[Term<'_, T>],
    channel: usize,
    bias: T,
    mut source: usize,
    row: &mut [Pixel<T>],
) {
    let mut tiles = row.chunks_exact_mut(TILE);
    for tile in tiles.by_ref() {
        write_sums::<T, V, TILE>(terms, channel, bias, source, tile);
        source += TILE;
    }
    let rest = tiles.into_remainder();
    match rest.len() {
        0 => {}
        1 => write_sums::<T, V, 1>(terms, channel, bias, source, rest),
        2 => write_sums::<T, V, 2>(terms, channel, bias, source, rest),
        _ => write_sums::<T, V, 3>(terms, channel, bias, source, rest),
    }
}

/// Writes `N` pixels of the sum, `source` being the index of the first in the addends.
#[inline(always)]
fn write_sums<T: Real, V: Vector<T>, const N: usize>(
    terms: &[Term<'_, T>],
    channel: usize,
    bias: T,
    source: usize,
    output: &mut [Pixel<T>],
) {
    let mut sums = [V::splat(bias); N];
    for term in terms {
        let scale = V::splat(term.scale[channel]);
        let pixels: &[Pixel<T>] = &term.source[source..source + N];
        for (sum, pixel) in sums.iter_mut().zip(pixels) {
            *sum = sum.add_mul(scale, V::load(pixel));
        }
    }
    for (sum, pixel) in sums.into_iter().zip(output) {
        sum.store(pixel);
    }
}
