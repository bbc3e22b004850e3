//! Weighted sums of blocks, with channels in the lanes.

use super::planes::planes;
use crate::kernels::Kernel;
use crate::layout::BlockLayout;
use crate::pixel::Pixel;
use crate::real::Real;
use crate::vector::Vector;

/// One addend of a [`ChannelSum`]: a block times a factor per channel.
#[derive(Clone, Copy, Debug)]
pub struct ChannelTerm<'a, T> {
    /// The block, `[channel / 8][y][x][channel % 8]`.
    pub source: &'a [Pixel<T>],
    /// The factors, one pixel per plane.
    pub scale: &'a [Pixel<T>],
}

/// Computes `output[c] = bias[c] + Σ_t scale_t[c] · source_t[c]` for each channel c.
#[derive(Debug)]
pub struct ChannelSum<'a, T> {
    /// The addends.
    pub terms: &'a [ChannelTerm<'a, T>],
    /// The constants, one pixel per plane.
    pub bias: &'a [Pixel<T>],
    /// The sum, `[channel / 8][y][x][channel % 8]`, overwritten.
    pub output: &'a mut [Pixel<T>],
    /// Dense layout of addends and sum.
    pub layout: BlockLayout,
    /// Channels.
    pub channels: usize,
}

impl<T: Real> Kernel<T> for ChannelSum<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let Self { terms, bias, output, layout, channels } = self;
        assert!(layout.is_gapless(), "sums need a dense layout");
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
