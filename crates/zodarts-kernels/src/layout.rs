//! Where the pixels of a block are in memory.

/// Planes of one channel each; rows within a plane. Distances count pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Layout {
    /// Rows of an image.
    pub height: usize,
    /// Columns of an image.
    pub width: usize,
    /// Distance between rows.
    pub row: usize,
    /// Distance between planes.
    pub plane: usize,
    /// Position of pixel (0, 0) within a plane.
    pub origin: usize,
}

impl Layout {
    /// Rows without gaps.
    pub fn dense(height: usize, width: usize) -> Self {
        Self { height, width, row: width, plane: unaliased(height * width), origin: 0 }
    }

    /// A margin of one pixel around the image, as 3×3 convolutions need.
    pub fn padded(height: usize, width: usize) -> Self {
        let row = width + 2;
        Self { height, width, row, plane: unaliased((height + 2) * row), origin: row + 1 }
    }

    /// Index of a pixel.
    #[inline(always)]
    pub fn at(&self, channel: usize, y: usize, x: usize) -> usize {
        channel * self.plane + self.origin + y * self.row + x
    }

    /// Pixels a buffer of `channels` planes needs.
    pub fn len(&self, channels: usize) -> usize {
        channels * self.plane
    }
}

/// Planes whose distance is a multiple of 2 KiB compete for the same few sets of a 32 KiB, 8-way L1 cache; two
/// more pixels spread them.
fn unaliased(pixels: usize) -> usize {
    if pixels.is_multiple_of(64) { pixels + 2 } else { pixels }
}
