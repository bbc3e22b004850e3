//! Division of an image into tiles, and of the tiles into strips that stay in cache.

use super::transform::{FREQUENCIES, STEP};
use crate::layout::{BlockLayout, product};
use crate::pixel::LANES;
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
    /// Rows of tiles in a strip; the last may have fewer.
    rows: usize,
}

/// Consecutive rows of tiles.
#[derive(Clone, Copy, Debug)]
pub struct Strip {
    /// The tiles of the image.
    pub tiles: Tiles,
    /// First row of tiles.
    pub top: usize,
    /// Number of tiles.
    pub len: usize,
    /// True for the last strip of the image.
    pub is_last: bool,
}

/// A tile of a strip.
#[derive(Clone, Copy)]
pub struct Tile {
    /// Number within the strip.
    pub number: usize,
    /// Row of the first pixel.
    pub y: usize,
    /// Column of the first pixel.
    pub x: usize,
}

impl Tiles {
    /// Cuts an image for a convolution with `channels` input and output channels together.
    #[inline(always)]
    pub fn new(layout: &BlockLayout, channels: usize) -> Self {
        let (down, across) = (layout.height.div_ceil(STEP), layout.width.div_ceil(STEP));
        let row = product(product(FREQUENCIES * LANES * size_of::<f32>(), channels), across);
        let rows = (STRIP_BYTES / row).clamp(1, down);
        Self { height: layout.height, width: layout.width, across, down, rows }
    }

    /// Cuts an image into tiles and returns one strip of all of them.
    #[inline(always)]
    pub fn undivided(layout: &BlockLayout) -> Strip {
        let tiles = Self { rows: layout.height.div_ceil(STEP), ..Self::new(layout, 1) };
        Strip { tiles, top: 0, len: tiles.len(), is_last: true }
    }

    /// Returns the number of tiles of the image.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.down * self.across
    }

    /// Returns the number of tiles of the longest strip.
    #[inline(always)]
    pub fn longest(&self) -> usize {
        self.rows * self.across
    }

    /// Returns the strips, from top to bottom.
    #[inline(always)]
    pub fn strips(self) -> impl Iterator<Item = Strip> {
        (0..self.down).step_by(self.rows).map(move |top| {
            let rows = self.rows.min(self.down - top);
            Strip { tiles: self, top, len: rows * self.across, is_last: top + rows == self.down }
        })
    }

    /// Returns true if the output tile at (y, x) lies inside the image.
    #[inline(always)]
    pub fn is_whole(&self, y: usize, x: usize) -> bool {
        y + STEP <= self.height && x + STEP <= self.width
    }
}

impl Strip {
    /// Returns the tiles of the strip.
    #[inline(always)]
    pub fn iter(self) -> impl Iterator<Item = Tile> {
        (0..self.len).map(move |number| {
            let (row, column) = (number / self.tiles.across, number % self.tiles.across);
            Tile { number, y: (self.top + row) * STEP, x: column * STEP }
        })
    }

    /// Returns the positions of the strip's pixels in a plane without gaps.
    #[inline(always)]
    pub fn pixels(&self) -> Range<usize> {
        let Tiles { height, width, across, .. } = self.tiles;
        let top = self.top * STEP;
        let bottom = (top + self.len / across * STEP).min(height);
        top * width..bottom * width
    }
}
