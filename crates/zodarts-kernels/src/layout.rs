//! Memory layout of a block.

/// A padded image is a whole number of tiles with this side.
const STEP: usize = 4;

/// Layout of a block `[channel][y][x][lane]`: one plane per channel, rows within a plane. Distances count
/// pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BlockLayout {
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

impl BlockLayout {
    /// Returns a layout whose rows follow each other without gaps.
    ///
    /// # Panics
    /// If the size overflows.
    pub fn dense(height: usize, width: usize) -> Self {
        Self { height, width, row: width, plane: unaliased(product(height, width)), origin: 0 }
    }

    /// Returns a layout with a margin of at least one pixel around the image, as 3×3 convolutions need. Below
    /// and to the right the margin is wide enough for a whole number of 4×4 tiles and their own margin.
    ///
    /// # Panics
    /// If the size overflows.
    pub fn padded(height: usize, width: usize) -> Self {
        let tiled = |length: usize| sum(product(length.div_ceil(STEP), STEP), 2);
        let row = tiled(width);
        Self { height, width, row, plane: unaliased(product(tiled(height), row)), origin: row + 1 }
    }

    /// Returns the index of a pixel.
    #[inline(always)]
    pub fn at(&self, channel: usize, y: usize, x: usize) -> usize {
        channel * self.plane + self.origin + y * self.row + x
    }

    /// Returns the number of pixels of a block with `channels` channels.
    ///
    /// # Panics
    /// If the size overflows.
    pub fn len(&self, channels: usize) -> usize {
        product(channels, self.plane)
    }

    /// Returns true if a plane's rows follow each other without gaps.
    #[inline(always)]
    pub(crate) fn is_gapless(&self) -> bool {
        self.row == self.width
    }
}

/// Returns `a · b`. Sizes guard unchecked loads, so they must not wrap around.
pub(crate) fn product(a: usize, b: usize) -> usize {
    a.checked_mul(b).expect("a size that fits in memory")
}

fn sum(a: usize, b: usize) -> usize {
    a.checked_add(b).expect("a size that fits in memory")
}

/// Returns the distance between planes of `pixels` pixels. Planes at multiples of 2 KiB compete for the same
/// few sets of a 32 KiB, 8-way L1 cache; two more pixels spread them.
fn unaliased(pixels: usize) -> usize {
    if pixels.is_multiple_of(64) { sum(pixels, 2) } else { pixels }
}
