//! A position of a block of images.

use crate::layout::Layout;
use crate::real::Real;

/// Images in a block.
pub const LANES: usize = 8;

/// The same position of all images of a block; 32 bytes aligned, so that it is one aligned vector load.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C, align(32))]
pub struct Pixel<T>(pub [T; LANES]);

impl<T: Real> Pixel<T> {
    /// Zero in every lane.
    pub const ZERO: Self = Self([T::ZERO; LANES]);

    /// The values in `f64`.
    #[inline(always)]
    pub(crate) fn wide(&self) -> [f64; LANES] {
        let mut wide = [0.0; LANES];
        for (wide, value) in wide.iter_mut().zip(&self.0) {
            *wide = value.to_f64();
        }
        wide
    }
}

/// Adds in pairs: no sum waits for more than two others.
#[inline(always)]
pub(crate) fn total([a, b, c, d, e, f, g, h]: [f64; LANES]) -> f64 {
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// Gathers up to [`LANES`] images `n×C×H×W` into one block; lanes beyond `n` become zero.
#[derive(Debug)]
pub struct Pack<'a, S> {
    /// `n×C×H×W` values.
    pub images: &'a [S],
    /// Images n ≤ [`LANES`].
    pub count: usize,
    /// Channels C.
    pub channels: usize,
    /// Where the block's pixels go.
    pub layout: Layout,
}

impl<S: Copy> Pack<'_, S> {
    /// Writes the block, converting each value.
    ///
    /// # Panics
    /// If a buffer is shorter than its shape.
    pub fn into_block<T: Real>(&self, block: &mut [Pixel<T>], convert: impl Fn(S) -> T) {
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

/// Scatters a block back into `n×C×H×W` values: the inverse of [`Pack`], for tests and inspection.
#[derive(Debug)]
pub struct Unpack<'a, T> {
    /// The block.
    pub block: &'a [Pixel<T>],
    /// Images n ≤ [`LANES`].
    pub count: usize,
    /// Channels C.
    pub channels: usize,
    /// Where the block's pixels are.
    pub layout: Layout,
}

impl<T: Real> Unpack<'_, T> {
    /// The `n×C×H×W` values.
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
