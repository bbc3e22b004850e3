//! A block together with its layout.

use crate::layout::BlockLayout;
use crate::pixel::Pixel;

/// A block to read.
#[derive(Clone, Copy)]
pub struct BlockView<'a, T> {
    /// The block, `[channel][y][x][lane]`.
    pub pixels: &'a [Pixel<T>],
    /// Its layout.
    pub layout: &'a BlockLayout,
    /// Channels.
    pub channels: usize,
}

/// A block to write.
pub struct BlockViewMut<'a, T> {
    /// The block, `[channel][y][x][lane]`.
    pub pixels: &'a mut [Pixel<T>],
    /// Its layout.
    pub layout: &'a BlockLayout,
    /// Channels.
    pub channels: usize,
}
