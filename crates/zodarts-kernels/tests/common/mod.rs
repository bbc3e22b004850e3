//! Helpers of the kernels' tests: implementations with random data, and blocks with rubbish wherever kernels
//! must not read.
#![allow(dead_code, reason = "each test file uses its own part")]

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use zodarts_kernels::reference::{self, Size};
use zodarts_kernels::{BlockLayout, Kernel, Kernels, LANES, Pack, Pad, Pixel, Real, SampleMoments, Unpack};

/// Runs a generic check on every implementation.
macro_rules! on_every_path {
    ($check:ident, $($argument:expr),*) => {
        $check(Bench::<f32>::new(Kernels::detect()), $($argument),*);
        $check(Bench::<f32>::new(Kernels::portable()), $($argument),*);
        $check(Bench::<f64>::new(Kernels::portable()), $($argument),*);
    };
}

/// An implementation under test, with random data for it.
pub struct Bench<T> {
    pub kernels: Kernels<T>,
    pub random: ChaCha8Rng,
}

impl<T: Real> Bench<T> {
    pub fn new(kernels: Kernels<T>) -> Self {
        Self { kernels, random: ChaCha8Rng::seed_from_u64(7) }
    }

    pub fn values(&mut self, count: usize) -> Vec<T> {
        (0..count).map(|_| T::from_f64(self.random.random_range(-1.0..1.0))).collect()
    }

    /// Returns a block of `values` with a margin, optionally through a `ReLU`.
    pub fn padded(&self, values: &[T], size: &Size, relu: bool) -> Vec<Pixel<T>> {
        let (from, to) = (dense(size), BlockLayout::padded(size.height, size.width));
        let input = block(values, size, from);
        let mut output = dirty(to.len(size.channels));
        self.run(Pad { input: &input, from, channels: size.channels, relu, output: &mut output, to });
        output
    }

    pub fn run(&self, kernel: impl Kernel<T>) {
        self.kernels.run(kernel);
    }
}

/// A block of `values`, with rubbish in the idle lanes.
pub fn block<T: Real>(values: &[T], size: &Size, layout: BlockLayout) -> Vec<Pixel<T>> {
    let mut block = vec![Pixel([T::from_f64(1e3); LANES]); layout.len(size.channels)];
    Pack { images: values, count: size.images, channels: size.channels, layout }
        .into_block(&mut block, |value| value);
    for channel in 0..size.channels {
        for y in 0..size.height {
            for x in 0..size.width {
                block[layout.at(channel, y, x)].0[size.images..].fill(T::from_f64(-3e2));
            }
        }
    }
    block
}

pub fn unpack<T: Real>(block: &[Pixel<T>], size: &Size, layout: BlockLayout) -> Vec<T> {
    Unpack { block, count: size.images, channels: size.channels, layout }.to_images()
}

/// Holds moments to those of the values that a block holds: where these are close together, an error of
/// rounding in one of them is a large part of their deviation.
pub fn assert_moments<T: Real>(found: &[SampleMoments], values: &[T], size: &Size) {
    let rounding = if size_of::<T>() == 4 { 1e-4 } else { 1e-11 };
    for (found, expected) in found.iter().zip(reference::moments(values, size)) {
        let deviation = (expected.squares / expected.count).sqrt().max(1e-3);
        assert_eq!(found.count, expected.count, "count");
        assert!((found.mean - expected.mean).abs() < rounding * deviation, "{found:?} {expected:?}");
        let tolerance = rounding * expected.count * deviation * deviation;
        assert!((found.squares - expected.squares).abs() < tolerance, "{found:?} {expected:?}");
    }
}

pub fn dirty<T: Real>(length: usize) -> Vec<Pixel<T>> {
    vec![Pixel([T::from_f64(77.0); LANES]); length]
}

pub fn dense(size: &Size) -> BlockLayout {
    BlockLayout::dense(size.height, size.width)
}
