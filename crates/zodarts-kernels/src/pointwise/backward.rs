//! Backward: gradients of weights and of the input from one strip of the result's gradient.

use super::{TAP, pieces, shape, strips};
use crate::ahead::Ahead;
use crate::blend::Blend;
use crate::kernels::Job;
use crate::layout::{Layout, product};
use crate::pixel::{LANES, Pixel};
use crate::real::Real;
use crate::tile::{Source, Target, column};
use crate::vector::Vector;
use crate::weight_gradient::{Operands, STRIP, Strip, add_strip};
use std::ops::Range;

/// Distance between the channels of a strip. Two pixels more than needed, for a power of two would make them compete for the
/// same cache sets.
const PLANE: usize = STRIP + 2;

/// One of the convolutions.
#[derive(Debug)]
pub struct PointwiseGradient<'a, T> {
    /// Weights from [`pack_input_gradient`](crate::pack_input_gradient); not read if the input's gradient is not wanted.
    pub packed: &'a [T],
    /// Gradient of the convolution's result.
    pub blend: Blend<'a, T>,
    /// Gradient of the weights, `outputs × inputs`, added to; empty if it is not wanted.
    pub weights: &'a mut [T],
}

/// Gradients of several 1×1 convolutions with the same input.
#[derive(Debug)]
pub struct PointwiseBackward<'a, 'b, T> {
    /// Input block of the forward pass. Only read for gradients of weights.
    pub input: &'a [Pixel<T>],
    /// Layout of the input.
    pub from: Layout,
    /// Input channels.
    pub inputs: usize,
    /// Output channels of each convolution.
    pub outputs: usize,
    /// The convolutions.
    pub convolutions: &'b mut [PointwiseGradient<'a, T>],
    /// Dense layout of the blocks of a [`Blend`], of the input's size.
    pub to: Layout,
    /// Gradient of the input in its layout. Empty if it is not wanted.
    pub input_gradient: &'a mut [Pixel<T>],
    /// Whether to add to the input's gradient instead of overwriting it.
    pub accumulate: bool,
    /// Images in the block: only these lanes count for gradients of weights.
    pub lanes: usize,
    /// Room for [`pointwise_scratch`] pixels.
    pub scratch: &'a mut [Pixel<T>],
}

/// Pixels of scratch of a [`PointwiseBackward`].
///
/// # Panics
/// If the size overflows.
pub fn pointwise_scratch(outputs: usize) -> usize {
    product(outputs, PLANE)
}

impl<T: Real> PointwiseBackward<'_, '_, T> {
    fn check(&self) {
        let Self { input, from, inputs, outputs, convolutions, to, input_gradient, lanes, scratch, .. } =
            self;
        let shape = shape(*inputs, *outputs);
        shape.check(from, to);
        assert!(input.len() >= from.len(*inputs), "input too short");
        assert!(input_gradient.is_empty() || input_gradient.len() >= from.len(*inputs), "gradient too short");
        assert!(scratch.len() >= pointwise_scratch(*outputs), "scratch too short");
        assert!(*lanes <= LANES, "lanes");
        for PointwiseGradient { packed, blend, weights } in &**convolutions {
            assert!(input_gradient.is_empty() || packed.len() >= shape.weights(), "weights too short");
            assert!(weights.is_empty() || weights.len() == shape.weights(), "weight gradient");
            blend.check(to, *outputs);
        }
    }
}

impl<T: Real> Job<T> for PointwiseBackward<'_, '_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        self.check();
        let Self {
            input,
            from,
            inputs,
            outputs,
            convolutions,
            to,
            input_gradient,
            accumulate,
            lanes,
            scratch,
        } = self;
        let shape = shape(inputs, outputs);
        for range in strips(&to) {
            let strip = Strip::new::<T>(range.clone().enumerate().map(|(position, pixel)| {
                let (y, x) = (pixel / to.width, pixel % to.width);
                (y * from.row + x, position)
            }));
            for number in 0..convolutions.len() {
                let next = next_blend(convolutions, number, (range.clone(), &to));
                let PointwiseGradient { packed, blend, weights } = &mut convolutions[number];
                write_blend::<T, V>(blend, (&to, range.clone()), outputs, scratch);
                if !weights.is_empty() {
                    let operands =
                        Operands { shape, input, from, output_gradient: scratch, plane: PLANE, lanes };
                    // SAFETY: `check` holds the input to its channels and its layout to the image, and the scratch to
                    // strips of all output channels.
                    unsafe { add_strip::<T, V>(operands, &strip, weights) };
                }
                if input_gradient.is_empty() {
                    continue;
                }
                let source =
                    Source { input: scratch, channels: outputs, plane: PLANE, step: 1, packed, area: 1 };
                for (position, y, x, pixels) in pieces(range.clone(), to.width) {
                    if let Some((blend, strip)) = &next {
                        for block in [blend.output_gradient, blend.values] {
                            let ahead = Ahead::strip(block, &to, outputs, strip.clone());
                            ahead.fetch_pixels::<V>(position..position + pixels);
                        }
                    }
                    let (at, plane) = (from.at(0, y, x), from.plane);
                    let target =
                        Target { group: 0, at, plane, step: 1, accumulate: accumulate || number > 0 };
                    let (piece, target) = ((position, pixels), (target, inputs));
                    // SAFETY: as above, and `check` holds the input's gradient to its channels and the weights to the shape.
                    unsafe { column::<T, V, 1>(source, &TAP, piece, input_gradient, target) };
                }
            }
        }
    }
}

/// What is blended next: the same strip of the next convolution, or the next strip of the first.
#[inline(always)]
fn next_blend<'a, T: Real>(
    convolutions: &[PointwiseGradient<'a, T>],
    number: usize,
    (strip, layout): (Range<usize>, &Layout),
) -> Option<(Blend<'a, T>, Range<usize>)> {
    if let Some(next) = convolutions.get(number + 1) {
        return Some((next.blend, strip));
    }
    let after = strip.end..(strip.end + STRIP).min(layout.height * layout.width);
    (!after.is_empty()).then(|| (convolutions[0].blend, after))
}

/// Writes the gradient of the result in a strip to the scratch.
#[inline(always)]
fn write_blend<T: Real, V: Vector<T>>(
    blend: &Blend<'_, T>,
    (layout, range): (&Layout, Range<usize>),
    channels: usize,
    scratch: &mut [Pixel<T>],
) {
    for channel in 0..channels {
        let factors = blend.factors::<V>(channel);
        let start = channel * layout.plane + range.start;
        let d = &blend.output_gradient[start..][..range.len()];
        let values = &blend.values[start..][..range.len()];
        let strip = &mut scratch[channel * PLANE..][..range.len()];
        for ((pixel, d), value) in strip.iter_mut().zip(d).zip(values) {
            factors.pixel(d, value).store(pixel);
        }
    }
}
