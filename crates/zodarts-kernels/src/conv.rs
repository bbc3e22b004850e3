//! Convolution: register tiles of 4 output channels × 3 pixels.
//!
//! Twelve accumulators, three pixels and one broadcast weight fill the sixteen vector registers of AVX2. The
//! gradient with respect to the input is the same kernel over mirrored, transposed weights.

use crate::kernels::Job;
use crate::layout::{Layout, product};
use crate::pixel::Pixel;
use crate::real::Real;
use crate::vector::Vector;

/// Output channels of a register tile.
const TILE: usize = 4;

/// Shape of a convolution without bias, `kernel` 1 or 3, `stride` 1 or 2, padded to keep the size at stride 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvShape {
    /// Input channels.
    pub inputs: usize,
    /// Output channels.
    pub outputs: usize,
    /// Side of the window: 1 or 3.
    pub kernel: usize,
    /// Distance between windows: 1 or 2.
    pub stride: usize,
}

impl ConvShape {
    /// Number of weights, `outputs × inputs × kernel × kernel`, packed or not.
    ///
    /// # Panics
    /// If it overflows.
    pub fn weights(&self) -> usize {
        product(product(self.outputs, self.inputs), product(self.kernel, self.kernel))
    }

    /// The stride-1 convolution that carries gradients from outputs back to inputs.
    #[must_use]
    pub fn transposed(&self) -> Self {
        Self { inputs: self.outputs, outputs: self.inputs, kernel: self.kernel, stride: 1 }
    }
}

/// Reorders weights `[output][input][ky][kx]` into the order the forward kernel reads:
/// `[output / 4][input][ky][kx][output % 4]`.
pub fn pack_forward<T: Real>(shape: &ConvShape, weights: &[T], packed: &mut [T]) {
    let area = shape.kernel * shape.kernel;
    pack(shape, packed, |output, input, tap| weights[(output * shape.inputs + input) * area + tap]);
}

/// Reorders weights for the input gradient: channels exchanged, window mirrored. `shape` is the forward shape.
pub fn pack_input_gradient<T: Real>(shape: &ConvShape, weights: &[T], packed: &mut [T]) {
    let area = shape.kernel * shape.kernel;
    let transposed = shape.transposed();
    pack(&transposed, packed, |output, input, tap| {
        weights[(input * shape.inputs + output) * area + (area - 1 - tap)]
    });
}

fn pack<T: Real>(shape: &ConvShape, packed: &mut [T], weight: impl Fn(usize, usize, usize) -> T) {
    let area = shape.kernel * shape.kernel;
    let mut slots = packed[..shape.weights()].iter_mut();
    for group in (0..shape.outputs).step_by(TILE) {
        let members = TILE.min(shape.outputs - group);
        for input in 0..shape.inputs {
            for tap in 0..area {
                for (member, slot) in slots.by_ref().take(members).enumerate() {
                    *slot = weight(group + member, input, tap);
                }
            }
        }
    }
}

/// `output (+)= convolution(input)`.
#[derive(Debug)]
pub struct Conv<'a, T> {
    /// The convolution.
    pub shape: ConvShape,
    /// Input block in a padded layout, its margin zero.
    pub input: &'a [Pixel<T>],
    /// Layout of the input.
    pub from: Layout,
    /// Weights from [`pack_forward`] or [`pack_input_gradient`].
    pub packed: &'a [T],
    /// Output block.
    pub output: &'a mut [Pixel<T>],
    /// Layout of the output: height and width are the input's divided by the stride, rounded up.
    pub to: Layout,
    /// Whether to add to the output instead of overwriting it.
    pub accumulate: bool,
}

impl<T: Real> Conv<'_, T> {
    fn check(&self) {
        let Self { shape, from, to, .. } = self;
        assert!(matches!(shape.kernel, 1 | 3) && matches!(shape.stride, 1 | 2), "unsupported {shape:?}");
        assert_eq!(*from, Layout::padded(from.height, from.width), "the input must be padded");
        assert_eq!(to.height, from.height.div_ceil(shape.stride), "output height");
        assert_eq!(to.width, from.width.div_ceil(shape.stride), "output width");
        assert!(to.plane >= to.origin + to.height * to.row && to.row >= to.width, "output layout");
        assert!(self.input.len() >= from.len(shape.inputs), "input too short");
        assert!(self.output.len() >= to.len(shape.outputs), "output too short");
        assert!(self.packed.len() >= shape.weights(), "weights too short");
    }
}

impl<T: Real> Job<T> for Conv<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(mut self) {
        self.check();
        match (self.shape.kernel, self.shape.stride) {
            (1, 1) => groups::<T, V, 1, 1>(&mut self),
            (1, _) => groups::<T, V, 1, 2>(&mut self),
            (_, 1) => groups::<T, V, 3, 1>(&mut self),
            (_, _) => groups::<T, V, 3, 2>(&mut self),
        }
    }
}

#[inline(always)]
fn groups<T: Real, V: Vector<T>, const K: usize, const S: usize>(job: &mut Conv<'_, T>) {
    for group in (0..job.shape.outputs).step_by(TILE) {
        match job.shape.outputs - group {
            1 => rows::<T, V, K, S, 1>(job, group),
            2 => rows::<T, V, K, S, 2>(job, group),
            3 => rows::<T, V, K, S, 3>(job, group),
            _ => rows::<T, V, K, S, 4>(job, group),
        }
    }
}

#[inline(always)]
fn rows<T: Real, V: Vector<T>, const K: usize, const S: usize, const M: usize>(
    job: &mut Conv<'_, T>,
    group: usize,
) {
    for y in 0..job.to.height {
        let mut x = 0;
        while x < job.to.width {
            // Tiles one pixel wide starve the multipliers: four left over are taken as two and two.
            match job.to.width - x {
                1 => x += tile::<T, V, K, S, M, 1>(job, group, y, x),
                2 | 4 => x += tile::<T, V, K, S, M, 2>(job, group, y, x),
                _ => x += tile::<T, V, K, S, M, 3>(job, group, y, x),
            }
        }
    }
}

/// One register tile: `M` output channels from `group`, `P` pixels from (y, x). Returns `P`.
#[inline(always)]
fn tile<T: Real, V: Vector<T>, const K: usize, const S: usize, const M: usize, const P: usize>(
    job: &mut Conv<'_, T>,
    group: usize,
    y: usize,
    x: usize,
) -> usize {
    // Row and column of the window's first tap, relative to the origin of the padded input.
    let first = job.from.at(0, y * S, x * S) - (K / 2) * (job.from.row + 1);
    let target = job.to.at(group, y, x);
    let mut sums = [[V::splat(T::ZERO); P]; M];
    if job.accumulate {
        for (m, row) in sums.iter_mut().enumerate() {
            for (p, sum) in row.iter_mut().enumerate() {
                *sum = V::load(&job.output[target + m * job.to.plane + p]);
            }
        }
    }
    let mut weight = group * job.shape.inputs * K * K;
    for input in 0..job.shape.inputs {
        for ky in 0..K {
            for kx in 0..K {
                let source = first + input * job.from.plane + ky * job.from.row + kx;
                // SAFETY: `check` holds the padded input to `inputs` planes, and the window of an output pixel
                // inside the image stays inside its padded plane; `packed` holds every group's weights.
                unsafe {
                    let pixels: [V; P] =
                        std::array::from_fn(|p| V::load(job.input.get_unchecked(source + p * S)));
                    for (m, row) in sums.iter_mut().enumerate() {
                        let w = V::splat(*job.packed.get_unchecked(weight + m));
                        for (sum, &pixel) in row.iter_mut().zip(&pixels) {
                            *sum = sum.add_mul(w, pixel);
                        }
                    }
                }
                weight += M;
            }
        }
    }
    for (m, row) in sums.iter().enumerate() {
        for (p, &sum) in row.iter().enumerate() {
            sum.store(&mut job.output[target + m * job.to.plane + p]);
        }
    }
    P
}
