//! What layouts and tiles have to satisfy before kernels may skip bounds checks.

use crate::conv::ConvShape;
use crate::layout::{Layout, product};

impl ConvShape {
    /// Holds the shape to what kernels support, and the layouts of an input and an output to each other and their images.
    pub(crate) fn check(&self, input: &Layout, output: &Layout) {
        assert!(matches!(self.kernel, 1 | 3) && matches!(self.stride, 1 | 2), "unsupported {self:?}");
        assert_eq!(output.height, input.height.div_ceil(self.stride), "output height");
        assert_eq!(output.width, input.width.div_ceil(self.stride), "output width");
        assert_image(input);
        assert_image(output);
    }

    /// Holds what windows are laid over to a margin as wide as they reach.
    pub(crate) fn check_reach(&self, layout: &Layout) {
        if self.kernel > 1 {
            assert_margin(layout);
        }
    }
}

/// Holds a layout to planes as large as their image.
fn assert_image(layout: &Layout) {
    let end =
        product(layout.height, layout.row).checked_add(layout.origin).expect("a size that fits in memory");
    assert!(layout.row >= layout.width && layout.plane >= end, "{layout:?} does not hold its image");
}

/// Holds a layout to a margin of one pixel around the image.
fn assert_margin(layout: &Layout) {
    let after = layout.plane - layout.origin - layout.height * layout.row;
    let margin = layout.row > layout.width && layout.origin > layout.row && after > layout.width;
    assert!(margin, "{layout:?} has no margin");
}

/// Whether a plane's pixels follow each other without gaps.
#[inline(always)]
pub fn is_gapless(layout: &Layout) -> bool {
    layout.row == layout.width
}

/// Cuts a length into (start, 3) and a rest of twos: pieces of one starve the multipliers, so there is one only
/// where the length is 1.
#[inline(always)]
pub fn thirds(length: usize) -> impl Iterator<Item = (usize, usize)> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let piece = match length - start {
            0 => return None,
            1 => 1,
            2 | 4 => 2,
            _ => 3,
        };
        start += piece;
        Some((start - piece, piece))
    })
}
