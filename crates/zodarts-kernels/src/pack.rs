//! Conversion between images and blocks.

use crate::float::Float;
use crate::layout::BlockLayout;
use crate::pixel::{LANES, Pixel};

/// Gathers up to [`LANES`] images `(image, channels, height, width)` into one block `[channel][y][x][lane]`.
/// Lanes without an image become zero.
#[derive(Debug)]
pub struct Pack<'a, S> {
    /// The images, `(count, channels, height, width)`.
    pub images: &'a [S],
    /// Number of images, at most [`LANES`].
    pub count: usize,
    /// Channels.
    pub channels: usize,
    /// Layout of the block.
    pub layout: BlockLayout,
}

impl<S: Copy> Pack<'_, S> {
    /// Writes the block, each value passed through `convert`.
    ///
    /// # Panics
    /// If a buffer is shorter than its shape.
    pub fn into_block<T: Float>(&self, block: &mut [Pixel<T>], convert: impl Fn(S) -> T) {
        assert!(self.count <= LANES, "a block holds {LANES} images");
        let area = self.layout.height * self.layout.width;
        for channel in 0..self.channels {
            for y in 0..self.layout.height {
                for x in 0..self.layout.width {
                    let mut pixel = Pixel::ZERO;
                    for lane in 0..self.count {
                        let source = (lane * self.channels + channel) * area + y * self.layout.width + x;
                        pixel.0[lane] = convert(self.images[source]);
                    }
                    block[self.layout.at(channel, y, x)] = pixel;
                }
            }
        }
    }
}

/// Scatters a block back into images `(image, channels, height, width)`: the inverse of [`Pack`], for tests
/// and inspection.
#[derive(Debug)]
pub struct Unpack<'a, T> {
    /// The block, `[channel][y][x][lane]`.
    pub block: &'a [Pixel<T>],
    /// Number of images, at most [`LANES`].
    pub count: usize,
    /// Channels.
    pub channels: usize,
    /// Layout of the block.
    pub layout: BlockLayout,
}

impl<T: Float> Unpack<'_, T> {
    /// Returns the images, `(count, channels, height, width)` values.
    pub fn to_images(&self) -> Vec<T> {
        let mut images = Vec::new();
        for lane in 0..self.count {
            for channel in 0..self.channels {
                for y in 0..self.layout.height {
                    for x in 0..self.layout.width {
                        images.push(self.block[self.layout.at(channel, y, x)].0[lane]);
                    }
                }
            }
        }
        images
    }
}
