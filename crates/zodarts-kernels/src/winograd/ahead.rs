//! Memory fetched ahead. Products keep the arithmetic busy and leave the memory idle, transforms and sweeps the other way round:
//! so what they will need is asked for between products.

use super::tiles::{Strip, Tiles};
use super::transform::STEP;
use crate::layout::Layout;
use crate::pixel::Pixel;
use crate::real::Real;
use crate::vector::Vector;

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
    /// A whole block.
    #[inline(always)]
    pub fn whole(block: &'a [Pixel<T>]) -> Self {
        Self { block, channels: 1, plane: 0, start: 0, len: block.len() }
    }

    /// The rows of a block in a strip of tiles.
    #[inline(always)]
    pub fn strip(
        block: &'a [Pixel<T>],
        layout: &Layout,
        channels: usize,
        (tiles, strip): (Tiles, Strip),
    ) -> Self {
        let top = strip.top * STEP;
        let rows = (strip.len / tiles.across * STEP).min(layout.height - top);
        let start = layout.at(0, top, 0);
        Self { block, channels, plane: layout.plane, start, len: rows * layout.row }
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
}
