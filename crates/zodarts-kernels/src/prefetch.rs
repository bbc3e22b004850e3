//! Memory fetched ahead of its use.
//!
//! Matrix products keep the arithmetic units busy and leave memory idle; transforms and sweeps do the
//! reverse. So the kernels request, between products, the memory that the next transform or sweep reads. They
//! never request more than a strip, which would evict what is in use.

use crate::layout::BlockLayout;
use crate::pixel::Pixel;
use crate::real::Real;
use crate::vector::Vector;
use std::ops::Range;

/// The same range of pixels of every channel of a block, fetched in even parts.
#[derive(Clone, Copy)]
pub struct Prefetch<'a, T> {
    block: &'a [Pixel<T>],
    channels: usize,
    plane: usize,
    start: usize,
    len: usize,
}

impl<'a, T: Real> Prefetch<'a, T> {
    /// Covers the whole block.
    #[inline(always)]
    pub fn whole(block: &'a [Pixel<T>]) -> Self {
        Self { block, channels: 1, plane: 0, start: 0, len: block.len() }
    }

    /// Covers the pixels `range` of every channel of a block without gaps.
    #[inline(always)]
    pub fn strip(block: &'a [Pixel<T>], layout: &BlockLayout, channels: usize, range: Range<usize>) -> Self {
        Self { block, channels, plane: layout.plane, start: range.start, len: range.len() }
    }

    /// Requests part `part` of `parts` equal parts. It stays out of the first-level cache, which belongs to
    /// the products.
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

    /// Requests the pixels `pixels` of the range, of every channel.
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
