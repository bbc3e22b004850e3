//! The kernels to measure. A new family is a module with a `cases` function, listed in [`all`].

mod convolution;
mod pointwise;
mod reduction;
mod sweep;
mod winograd;

use super::Work;
use zodarts_kernels::{Kernels, LANES, Pixel};

/// A kernel at one shape.
pub struct Case {
    /// Kernel.
    pub kernel: &'static str,
    /// Shape, for people.
    pub shape: String,
    /// The least work of a run.
    pub work: Work,
    /// Allocates the buffers and returns the run.
    pub prepare: Box<dyn Fn() -> Box<dyn FnMut()>>,
}

/// Everything the supernet runs, at the sizes it runs it.
pub fn all(kernels: Kernels<f32>) -> Vec<Case> {
    let families = [convolution::cases, pointwise::cases, winograd::cases, sweep::cases, reduction::cases];
    families.into_iter().flat_map(|cases| cases(kernels)).collect()
}

/// Channels and side of the planes of the supernet's stages, for images of 28 and of 32 pixels.
const STAGES: [(usize, usize); 6] = [(16, 28), (32, 14), (64, 7), (16, 32), (32, 16), (64, 8)];

/// A block that is neither constant nor denormal.
fn block(pixels: usize) -> Vec<Pixel<f32>> {
    let value = |i: usize| (i * 7919 % 1000) as f32 / 1000.0 - 0.5;
    (0..pixels).map(|i| Pixel(std::array::from_fn(|lane| value(LANES * i + lane)))).collect()
}
