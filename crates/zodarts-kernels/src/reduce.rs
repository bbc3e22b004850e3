//! Reductions over the images and pixels of a block, one result per channel.
//!
//! Lanes are summed separately over the pixels and added at the end, the first `lanes` of them only and in `f64`: a
//! result does not depend on what idle lanes hold.

use crate::kernels::Job;
use crate::layout::Layout;
use crate::pixel::{LANES, Pixel, total};
use crate::real::Real;
use crate::vector::Vector;

/// Interleaved sums: one alone waits for the adder's latency.
const CHAINS: usize = 8;

/// Pixels of d that [`Dots`] multiplies with all inputs before it goes on: 8 KiB, a quarter of an L1 cache.
const STRIP: usize = 256;

/// One of the blocks that [`Dots`] multiplies with the gradient.
#[derive(Clone, Copy, Debug)]
pub struct Centred<'a, T> {
    /// x.
    pub block: &'a [Pixel<T>],
    /// What to subtract from x, one value for each channel.
    pub centre: &'a [T],
}

/// Σ d, and Σ d · (x − centre) for several x, of each channel: d is read once.
#[derive(Debug)]
pub struct Dots<'a, T> {
    /// d.
    pub gradient: &'a [Pixel<T>],
    /// Several x.
    pub inputs: &'a [Centred<'a, T>],
    /// Dense layout of all.
    pub layout: Layout,
    /// Images in the block.
    pub lanes: usize,
    /// Σ d, one for each channel, added to; its length is the number of channels.
    pub sum: &'a mut [f64],
    /// `inputs × channels` sums, added to.
    pub dots: &'a mut [f64],
}

impl<T: Real> Job<T> for Dots<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let channels = self.sum.len();
        assert!(self.lanes <= LANES, "lanes");
        assert_eq!(self.dots.len(), self.inputs.len() * channels, "dots");
        for channel in 0..channels {
            let gradient = plane(self.gradient, &self.layout, channel);
            for (strip, d) in gradient.chunks(STRIP).enumerate() {
                self.sum[channel] += sum(lane_sums(d, V::add), self.lanes);
                for (input, dots) in self.inputs.iter().zip(self.dots.chunks_exact_mut(channels)) {
                    let x = &plane(input.block, &self.layout, channel)[strip * STRIP..][..d.len()];
                    let centre = V::splat(input.centre[channel]);
                    dots[channel] += sum(lane_dots(d, x, centre), self.lanes);
                }
            }
        }
    }
}

#[inline(always)]
fn area(layout: &Layout) -> usize {
    assert_eq!(layout.row, layout.width, "reductions want a dense layout");
    layout.height * layout.width
}

#[inline(always)]
pub fn plane<'a, T>(block: &'a [Pixel<T>], layout: &Layout, channel: usize) -> &'a [Pixel<T>] {
    &block[channel * layout.plane..][..area(layout)]
}

/// Folds the pixels by `add(sum, x)`.
#[inline(always)]
pub fn lane_sums<T: Real, V: Vector<T>>(plane: &[Pixel<T>], add: impl Fn(V, V) -> V) -> V {
    let mut chains = [V::splat(T::ZERO); CHAINS];
    let mut steps = plane.chunks_exact(CHAINS);
    for step in steps.by_ref() {
        for (chain, x) in chains.iter_mut().zip(step) {
            *chain = add(*chain, V::load(x));
        }
    }
    for (chain, x) in chains.iter_mut().zip(steps.remainder()) {
        *chain = add(*chain, V::load(x));
    }
    join(chains)
}

/// Σ d · (x − centre) over the pixels.
#[inline(always)]
fn lane_dots<T: Real, V: Vector<T>>(d: &[Pixel<T>], x: &[Pixel<T>], centre: V) -> V {
    let mut chains = [V::splat(T::ZERO); CHAINS];
    let (mut ds, mut xs) = (d.chunks_exact(CHAINS), x.chunks_exact(CHAINS));
    for (d, x) in ds.by_ref().zip(xs.by_ref()) {
        for ((chain, d), x) in chains.iter_mut().zip(d).zip(x) {
            *chain = chain.add_mul(V::load(d), V::load(x).sub(centre));
        }
    }
    for ((chain, d), x) in chains.iter_mut().zip(ds.remainder()).zip(xs.remainder()) {
        *chain = chain.add_mul(V::load(d), V::load(x).sub(centre));
    }
    join(chains)
}

/// The sum of a power of two of chains.
#[inline(always)]
pub fn join<T: Real, V: Vector<T>, const N: usize>(mut chains: [V; N]) -> V {
    let mut count = N;
    while count > 1 {
        count /= 2;
        for i in 0..count {
            chains[i] = chains[i].add(chains[i + count]);
        }
    }
    chains[0]
}

#[inline(always)]
pub fn to_pixel<T: Real, V: Vector<T>>(value: V) -> Pixel<T> {
    let mut pixel = Pixel::ZERO;
    value.store(&mut pixel);
    pixel
}

/// Sum of the first `lanes` lanes.
#[inline(always)]
fn sum<T: Real, V: Vector<T>>(value: V, lanes: usize) -> f64 {
    total(to_pixel(value.first(lanes)).wide())
}
