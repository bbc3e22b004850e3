//! Forward pass of 1×1 convolutions, with the moments of the results.

use super::strips::{TAP, pieces, pointwise_shape, strips};
use crate::block_moments::merge_moments;
use crate::block_view::BlockView;
use crate::group::{ForwardConv, ForwardGroup};
use crate::kernels::Kernel;
use crate::prefetch::Prefetch;
use crate::real::Real;
use crate::register_tile::{ColumnSpan, TileInput, TileOutput, column};
use crate::vector::Vector;
use crate::weight_gradient::STRIP;

/// Computes `output = 1×1 convolution(input)` for several convolutions of the same input, whose weights come
/// from [`pack_forward`](crate::pack_forward).
#[derive(Debug)]
pub struct PointwiseForward<'a, 'b, T>(
    /// The operands.
    pub ForwardGroup<'a, 'b, T, T>,
);

impl<T: Real> PointwiseForward<'_, '_, T> {
    fn check(&self) {
        let ForwardGroup { input, from, inputs, outputs, convolutions, to, .. } = &self.0;
        let shape = pointwise_shape(*inputs, *outputs);
        shape.check(from, to);
        assert!(input.len() >= from.len(*inputs), "input too short");
        for ForwardConv { packed, output, moments } in &**convolutions {
            assert!(packed.len() >= shape.weights(), "weights too short");
            assert!(output.len() >= to.len(*outputs), "output too short");
            assert!(moments.is_empty() || moments.len() == *outputs, "moments");
        }
    }
}

impl<T: Real> Kernel<T> for PointwiseForward<'_, '_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        self.check();
        let ForwardGroup { input, from, inputs, outputs, convolutions, to, lanes } = self.0;
        for strip in strips(&to) {
            for number in 0..convolutions.len() {
                let (before, rest) = convolutions.split_at_mut(number);
                let (ForwardConv { packed, output, moments }, after) =
                    rest.split_first_mut().expect("the convolution");
                let after_strip = strip.end..(strip.end + STRIP).min(to.height * to.width);
                let source =
                    TileInput { input, channels: inputs, plane: from.plane, step: 1, packed, area: 1 };
                for piece in pieces(strip.clone(), to.width) {
                    // Written next: the same strip of the next result, or the next strip of the first.
                    let (next, range) = match (after.first(), before.first()) {
                        (Some(next), _) => (&*next.output, strip.clone()),
                        (None, Some(first)) => (&*first.output, after_strip.clone()),
                        (None, None) => (&**output, after_strip.clone()),
                    };
                    Prefetch::strip(next, &to, outputs, range)
                        .fetch_pixels::<V>(piece.position..piece.position + piece.pixels);
                    let at = to.at(0, piece.y, piece.x);
                    let target = TileOutput { group: 0, at, plane: to.plane, step: 1, accumulate: false };
                    let first = from.at(0, piece.y, piece.x);
                    let span = ColumnSpan { first, pixels: piece.pixels, channels: outputs };
                    // SAFETY: `check` holds blocks and weights to their channels and the layouts to their
                    // images.
                    unsafe { column::<T, V, 1>(source, &TAP, span, output, target) };
                }
                let block = BlockView { pixels: output, layout: &to, channels: outputs };
                merge_moments::<T, V>(block, strip.clone(), lanes, moments);
            }
        }
    }
}
