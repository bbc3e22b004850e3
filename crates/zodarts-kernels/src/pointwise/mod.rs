//! 1×1 convolutions at stride 1: all those of one node together, a strip of pixels at a time.
//!
//! A 1×1 convolution does little with a pixel, so its speed is that of the memory behind the second-level cache. A strip is
//! short enough to stay in that cache: everything that is to be done with its pixels is done before the next strip.

mod backward;
mod forward;

pub use backward::{PointwiseBackward, PointwiseGradient, pointwise_scratch};
pub use forward::{PointwiseForward, PointwiseOutput};

use crate::conv::ConvShape;
use crate::geometry::thirds;
use crate::layout::Layout;
use crate::tile::Tap;
use crate::weight_gradient::STRIP;
use std::ops::Range;

/// The only tap of a 1×1 window.
const TAP: [Tap; 1] = [Tap { pixel: 0, place: 0 }];

fn shape(inputs: usize, outputs: usize) -> ConvShape {
    ConvShape { inputs, outputs, kernel: 1, stride: 1 }
}

/// Cuts the pixels of a plane without gaps into strips.
#[inline(always)]
fn strips(layout: &Layout) -> impl Iterator<Item = Range<usize>> + use<> {
    assert_eq!((layout.row, layout.origin), (layout.width, 0), "1×1 convolutions want a dense layout");
    let pixels = layout.height * layout.width;
    (0..pixels).step_by(STRIP).map(move |first| first..pixels.min(first + STRIP))
}

/// Cuts a strip into up to three pixels of one row: position in the strip, row, column, pixels.
#[inline(always)]
fn pieces(strip: Range<usize>, width: usize) -> impl Iterator<Item = (usize, usize, usize, usize)> {
    let rows = strip.start / width..strip.end.div_ceil(width);
    rows.flat_map(move |y| {
        let (first, last) = ((y * width).max(strip.start), ((y + 1) * width).min(strip.end));
        let start = strip.start;
        thirds(last - first).map(move |(x, pixels)| (first - start + x, y, first - y * width + x, pixels))
    })
}
