//! Gradient of a convolution with respect to its input.
//!
//! At stride 2 a pixel of the input contributes only through the taps whose parity fits: pixels at even rows
//! and columns through the middle tap, others through two or four. So the four parities are four small
//! convolutions of the output's gradient, and no zero is ever multiplied.

use crate::conv::Conv;
use crate::conv_shape::ConvShape;
use crate::kernels::Kernel;
use crate::layout::BlockLayout;
use crate::pixel::Pixel;
use crate::real::Real;
use crate::register_tile::{ColumnSpan, Tap, TileInput, TileOutput, column};
use crate::thirds::thirds;
use crate::vector::Vector;

/// Computes `dx[input][y·S+ky][x·S+kx] = Σ_output dy[output][y][x] · w[output][input][ky][kx]`, or adds it to
/// dx.
#[derive(Debug)]
pub struct ConvInputGradient<'a, T> {
    /// The forward convolution.
    pub shape: ConvShape,
    /// dy, the gradient of the output, `[channel][y][x][lane]`.
    pub output_gradient: &'a [Pixel<T>],
    /// Layout of dy: with a zero margin if the kernel is 3×3.
    pub from: BlockLayout,
    /// Weights from [`pack_input_gradient`](crate::pack_input_gradient).
    pub packed: &'a [T],
    /// dx, the gradient of the input, `[channel][y][x][lane]`.
    pub input_gradient: &'a mut [Pixel<T>],
    /// Layout of dx.
    pub to: BlockLayout,
    /// If true, the kernel adds to dx; if false, it overwrites it.
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

impl<T: Real> Kernel<T> for ConvInputGradient<'_, T> {
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
            parity::<T, V, 1>(&mut self, 0, 0, &[tap(0, 4)]);
            parity::<T, V, 2>(&mut self, 0, 1, &[tap(0, 3), tap(right, 5)]);
            parity::<T, V, 2>(&mut self, 1, 0, &[tap(0, 1), tap(down, 7)]);
            let corners = [tap(0, 0), tap(right, 2), tap(down, 6), tap(down + right, 8)];
            parity::<T, V, 4>(&mut self, 1, 1, &corners);
        } else {
            parity::<T, V, 1>(&mut self, 0, 0, &[tap(0, 0)]);
            if !accumulate {
                for (down, right) in [(0, 1), (1, 0), (1, 1)] {
                    parity::<T, V, 0>(&mut self, down, right, &[]);
                }
            }
        }
    }
}

/// Computes the input pixels (2y + `down`, 2x + `right`).
#[inline(always)]
fn parity<T: Real, V: Vector<T>, const N: usize>(
    kernel: &mut ConvInputGradient<'_, T>,
    down: usize,
    right: usize,
    taps: &[Tap; N],
) {
    let ConvInputGradient { shape, output_gradient, from, packed, ref mut input_gradient, to, accumulate } =
        *kernel;
    let area = shape.kernel * shape.kernel;
    let source = TileInput {
        input: output_gradient,
        channels: shape.outputs,
        plane: from.plane,
        step: 1,
        packed,
        area,
    };
    let (height, width) = ((to.height + 1 - down) / 2, (to.width + 1 - right) / 2);
    for y in 0..height {
        for (x, pixels) in thirds(width) {
            let at = to.at(0, 2 * y + down, 2 * x + right);
            let target = TileOutput { group: 0, at, plane: to.plane, step: 2, accumulate };
            let span = ColumnSpan { first: from.at(0, y, x), pixels, channels: shape.inputs };
            // SAFETY: `check` holds blocks and weights to their channels and the layouts to their images;
            // taps to the right and below reach at most one pixel past the image, which is the margin.
            unsafe { column::<T, V, N>(source, taps, span, input_gradient, target) };
        }
    }
}
