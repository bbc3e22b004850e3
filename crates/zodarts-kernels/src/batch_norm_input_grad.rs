//! Gradient of a batch normalisation's input, which is the result of a convolution.

use crate::layout::BlockLayout;
use crate::pixel::Pixel;
use crate::real::Real;
use crate::vector::Vector;

/// Gradient of a convolution's result x, through the normalisation behind it.
///
/// With the gradient d of the normalisation's output it is `gradient_scale · d + value_scale · x + constant`,
/// per channel. Kernels compute it while they read d and x, so it is never stored.
#[derive(Clone, Copy, Debug)]
pub struct BatchNormInputGrad<'a, T> {
    /// d, `[channel][y][x][lane]`.
    pub output_gradient: &'a [Pixel<T>],
    /// x, `[channel][y][x][lane]`.
    pub values: &'a [Pixel<T>],
    /// Factors of d, one per channel.
    pub gradient_scale: &'a [T],
    /// Factors of x, one per channel.
    pub value_scale: &'a [T],
    /// Constants, one per channel.
    pub constant: &'a [T],
}

/// Factors of one channel of a [`BatchNormInputGrad`], each in every lane.
#[derive(Clone, Copy)]
pub(crate) struct ChannelFactors<V> {
    gradient: V,
    value: V,
    constant: V,
}

impl<T: Real> BatchNormInputGrad<'_, T> {
    /// Asserts that blocks and factors hold `channels` channels.
    pub(crate) fn check(&self, layout: &BlockLayout, channels: usize) {
        let len = layout.len(channels);
        assert!(self.output_gradient.len() >= len && self.values.len() >= len, "gradient too short");
        let factors = [self.gradient_scale, self.value_scale, self.constant];
        assert!(factors.iter().all(|factors| factors.len() >= channels), "factors");
    }

    /// Returns the factors of a channel.
    #[inline(always)]
    pub(crate) fn factors<V: Vector<T>>(&self, channel: usize) -> ChannelFactors<V> {
        ChannelFactors {
            gradient: V::splat(self.gradient_scale[channel]),
            value: V::splat(self.value_scale[channel]),
            constant: V::splat(self.constant[channel]),
        }
    }
}

impl<V> ChannelFactors<V> {
    /// Returns the gradient of one pixel, from d and x.
    #[inline(always)]
    pub fn pixel<T: Real>(self, d: &Pixel<T>, x: &Pixel<T>) -> V
    where
        V: Vector<T>,
    {
        self.constant.add_mul(self.value, V::load(x)).add_mul(self.gradient, V::load(d))
    }
}
