//! Dot products of blocks over images and pixels, one result per channel.
//!
//! Each lane is summed over the pixels by itself. Then the first `lanes` lanes are added in `f64`, so that
//! idle lanes do not influence the result.

use crate::kernels::Kernel;
use crate::lane_sums::{CHAINS, join, lane_sums, plane, to_pixel};
use crate::layout::BlockLayout;
use crate::pixel::{LANES, Pixel, total};
use crate::real::Real;
use crate::vector::Vector;

/// Pixels of d that [`CentredDots`] multiplies with all inputs before the next ones: 8 KiB, a quarter of an
/// L1 cache.
const STRIP: usize = 256;

/// A block x minus a constant per channel, which [`CentredDots`] multiplies with the gradient d.
#[derive(Clone, Copy, Debug)]
pub struct CentredBlock<'a, T> {
    /// x, `[channel][y][x][lane]`.
    pub block: &'a [Pixel<T>],
    /// The constants subtracted from x, one per channel.
    pub centre: &'a [T],
}

/// Computes Σ d, and Σ d · (x − centre) for several x, of each channel over images and pixels. d is read
/// once.
#[derive(Debug)]
pub struct CentredDots<'a, T> {
    /// d, `[channel][y][x][lane]`.
    pub gradient: &'a [Pixel<T>],
    /// The blocks x with their centres.
    pub inputs: &'a [CentredBlock<'a, T>],
    /// Dense layout of d and all x.
    pub layout: BlockLayout,
    /// Images in the block; only these lanes count.
    pub lanes: usize,
    /// Σ d, one per channel, added to; the length is the number of channels.
    pub sum: &'a mut [f64],
    /// Σ d · (x − centre), `(inputs, channels)`, added to.
    pub dots: &'a mut [f64],
}

impl<T: Real> Kernel<T> for CentredDots<'_, T> {
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

/// Returns Σ d · (x − centre) over the pixels, for each lane.
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

/// Returns the sum of the first `lanes` lanes.
#[inline(always)]
fn sum<T: Real, V: Vector<T>>(value: V, lanes: usize) -> f64 {
    total(to_pixel(value.first(lanes)).wide())
}
