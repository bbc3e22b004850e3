//! Memory fetched ahead. Products keep the arithmetic busy and leave the memory idle, transforms and sweeps the other way round:
//! so what they will need is asked for between products. Never more than a strip, or it would drive out what is in use.

use crate::layout::Layout;
use crate::pixel::Pixel;
use crate::real::Real;
use crate::vector::Vector;
use std::ops::Range;

/// The same stretch of every channel of a block, fetched in even parts.
#[derive(Clone, Copy)]
pub struct Ahead<'a, T> {
    block: &'a [Pixel<T>],
    channels: usize,
    plane: usize,
    start: usize,
    len: usize,
}

impl<'a, T: Real> Ahead<'a, T> {
    /// All of a block.
    #[inline(always)]
    pub fn whole(block: &'a [Pixel<T>]) -> Self {
        Self { block, channels: 1, plane: 0, start: 0, len: block.len() }
    }

    /// Pixels `range` of every channel of a block without gaps.
    #[inline(always)]
    pub fn strip(block: &'a [Pixel<T>], layout: &Layout, channels: usize, range: Range<usize>) -> Self {
        Self { block, channels, plane: layout.plane, start: range.start, len: range.len() }
    }

    /// Asks for the part `part` of `parts`, which stays out of the first-level cache, for that belongs to the products.
    #[inline(always)]
    pub fn fetch<V: Vector<T>>(&self, part: usize, parts: usize) {
        // Two pixels are a cache line.
        let lines = self.len.div_ceil(2);
        let (first, last) = (lines * part / parts, lines * (part + 1) / parts);
        for channel in 0..self.channels {
            let start = channel * self.plane + self.start;
            for line in first..last {
                V::prefetch_far(self.block, start + 2 * line);
            }
        }
    }

    /// Asks for a few pixels of every channel.
    #[inline(always)]
    pub fn fetch_pixels<V: Vector<T>>(&self, pixels: Range<usize>) {
        for channel in 0..self.channels {
            let start = channel * self.plane + self.start;
            // Two pixels are a cache line.
            for pixel in pixels.clone().step_by(2) {
                V::prefetch_far(self.block, start + pixel);
            }
        }
    }
}
