//! Gradients of 1×1 convolutions: those of weights and input from one strip of the result's gradient.

use super::strips::{TAP, pieces, pointwise_shape, strips};
use crate::batch_norm_input_grad::BatchNormInputGrad;
use crate::group::{BackwardConv, BackwardGroup};
use crate::kernels::Kernel;
use crate::layout::{BlockLayout, product};
use crate::pixel::{LANES, Pixel};
use crate::prefetch::Prefetch;
use crate::real::Real;
use crate::register_tile::{ColumnSpan, TileInput, TileOutput, column};
use crate::vector::Vector;
use crate::weight_gradient::{Operands, PixelOffsets, STRIP, StripOffsets, add_strip};
use std::ops::Range;

/// Distance between the channels of a strip in the scratch. Two pixels more than needed, for with a power of
/// two the channels would compete for the same cache sets.
const PLANE: usize = STRIP + 2;

/// Computes the gradients of several 1×1 convolutions with the same input, whose weights come from
/// [`pack_input_gradient`](crate::pack_input_gradient).
#[derive(Debug)]
pub struct PointwiseBackward<'a, 'b, T> {
    /// The operands.
    pub group: BackwardGroup<'a, 'b, T, T>,
    /// If true, the kernel adds to the input's gradient; if false, it overwrites it.
    pub accumulate: bool,
    /// Scratch of [`pointwise_scratch`] pixels.
    pub scratch: &'a mut [Pixel<T>],
}

/// Returns the pixels of scratch of a [`PointwiseBackward`].
///
/// # Panics
/// If the size overflows.
pub fn pointwise_scratch(outputs: usize) -> usize {
    product(outputs, PLANE)
}

impl<T: Real> PointwiseBackward<'_, '_, T> {
    fn check(&self) {
        let BackwardGroup { input, from, inputs, outputs, convolutions, to, input_gradient, lanes } =
            &self.group;
        let shape = pointwise_shape(*inputs, *outputs);
        shape.check(from, to);
        assert!(input.len() >= from.len(*inputs), "input too short");
        assert!(input_gradient.is_empty() || input_gradient.len() >= from.len(*inputs), "gradient too short");
        assert!(self.scratch.len() >= pointwise_scratch(*outputs), "scratch too short");
        assert!(*lanes <= LANES, "lanes");
        for BackwardConv { packed, output_gradient, weight_gradient } in &**convolutions {
            assert!(input_gradient.is_empty() || packed.len() >= shape.weights(), "weights too short");
            let length = weight_gradient.len();
            assert!(length == 0 || length == shape.weights(), "weight gradient");
            output_gradient.check(to, *outputs);
        }
    }
}

impl<T: Real> Kernel<T> for PointwiseBackward<'_, '_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        self.check();
        let Self { group, accumulate, scratch } = self;
        let BackwardGroup { input, from, inputs, outputs, convolutions, to, input_gradient, lanes } = group;
        let shape = pointwise_shape(inputs, outputs);
        for range in strips(&to) {
            let strip = StripOffsets::new::<T>(range.clone().enumerate().map(|(position, pixel)| {
                let (y, x) = (pixel / to.width, pixel % to.width);
                PixelOffsets { input: y * from.row + x, gradient: position }
            }));
            for number in 0..convolutions.len() {
                let next = next_gradient(convolutions, number, range.clone(), &to);
                let BackwardConv { packed, output_gradient, weight_gradient } = &mut convolutions[number];
                write_gradient::<T, V>(output_gradient, &to, range.clone(), outputs, scratch);
                if !weight_gradient.is_empty() {
                    let operands =
                        Operands { shape, input, from, output_gradient: scratch, plane: PLANE, lanes };
                    // SAFETY: `check` holds the input to its channels and its layout to the image, and the
                    // scratch to strips of all output channels.
                    unsafe { add_strip::<T, V>(operands, &strip, weight_gradient) };
                }
                if input_gradient.is_empty() {
                    continue;
                }
                let source =
                    TileInput { input: scratch, channels: outputs, plane: PLANE, step: 1, packed, area: 1 };
                for piece in pieces(range.clone(), to.width) {
                    if let Some(next) = &next {
                        for block in [next.gradient.output_gradient, next.gradient.values] {
                            let prefetch = Prefetch::strip(block, &to, outputs, next.strip.clone());
                            prefetch.fetch_pixels::<V>(piece.position..piece.position + piece.pixels);
                        }
                    }
                    let (at, plane) = (from.at(0, piece.y, piece.x), from.plane);
                    let target =
                        TileOutput { group: 0, at, plane, step: 1, accumulate: accumulate || number > 0 };
                    let span = ColumnSpan { first: piece.position, pixels: piece.pixels, channels: inputs };
                    // SAFETY: as above, and `check` holds the input's gradient to its channels and the
                    // weights to the shape.
                    unsafe { column::<T, V, 1>(source, &TAP, span, input_gradient, target) };
                }
            }
        }
    }
}

/// The strip of a gradient that [`write_gradient`] reads next.
struct Next<'a, T> {
    gradient: BatchNormInputGrad<'a, T>,
    strip: Range<usize>,
}

/// Returns the same strip of the next convolution, or the next strip of the first. `None` after the last
/// strip.
#[inline(always)]
fn next_gradient<'a, T: Real>(
    convolutions: &[BackwardConv<'a, T, T>],
    number: usize,
    strip: Range<usize>,
    layout: &BlockLayout,
) -> Option<Next<'a, T>> {
    if let Some(next) = convolutions.get(number + 1) {
        return Some(Next { gradient: next.output_gradient, strip });
    }
    let after = strip.end..(strip.end + STRIP).min(layout.height * layout.width);
    (!after.is_empty()).then(|| Next { gradient: convolutions[0].output_gradient, strip: after })
}

/// Writes the gradient of the result in a strip to the scratch, `[channel][position]`.
#[inline(always)]
fn write_gradient<T: Real, V: Vector<T>>(
    gradient: &BatchNormInputGrad<'_, T>,
    layout: &BlockLayout,
    range: Range<usize>,
    channels: usize,
    scratch: &mut [Pixel<T>],
) {
    for channel in 0..channels {
        let factors = gradient.factors::<V>(channel);
        let start = channel * layout.plane + range.start;
        let d = &gradient.output_gradient[start..][..range.len()];
        let values = &gradient.values[start..][..range.len()];
        let strip = &mut scratch[channel * PLANE..][..range.len()];
        for ((pixel, d), value) in strip.iter_mut().zip(d).zip(values) {
            factors.pixel(d, value).store(pixel);
        }
    }
}
