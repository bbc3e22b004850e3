//! Forward, with the moments of the results.

use super::{TAP, pieces, shape, strips};
use crate::ahead::Ahead;
use crate::kernels::Job;
use crate::layout::Layout;
use crate::moments::{Moments2, merge_moments};
use crate::pixel::Pixel;
use crate::real::Real;
use crate::tile::{Source, Target, column};
use crate::vector::Vector;
use crate::weight_gradient::STRIP;

/// One of the convolutions.
#[derive(Debug)]
pub struct PointwiseOutput<'a, T> {
    /// Weights from [`pack_forward`](crate::pack_forward).
    pub packed: &'a [T],
    /// Output block, overwritten.
    pub block: &'a mut [Pixel<T>],
    /// Moments of each channel of the output, merged with what is there; empty if they are not wanted.
    pub moments: &'a mut [Moments2],
}

/// `output = 1×1 convolution(input)`, for several convolutions of the same input.
#[derive(Debug)]
pub struct PointwiseForward<'a, 'b, T> {
    /// Input block.
    pub input: &'a [Pixel<T>],
    /// Layout of the input.
    pub from: Layout,
    /// Input channels.
    pub inputs: usize,
    /// Output channels of each convolution.
    pub outputs: usize,
    /// The convolutions.
    pub convolutions: &'b mut [PointwiseOutput<'a, T>],
    /// Dense layout of the outputs, of the input's size.
    pub to: Layout,
    /// Images in the block: only these lanes are measured.
    pub lanes: usize,
}

impl<T: Real> PointwiseForward<'_, '_, T> {
    fn check(&self) {
        let Self { input, from, inputs, outputs, convolutions, to, .. } = self;
        let shape = shape(*inputs, *outputs);
        shape.check(from, to);
        assert!(input.len() >= from.len(*inputs), "input too short");
        for PointwiseOutput { packed, block, moments } in &**convolutions {
            assert!(packed.len() >= shape.weights(), "weights too short");
            assert!(block.len() >= to.len(*outputs), "output too short");
            assert!(moments.is_empty() || moments.len() == *outputs, "moments");
        }
    }
}

impl<T: Real> Job<T> for PointwiseForward<'_, '_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        self.check();
        let Self { input, from, inputs, outputs, convolutions, to, lanes } = self;
        for strip in strips(&to) {
            for number in 0..convolutions.len() {
                let (before, rest) = convolutions.split_at_mut(number);
                let (PointwiseOutput { packed, block, moments }, after) =
                    rest.split_first_mut().expect("the convolution");
                let after_strip = strip.end..(strip.end + STRIP).min(to.height * to.width);
                let source = Source { input, channels: inputs, plane: from.plane, step: 1, packed, area: 1 };
                for (position, y, x, pixels) in pieces(strip.clone(), to.width) {
                    // What is written next: the same strip of the next result, or the next strip of the first.
                    let (next, range) = match (after.first(), before.first()) {
                        (Some(next), _) => (&*next.block, strip.clone()),
                        (None, Some(first)) => (&*first.block, after_strip.clone()),
                        (None, None) => (&**block, after_strip.clone()),
                    };
                    Ahead::strip(next, &to, outputs, range).fetch_pixels::<V>(position..position + pixels);
                    let target =
                        Target { group: 0, at: to.at(0, y, x), plane: to.plane, step: 1, accumulate: false };
                    let at = (from.at(0, y, x), pixels);
                    // SAFETY: `check` holds blocks and weights to their channels and the layouts to their images.
                    unsafe { column::<T, V, 1>(source, &TAP, at, block, (target, outputs)) };
                }
                merge_moments::<T, V>((block, &to), strip.clone(), lanes, moments);
            }
        }
    }
}
