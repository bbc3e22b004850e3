//! Sums with a factor for each channel.

use super::planes;
use crate::geometry::is_gapless;
use crate::kernels::Job;
use crate::layout::Layout;
use crate::pixel::Pixel;
use crate::real::Real;
use crate::vector::Vector;

/// One addend of a [`ChannelSum`].
#[derive(Clone, Copy, Debug)]
pub struct ChannelTerm<'a, T> {
    /// A block.
    pub source: &'a [Pixel<T>],
    /// Its factor for each channel, one pixel a plane.
    pub scale: &'a [Pixel<T>],
}

/// `output[c] = bias[c] + Σ_t scale_t[c] · source_t[c]`.
#[derive(Debug)]
pub struct ChannelSum<'a, T> {
    /// The addends.
    pub terms: &'a [ChannelTerm<'a, T>],
    /// One constant for each channel, one pixel a plane.
    pub bias: &'a [Pixel<T>],
    /// The sum.
    pub output: &'a mut [Pixel<T>],
    /// Dense layout of addends and sum.
    pub layout: Layout,
    /// Channels.
    pub channels: usize,
}

impl<T: Real> Job<T> for ChannelSum<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let Self { terms, bias, output, layout, channels } = self;
        assert!(is_gapless(&layout), "sums want a dense layout");
        let area = layout.height * layout.width;
        for plane in 0..planes(channels) {
            let output = &mut output[layout.at(plane, 0, 0)..][..area];
            output.fill(bias[plane]);
            for term in terms {
                let source = &term.source[layout.at(plane, 0, 0)..][..area];
                let scale = V::load(&term.scale[plane]);
                for (sum, x) in output.iter_mut().zip(source) {
                    V::load(sum).add_mul(scale, V::load(x)).store(sum);
                }
            }
        }
    }
}
