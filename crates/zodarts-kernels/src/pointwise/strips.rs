//! Division of an image into strips and pieces of rows.

use crate::conv_shape::ConvShape;
use crate::layout::BlockLayout;
use crate::register_tile::Tap;
use crate::thirds::thirds;
use crate::weight_gradient::STRIP;
use std::ops::Range;

/// The only tap of a 1×1 window.
pub const TAP: [Tap; 1] = [Tap { pixel: 0, place: 0 }];

/// Returns the shape of a 1×1 convolution.
pub fn pointwise_shape(inputs: usize, outputs: usize) -> ConvShape {
    ConvShape { inputs, outputs, kernel: 1, stride: 1 }
}

/// Cuts the pixels of a plane without gaps into strips.
#[inline(always)]
pub fn strips(layout: &BlockLayout) -> impl Iterator<Item = Range<usize>> + use<> {
    assert_eq!((layout.row, layout.origin), (layout.width, 0), "1×1 convolutions need a dense layout");
    let pixels = layout.height * layout.width;
    (0..pixels).step_by(STRIP).map(move |first| first..pixels.min(first + STRIP))
}

/// Up to three pixels of one row of a strip.
#[derive(Clone, Copy)]
pub struct Piece {
    /// Position of the first pixel in the strip.
    pub position: usize,
    /// Row of the image.
    pub y: usize,
    /// Column of the first pixel.
    pub x: usize,
    /// Pixels.
    pub pixels: usize,
}

/// Cuts a strip into pieces.
#[inline(always)]
pub fn pieces(strip: Range<usize>, width: usize) -> impl Iterator<Item = Piece> {
    let rows = strip.start / width..strip.end.div_ceil(width);
    rows.flat_map(move |y| {
        let (first, last) = ((y * width).max(strip.start), ((y + 1) * width).min(strip.end));
        let start = strip.start;
        thirds(last - first).map(move |(x, pixels)| Piece {
            position: first - start + x,
            y,
            x: first - y * width + x,
            pixels,
        })
    })
}
