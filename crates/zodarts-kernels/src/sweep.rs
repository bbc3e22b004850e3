//! Sweeps: one pass over memory that writes each output pixel once.

use crate::kernels::Job;
use crate::layout::Layout;
use crate::pixel::Pixel;
use crate::real::Real;
use crate::vector::Vector;

/// Pixels an [`AffineSum`] keeps in registers while it goes through its terms.
const TILE: usize = 4;

/// One addend of an [`AffineSum`].
#[derive(Clone, Copy, Debug)]
pub struct Term<'a, T> {
    /// A block.
    pub source: &'a [Pixel<T>],
    /// Its factor, one for each channel.
    pub scale: &'a [T],
}

/// `output[c] = bias[c] + Σ_t scale_t[c] · source_t[c]`.
#[derive(Debug)]
pub struct AffineSum<'a, T> {
    /// The addends, all of one layout.
    pub terms: &'a [Term<'a, T>],
    /// One constant for each channel; its length is the number of channels.
    pub bias: &'a [T],
    /// Layout of the addends.
    pub from: Layout,
    /// Where the sum goes.
    pub output: &'a mut [Pixel<T>],
    /// Layout of the output. If it has a margin, the margin is set to zero.
    pub to: Layout,
}

impl<T: Real> Job<T> for AffineSum<'_, T> {
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
        let gapless = self.from.row == self.from.width && self.from == self.to;
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

/// Writes `N` pixels of the sum.
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

/// Zeroes the margin of a padded layout.
#[inline(always)]
fn clear_margin<T: Real>(output: &mut [Pixel<T>], to: &Layout, channels: usize) {
    if to.origin == 0 {
        return;
    }
    for plane in output[..to.len(channels)].chunks_exact_mut(to.plane) {
        plane[..to.origin].fill(Pixel::ZERO);
        for y in 1..to.height {
            let start = to.origin + y * to.row;
            plane[start + to.width - to.row..start].fill(Pixel::ZERO);
        }
        plane[to.origin + (to.height - 1) * to.row + to.width..].fill(Pixel::ZERO);
    }
}

/// Copies a dense block into a padded one with a zero margin, through a `ReLU` if asked.
#[derive(Debug)]
pub struct Pad<'a, T> {
    /// Source block.
    pub input: &'a [Pixel<T>],
    /// Layout of the source.
    pub from: Layout,
    /// Channels.
    pub channels: usize,
    /// Whether to take `max(x, 0)`.
    pub relu: bool,
    /// Target block.
    pub output: &'a mut [Pixel<T>],
    /// Layout of the target: same height and width.
    pub to: Layout,
}

impl<T: Real> Job<T> for Pad<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        assert!((self.from.height, self.from.width) == (self.to.height, self.to.width), "sizes differ");
        clear_margin(&mut *self.output, &self.to, self.channels);
        for channel in 0..self.channels {
            for y in 0..self.from.height {
                let source = &self.input[self.from.at(channel, y, 0)..][..self.from.width];
                let target = &mut self.output[self.to.at(channel, y, 0)..][..self.from.width];
                for (from, to) in source.iter().zip(target) {
                    let value = V::load(from);
                    let value = if self.relu { value.relu() } else { value };
                    value.store(to);
                }
            }
        }
    }
}

/// `output = max(input, 0)`.
#[derive(Debug)]
pub struct Relu<'a, T> {
    /// x.
    pub input: &'a [Pixel<T>],
    /// max(x, 0), as long as the input.
    pub output: &'a mut [Pixel<T>],
}

impl<T: Real> Job<T> for Relu<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        assert_eq!(self.input.len(), self.output.len(), "lengths differ");
        for (from, to) in self.input.iter().zip(self.output) {
            V::load(from).relu().store(to);
        }
    }
}

/// `input_gradient += output_gradient` where `input > 0`.
#[derive(Debug)]
pub struct ReluBackward<'a, T> {
    /// x.
    pub input: &'a [Pixel<T>],
    /// Gradient with respect to max(x, 0).
    pub output_gradient: &'a [Pixel<T>],
    /// Gradient with respect to x, added to.
    pub input_gradient: &'a mut [Pixel<T>],
}

impl<T: Real> Job<T> for ReluBackward<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        assert_eq!(self.input.len(), self.input_gradient.len(), "lengths differ");
        assert!(self.output_gradient.len() >= self.input.len(), "gradient too short");
        for ((x, d), target) in self.input.iter().zip(self.output_gradient).zip(self.input_gradient) {
            V::load(target).add(V::load(d).where_positive(V::load(x))).store(target);
        }
    }
}
