//! Products of transformed tiles in memory.

use super::transform::{FREQUENCIES, SIDE};
use crate::layout::product;
use crate::pixel::Pixel;
use crate::real::Real;
use crate::vector::Vector;

/// Products of a strip, to read.
#[derive(Clone, Copy)]
pub struct Products<'a, T> {
    /// The products, `[frequency][channel][tile][lane]`.
    pub pixels: &'a [Pixel<T>],
    /// Their layout.
    pub layout: ProductLayout,
}

/// Products of a strip, to write.
pub struct ProductsMut<'a, T> {
    /// The products, `[frequency][channel][tile][lane]`.
    pub pixels: &'a mut [Pixel<T>],
    /// Their layout.
    pub layout: ProductLayout,
}

/// Layout of the products of one strip, `[frequency][channel][tile]`. Distances count pixels.
#[derive(Clone, Copy, Debug)]
pub struct ProductLayout {
    /// Distance between channels: the number of tiles of the strip.
    pub channel: usize,
    /// Distance between frequencies. Two pixels more than needed, or all 36 would compete for the same cache
    /// sets.
    pub frequency: usize,
}

impl ProductLayout {
    /// Returns the layout for `channels` channels and `tiles` tiles.
    #[inline(always)]
    pub fn new(channels: usize, tiles: usize) -> Self {
        Self { channel: tiles, frequency: product(channels, tiles) + 2 }
    }

    /// Returns the number of pixels.
    #[inline(always)]
    pub fn len(&self) -> usize {
        product(FREQUENCIES, self.frequency)
    }

    /// Returns a row of the products of a channel's tile.
    #[inline(always)]
    pub fn load_row<T: Real, V: Vector<T>>(
        &self,
        products: &[Pixel<T>],
        at: TilePosition,
        row: usize,
    ) -> [V; SIDE] {
        self.load(products, at, row * SIDE, 1)
    }

    /// Returns a column of the products of a channel's tile.
    #[inline(always)]
    pub fn load_column<T: Real, V: Vector<T>>(
        &self,
        products: &[Pixel<T>],
        at: TilePosition,
        column: usize,
    ) -> [V; SIDE] {
        self.load(products, at, column, SIDE)
    }

    /// Writes a column of the products of a channel's tile.
    #[inline(always)]
    pub fn store_column<T: Real, V: Vector<T>>(
        &self,
        products: &mut [Pixel<T>],
        at: TilePosition,
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

    /// Returns six frequencies of a channel's tile, from `first`, `step` apart. Written out, for a loop would
    /// go through memory.
    #[inline(always)]
    fn load<T: Real, V: Vector<T>>(
        &self,
        products: &[Pixel<T>],
        at: TilePosition,
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

    /// Returns the index of a frequency of a channel's tile.
    #[inline(always)]
    fn start(&self, at: TilePosition, frequency: usize) -> usize {
        frequency * self.frequency + at.channel * self.channel + at.tile
    }
}

/// A tile of a channel.
#[derive(Clone, Copy)]
pub struct TilePosition {
    /// The channel.
    pub channel: usize,
    /// Number of the tile within its strip.
    pub tile: usize,
}
