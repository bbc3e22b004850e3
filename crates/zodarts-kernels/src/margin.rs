//! The margin of a padded block.

use crate::layout::BlockLayout;
use crate::pixel::Pixel;
use crate::real::Real;

/// Sets the margin of a block to zero; does nothing if its layout has none.
#[inline(always)]
pub fn clear_margin<T: Real>(output: &mut [Pixel<T>], to: &BlockLayout, channels: usize) {
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
