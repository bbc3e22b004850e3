//! Sums over the pixels of a plane, one per lane.

use crate::layout::BlockLayout;
use crate::pixel::Pixel;
use crate::real::Real;
use crate::vector::Vector;

/// Interleaved sums: one alone waits for the adder's latency.
pub const CHAINS: usize = 8;

/// Returns the number of pixels of an image.
#[inline(always)]
fn area(layout: &BlockLayout) -> usize {
    assert_eq!(layout.row, layout.width, "reductions need a dense layout");
    layout.height * layout.width
}

/// Returns the pixels of one channel of a dense block.
#[inline(always)]
pub fn plane<'a, T>(block: &'a [Pixel<T>], layout: &BlockLayout, channel: usize) -> &'a [Pixel<T>] {
    &block[channel * layout.plane..][..area(layout)]
}

/// Folds the pixels by `add(sum, x)` and returns the result of each lane.
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

/// Returns the sum of `N` chains; `N` is a power of two.
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

/// Returns the vector as a pixel.
#[inline(always)]
pub fn to_pixel<T: Real, V: Vector<T>>(value: V) -> Pixel<T> {
    let mut pixel = Pixel::ZERO;
    value.store(&mut pixel);
    pixel
}
