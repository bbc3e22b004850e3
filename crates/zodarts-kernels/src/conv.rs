//! Direct convolution. At stride 1, the gradient of the input is the same kernel over mirrored, transposed
//! weights.

use crate::conv_shape::ConvShape;
use crate::kernels::Kernel;
use crate::layout::BlockLayout;
use crate::pixel::Pixel;
use crate::real::Real;
use crate::register_tile::{CHANNELS, ColumnSpan, Tap, TileInput, TileOutput, column};
use crate::thirds::thirds;
use crate::vector::Vector;

/// Reorders weights `[output][input][ky][kx]` into the order that the forward kernel reads,
/// `[output / 4][input][ky][kx][output % 4]`.
pub fn pack_forward<T: Real>(shape: &ConvShape, weights: &[T], packed: &mut [T]) {
    let area = shape.kernel * shape.kernel;
    pack(shape, packed, |output, input, tap| weights[(output * shape.inputs + input) * area + tap]);
}

/// Reorders weights `[output][input][ky][kx]` for the input gradient: channels exchanged, window mirrored.
/// `shape` is the forward shape.
pub fn pack_input_gradient<T: Real>(shape: &ConvShape, weights: &[T], packed: &mut [T]) {
    let area = shape.kernel * shape.kernel;
    let transposed = shape.transposed();
    pack(&transposed, packed, |output, input, tap| {
        weights[(input * shape.inputs + output) * area + (area - 1 - tap)]
    });
}

/// Writes `weight(output, input, tap)` in the packed order.
fn pack<T: Real>(shape: &ConvShape, packed: &mut [T], weight: impl Fn(usize, usize, usize) -> T) {
    let area = shape.kernel * shape.kernel;
    let mut slots = packed[..shape.weights()].iter_mut();
    for group in (0..shape.outputs).step_by(CHANNELS) {
        let members = CHANNELS.min(shape.outputs - group);
        for input in 0..shape.inputs {
            for tap in 0..area {
                for (member, slot) in slots.by_ref().take(members).enumerate() {
                    *slot = weight(group + member, input, tap);
                }
            }
        }
    }
}

/// Computes `output = convolution(input)`, or adds it to the output.
#[derive(Debug)]
pub struct Conv<'a, T> {
    /// The convolution.
    pub shape: ConvShape,
    /// Input block, `[channel][y][x][lane]`.
    pub input: &'a [Pixel<T>],
    /// Layout of the input: with a zero margin if the kernel is 3×3.
    pub from: BlockLayout,
    /// Weights from [`pack_forward`] or [`pack_input_gradient`].
    pub packed: &'a [T],
    /// Output block, `[channel][y][x][lane]`.
    pub output: &'a mut [Pixel<T>],
    /// Layout of the output: height and width are the input's divided by the stride, rounded up.
    pub to: BlockLayout,
    /// If true, the kernel adds to the output; if false, it overwrites it.
    pub accumulate: bool,
}

impl<T: Real> Conv<'_, T> {
    fn check(&self) {
        let Self { shape, from, to, .. } = self;
        shape.check(from, to);
        shape.check_reach(from);
        assert!(self.input.len() >= from.len(shape.inputs), "input too short");
        assert!(self.output.len() >= to.len(shape.outputs), "output too short");
        assert!(self.packed.len() >= shape.weights(), "weights too short");
    }
}

impl<T: Real> Kernel<T> for Conv<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(mut self) {
        self.check();
        let row = self.from.row;
        let around: [Tap; 9] = std::array::from_fn(|t| Tap { pixel: t / 3 * row + t % 3, place: t });
        match (self.shape.kernel, self.shape.stride) {
            (1, 1) => rows::<T, V, 1, 1>(&mut self, &[Tap { pixel: 0, place: 0 }]),
            (1, _) => rows::<T, V, 1, 2>(&mut self, &[Tap { pixel: 0, place: 0 }]),
            (_, 1) => rows::<T, V, 9, 1>(&mut self, &around),
            (_, _) => rows::<T, V, 9, 2>(&mut self, &around),
        }
    }
}

/// Computes all rows of the output with `N` taps at stride `S`.
#[inline(always)]
fn rows<T: Real, V: Vector<T>, const N: usize, const S: usize>(kernel: &mut Conv<'_, T>, taps: &[Tap; N]) {
    let Conv { shape, input, from, packed, ref mut output, to, accumulate } = *kernel;
    let source = TileInput { input, channels: shape.inputs, plane: from.plane, step: S, packed, area: N };
    // Without taps outside a window's own pixel, planes without gaps are one long row.
    let flat = N == 1 && S == 1 && from.is_gapless() && to.is_gapless();
    let (height, width) = if flat { (1, to.height * to.width) } else { (to.height, to.width) };
    for y in 0..height {
        for (x, pixels) in thirds(width) {
            let first = from.at(0, y * S, x * S) - if N == 1 { 0 } else { from.row + 1 };
            let span = ColumnSpan { first, pixels, channels: shape.outputs };
            let target = TileOutput { group: 0, at: to.at(0, y, x), plane: to.plane, step: 1, accumulate };
            // SAFETY: `check` holds blocks and weights to their channels and the layouts to their images,
            // with a margin around the input if there are taps outside.
            unsafe { column::<T, V, N>(source, taps, span, output, target) };
        }
    }
}
