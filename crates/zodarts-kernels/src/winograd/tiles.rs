//! How an image is cut into tiles, and tiles into strips that stay in cache.

use super::transform::{FREQUENCIES, SIDE, STEP};
use crate::layout::{Layout, product};
use crate::pixel::{LANES, Pixel};
use crate::real::Real;
use crate::vector::Vector;
use std::ops::Range;

/// Bytes that the transformed input and output of a strip may take in the second-level cache.
const STRIP_BYTES: usize = 600 << 10;

/// Tiles of an image and the strips they are processed in.
#[derive(Clone, Copy, Debug)]
pub struct Tiles {
    /// Rows of the image.
    pub height: usize,
    /// Columns of the image.
    pub width: usize,
    /// Tiles across.
    pub across: usize,
    /// Tiles down.
    pub down: usize,
    /// Rows of tiles in a strip, but for a shorter last one.
    rows: usize,
}

/// Some rows of tiles.
#[derive(Clone, Copy, Debug)]
pub struct Strip {
    /// First row of tiles.
    pub top: usize,
    /// Tiles.
    pub len: usize,
    /// Whether it is the last of its image.
    pub is_last: bool,
}

impl Tiles {
    /// Cuts an image for a convolution with `channels` input and output channels together.
    #[inline(always)]
    pub fn new(layout: &Layout, channels: usize) -> Self {
        let (down, across) = (layout.height.div_ceil(STEP), layout.width.div_ceil(STEP));
        let row = product(product(FREQUENCIES * LANES * size_of::<f32>(), channels), across);
        let rows = (STRIP_BYTES / row).clamp(1, down);
        Self { height: layout.height, width: layout.width, across, down, rows }
    }

    /// Cuts an image into tiles, all of them in one strip.
    #[inline(always)]
    pub fn undivided(layout: &Layout) -> (Self, Strip) {
        let tiles = Self { rows: layout.height.div_ceil(STEP), ..Self::new(layout, 1) };
        (tiles, Strip { top: 0, len: tiles.len(), is_last: true })
    }

    /// Tiles of the image.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.down * self.across
    }

    /// Tiles of the longest strip.
    #[inline(always)]
    pub fn longest(&self) -> usize {
        self.rows * self.across
    }

    /// The strips, top to bottom.
    #[inline(always)]
    pub fn strips(self) -> impl Iterator<Item = Strip> {
        (0..self.down).step_by(self.rows).map(move |top| {
            let rows = self.rows.min(self.down - top);
            Strip { top, len: rows * self.across, is_last: top + rows == self.down }
        })
    }

    /// The tiles of a strip: number within it, row and column of the first pixel.
    #[inline(always)]
    pub fn of(self, strip: Strip) -> impl Iterator<Item = (usize, usize, usize)> {
        (0..strip.len).map(move |tile| {
            let (row, column) = (tile / self.across, tile % self.across);
            (tile, (strip.top + row) * STEP, column * STEP)
        })
    }

    /// Whether the output tile at (y, x) lies inside the image.
    #[inline(always)]
    pub fn is_whole(&self, y: usize, x: usize) -> bool {
        y + STEP <= self.height && x + STEP <= self.width
    }
}

impl Strip {
    /// Positions of the strip's pixels in a plane without gaps.
    #[inline(always)]
    pub fn rows(&self, tiles: Tiles) -> Range<usize> {
        let top = self.top * STEP;
        let bottom = (top + self.len / tiles.across * STEP).min(tiles.height);
        top * tiles.width..bottom * tiles.width
    }
}

/// Planes of one strip among the products: `[frequency][channel][tile]`.
#[derive(Clone, Copy, Debug)]
pub struct Planes {
    /// Distance between channels: the strip's tiles.
    pub channel: usize,
    /// Distance between frequencies. Two pixels more than needed, or all 36 would compete for the same cache sets.
    pub frequency: usize,
}

impl Planes {
    /// The planes of `channels` channels and `tiles` tiles.
    #[inline(always)]
    pub fn new(channels: usize, tiles: usize) -> Self {
        Self { channel: tiles, frequency: product(channels, tiles) + 2 }
    }

    /// Pixels in all.
    #[inline(always)]
    pub fn len(&self) -> usize {
        product(FREQUENCIES, self.frequency)
    }

    /// A row of the products of a channel's tile.
    #[inline(always)]
    pub fn load_row<T: Real, V: Vector<T>>(&self, products: &[Pixel<T>], at: Place, row: usize) -> [V; SIDE] {
        self.load(products, at, row * SIDE, 1)
    }

    /// A column of the products of a channel's tile.
    #[inline(always)]
    pub fn load_column<T: Real, V: Vector<T>>(
        &self,
        products: &[Pixel<T>],
        at: Place,
        column: usize,
    ) -> [V; SIDE] {
        self.load(products, at, column, SIDE)
    }

    /// Writes a column of the products of a channel's tile.
    #[inline(always)]
    pub fn store_column<T: Real, V: Vector<T>>(
        &self,
        products: &mut [Pixel<T>],
        at: Place,
        column: usize,
        values: [V; SIDE],
    ) {
        let step = SIDE * self.frequency;
        let products = &mut products[self.start(at, column)..][..=(SIDE - 1) * step];
        for (i, value) in values.into_iter().enumerate() {
            // SAFETY: i < SIDE, and the slice has just been cut to reach the last of them.
            value.store(unsafe { products.get_unchecked_mut(i * step) });
        }
    }

    /// Six frequencies of a channel's tile, from `first`, `step` apart. Written out, for a loop would go through memory.
    #[inline(always)]
    fn load<T: Real, V: Vector<T>>(
        &self,
        products: &[Pixel<T>],
        at: Place,
        first: usize,
        step: usize,
    ) -> [V; SIDE] {
        let step = step * self.frequency;
        let products = &products[self.start(at, first)..][..=(SIDE - 1) * step];
        // SAFETY: the slice has just been cut to reach the last of six.
        unsafe {
            [
                V::load(products.get_unchecked(0)),
                V::load(products.get_unchecked(step)),
                V::load(products.get_unchecked(2 * step)),
                V::load(products.get_unchecked(3 * step)),
                V::load(products.get_unchecked(4 * step)),
                V::load(products.get_unchecked(5 * step)),
            ]
        }
    }

    #[inline(always)]
    fn start(&self, at: Place, frequency: usize) -> usize {
        frequency * self.frequency + at.channel * self.channel + at.tile
    }
}

/// A channel's tile.
#[derive(Clone, Copy)]
pub struct Place {
    /// The channel.
    pub channel: usize,
    /// Number of the tile within its strip.
    pub tile: usize,
}
