//! A pixel: the same position of all images of a block.

use crate::float::Float;

/// Images in a block.
pub const LANES: usize = 8;

/// The values of one channel and position of all images of a block, one image per lane. Aligned to 32 bytes,
/// so that a pixel is one aligned vector load.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C, align(32))]
pub struct Pixel<T>(pub [T; LANES]);

impl<T: Float> Pixel<T> {
    /// Zero in every lane.
    pub const ZERO: Self = Self([T::ZERO; LANES]);

    /// Returns the lanes in `f64`.
    #[inline(always)]
    pub(crate) fn wide(&self) -> [f64; LANES] {
        let mut wide = [0.0; LANES];
        for (wide, value) in wide.iter_mut().zip(&self.0) {
            *wide = value.to_f64();
        }
        wide
    }
}

/// Returns the sum of the lanes, added in pairs: no sum waits for more than two others.
#[inline(always)]
pub(crate) fn total([a, b, c, d, e, f, g, h]: [f64; LANES]) -> f64 {
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}
