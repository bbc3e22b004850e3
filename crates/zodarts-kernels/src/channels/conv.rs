//! Direct convolution with channels in the lanes.

use super::planes::planes;
use super::register_tile::{
    self, ChannelTileInput, ChannelTileOutput, ChannelTileSpan, PLANES, PackedSize, pieces,
};
use crate::conv_shape::ConvShape;
use crate::kernels::Kernel;
use crate::layout::{BlockLayout, product};
use crate::pixel::Pixel;
use crate::real::Real;
use crate::vector::Vector;

/// Returns the number of pixels of a convolution's packed weights.
///
/// # Panics
/// If it overflows.
pub fn channel_weights(shape: &ConvShape) -> usize {
    product(product(planes(shape.outputs), shape.inputs), product(shape.kernel, shape.kernel))
}

/// Reorders weights `[output][input][ky][kx]` into [`channel_weights`] pixels, with output channels in the
/// lanes.
///
/// # Panics
/// If a slice is shorter than the shape says.
pub fn pack_channels<T: Real>(shape: &ConvShape, weights: &[T], packed: &mut [Pixel<T>]) {
    let area = shape.kernel * shape.kernel;
    let size = PackedSize { inputs: shape.inputs, outputs: shape.outputs, taps: area };
    register_tile::pack(size, packed, |output, input, tap| {
        weights[(output * shape.inputs + input) * area + tap]
    });
}

/// Adds `convolution(input)` to the output.
#[derive(Debug)]
pub struct ChannelConv<'a, T> {
    /// The convolution.
    pub shape: ConvShape,
    /// Input block, `[channel / 8][y][x][channel % 8]`.
    pub input: &'a [Pixel<T>],
    /// Layout of the input: with a zero margin if the kernel is 3×3.
    pub from: BlockLayout,
    /// Weights from [`pack_channels`].
    pub packed: &'a [Pixel<T>],
    /// Output block, `[channel / 8][y][x][channel % 8]`, added to.
    pub output: &'a mut [Pixel<T>],
    /// Layout of the output: height and width are the input's divided by the stride, rounded up.
    pub to: BlockLayout,
}

impl<T: Real> ChannelConv<'_, T> {
    fn check(&self) {
        let Self { shape, from, to, .. } = self;
        shape.check(from, to);
        shape.check_reach(from);
        assert!(self.input.len() >= from.len(planes(shape.inputs)), "input too short");
        assert!(self.output.len() >= to.len(planes(shape.outputs)), "output too short");
        assert!(self.packed.len() >= channel_weights(shape), "weights too short");
    }
}

impl<T: Real> Kernel<T> for ChannelConv<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(mut self) {
        self.check();
        let row = self.from.row;
        let around: [usize; 9] = std::array::from_fn(|tap| tap / 3 * row + tap % 3);
        let taps = if self.shape.kernel == 1 { &[0][..] } else { &around };
        if self.shape.stride == 1 {
            rows::<T, V, 1>(&mut self, taps);
        } else {
            rows::<T, V, 2>(&mut self, taps);
        }
    }
}

/// Computes all rows of the output at stride `S`.
#[inline(always)]
fn rows<T: Real, V: Vector<T>, const S: usize>(kernel: &mut ChannelConv<'_, T>, taps: &[usize]) {
    let ChannelConv { shape, input, from, packed, ref mut output, to } = *kernel;
    let source = ChannelTileInput { input, channels: shape.inputs, plane: from.plane, taps, packed };
    let planes = planes(shape.outputs);
    let before = if taps.len() == 1 { 0 } else { from.row + 1 };
    // Without taps outside a window's own pixel, planes without gaps are one long row.
    let flat = taps.len() == 1 && S == 1 && from.is_gapless() && to.is_gapless();
    let (height, width) = if flat { (1, to.height * to.width) } else { (to.height, to.width) };
    for plane in (0..planes).step_by(PLANES) {
        for y in 0..height {
            for (x, pixels) in pieces(width) {
                let first = from.at(0, y * S, x * S) - before;
                let span = ChannelTileSpan { plane, planes, first, pixels };
                let target = ChannelTileOutput { at: to.at(0, y, x), plane: to.plane, accumulate: true };
                // SAFETY: `check` holds blocks and weights to their channels and the layouts to their images,
                // with a margin around the input if there are taps outside.
                unsafe { register_tile::run::<T, V, S>(source, span, output, target) };
            }
        }
    }
}
