//! Normalisation with running statistics: `scale·x + shift` per channel, with `scale = γ/√(var + ε)` and
//! `shift = β − mean·scale`.

use crate::graph::{EPSILON, Norm};
use zodarts_kernels::{LANES, Pixel, Real, planes};

/// A factor and a constant per channel.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelAffine {
    /// The factors.
    pub scale: Vec<f64>,
    /// The constants.
    pub shift: Vec<f64>,
}

impl ChannelAffine {
    /// Returns the factors and constants of a normalisation of `channels` channels, or 1 and 0 without one.
    pub fn new<T: Real>(norm: Option<&Norm>, channels: usize, weights: &[T], statistics: &[T]) -> Self {
        let mut affine = Self { scale: vec![1.0; channels], shift: vec![0.0; channels] };
        let Some(norm) = norm else { return affine };
        let (means, variances) = statistics[norm.statistics.clone()].split_at(channels);
        for channel in 0..channels {
            let (gamma, beta) = norm.scale_and_shift(weights, channel);
            let scale = gamma / (variances[channel].to_f64() + EPSILON).sqrt();
            affine.scale[channel] = scale;
            affine.shift[channel] = beta - means[channel].to_f64() * scale;
        }
        affine
    }

    /// Returns the weights `[output][…]` of a convolution times the factors of its outputs.
    pub fn scaled<T: Real>(&self, weights: &[T]) -> Vec<T> {
        let rows = weights.chunks_exact(weights.len() / self.scale.len()).zip(&self.scale);
        rows.flat_map(|(row, scale)| row.iter().map(move |w| T::from_f64(w.to_f64() * scale))).collect()
    }
}

/// Returns one value per channel as pixels with channels in the lanes.
pub fn pixels<T: Real>(values: &[f64]) -> Vec<Pixel<T>> {
    let mut pixels = vec![Pixel::ZERO; planes(values.len())];
    for (channel, &value) in values.iter().enumerate() {
        pixels[channel / LANES].0[channel % LANES] = T::from_f64(value);
    }
    pixels
}
