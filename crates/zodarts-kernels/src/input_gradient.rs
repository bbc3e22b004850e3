//! Gradient of a convolution with respect to its input.
//!
//! At stride 2 a pixel of the input is seen through those taps only whose parity fits: pixels at even rows and
//! columns through the middle one, others through two or four. So the four parities are four small
//! convolutions of the output's gradient, and no zero is ever multiplied.

use crate::conv::{Conv, ConvShape};
use crate::geometry::thirds;
use crate::kernels::Job;
use crate::layout::Layout;
use crate::pixel::Pixel;
use crate::real::Real;
use crate::tile::{Source, Tap, Target, column};
use crate::vector::Vector;

/// `dx[input][y·S+ky][x·S+kx] (+)= Σ_output dy[output][y][x] · w[output][input][ky][kx]`.
#[derive(Debug)]
pub struct ConvInputGradient<'a, T> {
    /// The forward convolution.
    pub shape: ConvShape,
    /// Gradient of the output.
    pub output_gradient: &'a [Pixel<T>],
    /// Its layout: with a margin, which is zero, if the kernel is 3×3.
    pub from: Layout,
    /// Weights from [`pack_input_gradient`](crate::pack_input_gradient).
    pub packed: &'a [T],
    /// Gradient of the input.
    pub input_gradient: &'a mut [Pixel<T>],
    /// Its layout.
    pub to: Layout,
    /// Whether to add to the input's gradient instead of overwriting it.
    pub accumulate: bool,
}

impl<T: Real> ConvInputGradient<'_, T> {
    fn check(&self) {
        let Self { shape, from, to, .. } = self;
        shape.check(to, from);
        shape.check_reach(from);
        assert!(self.output_gradient.len() >= from.len(shape.outputs), "output gradient too short");
        assert!(self.input_gradient.len() >= to.len(shape.inputs), "input gradient too short");
        assert!(self.packed.len() >= shape.weights(), "weights too short");
    }
}

impl<T: Real> Job<T> for ConvInputGradient<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(mut self) {
        self.check();
        let Self { shape, output_gradient, from, packed, ref mut input_gradient, to, accumulate } = self;
        if shape.stride == 1 {
            let (shape, input, output) = (shape.transposed(), output_gradient, &mut **input_gradient);
            // SAFETY: the caller's promise is the same.
            return unsafe { Conv { shape, input, from, packed, output, to, accumulate }.run::<V>() };
        }
        let (down, right) = (from.row, 1);
        // Places of the mirrored window: tap (ky, kx) is at 8 − (3·ky + kx).
        let tap = |pixel, place| Tap { pixel, place };
        if shape.kernel == 3 {
            parity::<T, V, 1>(&mut self, (0, 0), &[tap(0, 4)]);
            parity::<T, V, 2>(&mut self, (0, 1), &[tap(0, 3), tap(right, 5)]);
            parity::<T, V, 2>(&mut self, (1, 0), &[tap(0, 1), tap(down, 7)]);
            let corners = [tap(0, 0), tap(right, 2), tap(down, 6), tap(down + right, 8)];
            parity::<T, V, 4>(&mut self, (1, 1), &corners);
        } else {
            parity::<T, V, 1>(&mut self, (0, 0), &[tap(0, 0)]);
            if !accumulate {
                for odd in [(0, 1), (1, 0), (1, 1)] {
                    parity::<T, V, 0>(&mut self, odd, &[]);
                }
            }
        }
    }
}

/// The input pixels (2y + `down`, 2x + `right`).
#[inline(always)]
fn parity<T: Real, V: Vector<T>, const N: usize>(
    job: &mut ConvInputGradient<'_, T>,
    (down, right): (usize, usize),
    taps: &[Tap; N],
) {
    let ConvInputGradient { shape, output_gradient, from, packed, ref mut input_gradient, to, accumulate } =
        *job;
    let area = shape.kernel * shape.kernel;
    let source =
        Source { input: output_gradient, channels: shape.outputs, plane: from.plane, step: 1, packed, area };
    let (height, width) = ((to.height + 1 - down) / 2, (to.width + 1 - right) / 2);
    for y in 0..height {
        for (x, pixels) in thirds(width) {
            let at = to.at(0, 2 * y + down, 2 * x + right);
            let target = Target { group: 0, at, plane: to.plane, step: 2, accumulate };
            let first = from.at(0, y, x);
            // SAFETY: `check` holds blocks and weights to their channels and the layouts to their images; taps
            // to the right and below reach at most one pixel past the image, which is the margin.
            unsafe {
                column::<T, V, N>(source, taps, (first, pixels), input_gradient, (target, shape.inputs));
            };
        }
    }
}
