//! The gradient of a convolution's result, through the normalisation behind it.

use crate::layout::Layout;
use crate::pixel::Pixel;
use crate::real::Real;
use crate::vector::Vector;

/// Gradient of a convolution's result, made as it is read: `gradient · d + raw · x + constant` per channel, which is what
/// normalisation leaves of the gradient d of its output, x being its input.
#[derive(Clone, Copy, Debug)]
pub struct Blend<'a, T> {
    /// d, a block.
    pub output_gradient: &'a [Pixel<T>],
    /// x, a block.
    pub values: &'a [Pixel<T>],
    /// Factors of d.
    pub gradient: &'a [T],
    /// Factors of x.
    pub raw: &'a [T],
    /// Constants.
    pub constant: &'a [T],
}

/// Factors of one channel of a [`Blend`], in every lane.
#[derive(Clone, Copy)]
pub(crate) struct Factors<V> {
    gradient: V,
    raw: V,
    constant: V,
}

impl<T: Real> Blend<'_, T> {
    /// Holds the blend to blocks and factors of `channels` channels.
    pub(crate) fn check(&self, layout: &Layout, channels: usize) {
        let len = layout.len(channels);
        assert!(self.output_gradient.len() >= len && self.values.len() >= len, "gradient too short");
        let factors = [self.gradient, self.raw, self.constant];
        assert!(factors.iter().all(|factors| factors.len() >= channels), "factors");
    }

    /// The factors of a channel.
    #[inline(always)]
    pub(crate) fn factors<V: Vector<T>>(&self, channel: usize) -> Factors<V> {
        Factors {
            gradient: V::splat(self.gradient[channel]),
            raw: V::splat(self.raw[channel]),
            constant: V::splat(self.constant[channel]),
        }
    }
}

impl<V> Factors<V> {
    /// The blend of one pixel.
    #[inline(always)]
    pub fn pixel<T: Real>(self, d: &Pixel<T>, x: &Pixel<T>) -> V
    where
        V: Vector<T>,
    {
        self.constant.add_mul(self.raw, V::load(x)).add_mul(self.gradient, V::load(d))
    }
}
