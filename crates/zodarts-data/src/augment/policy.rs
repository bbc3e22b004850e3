//! Augmentation policies: how far an image may be changed at random.

use super::blur::Blur;
use super::cutout::Cutout;
use super::tone::{Tone, ToneRange};
use super::warp::WarpRange;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};

/// The ranges from which the changes of an image are drawn. A range of 0 draws nothing.
///
/// Lengths are shares of the image's side, so that a policy means the same at every size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Policy {
    /// Rotation, scale, aspect, shift and crop.
    pub warp: WarpRange,
    /// Gamma, contrast and brightness.
    pub tone: ToneRange,
    /// Largest deviation of a Gaussian blur, as a share of the side. Half of the images are blurred.
    pub blur: f32,
    /// Largest deviation of the noise that is added to each value.
    pub noise: f32,
    /// Largest side of a square that is painted with the image's mean, as a share of the side.
    pub cutout: f32,
}

/// Planes of an image while it is changed; kept from image to image.
#[derive(Clone, Debug, Default)]
pub(super) struct PolicyScratch {
    blurred: Vec<f32>,
}

impl Policy {
    /// Returns the policy that changes nothing.
    pub fn none() -> Self {
        Policy::default()
    }

    /// Returns weak changes: ±10°, a tenth in size, and slight changes of the grey levels.
    pub fn light() -> Self {
        let warp =
            WarpRange { rotation: 10.0, scale: 0.1, aspect: 0.05, shift: 0.08, ..WarpRange::default() };
        let tone = ToneRange { gamma: 0.1, contrast: 0.1, brightness: 0.05 };
        Policy { warp, tone, ..Policy::default() }
    }

    /// Returns moderate changes: ±20°, a quarter in size, and visible changes of the grey levels.
    pub fn medium() -> Self {
        let warp =
            WarpRange { rotation: 20.0, scale: 0.25, aspect: 0.1, shift: 0.15, ..WarpRange::default() };
        let tone = ToneRange { gamma: 0.2, contrast: 0.2, brightness: 0.1 };
        Policy { warp, tone, ..Policy::default() }
    }

    /// Returns strong changes: places as [`Policy::medium`], grey levels of other devices, blur and noise.
    pub fn strong() -> Self {
        let tone = ToneRange { gamma: 0.5, contrast: 0.4, brightness: 0.2 };
        Policy { tone, blur: 0.03, noise: 0.05, ..Policy::medium() }
    }

    /// Changes the values of an image of square planes, which stay within 0 and 1.
    pub(super) fn change_values(
        &self,
        image: &mut [f32],
        side: usize,
        scratch: &mut PolicyScratch,
        rng: &mut ChaCha8Rng,
    ) {
        if let Some(tone) = Tone::draw(&self.tone, rng) {
            tone.apply(image);
        }
        if let Some(blur) = Blur::draw(self.blur * side as f32, rng) {
            blur.apply(image, side, &mut scratch.blurred);
        }
        add_noise(image, self.noise, rng);
        if let Some(cutout) = Cutout::draw(self.cutout, side, rng) {
            cutout.apply(image, side);
        }
    }
}

/// Adds normal noise of a deviation drawn from 0 to `most`.
fn add_noise(image: &mut [f32], most: f32, rng: &mut ChaCha8Rng) {
    if most > 0.0 {
        let deviation = rng.random_range(0.0..=most);
        for value in image {
            *value = (*value + deviation * rng.sample::<f32, _>(StandardNormal)).clamp(0.0, 1.0);
        }
    }
}

/// Returns a number from −`most` to `most`; 0 without a draw if `most` is 0.
pub(super) fn within(most: f32, rng: &mut ChaCha8Rng) -> f32 {
    if most > 0.0 { rng.random_range(-most..=most) } else { 0.0 }
}

/// Returns `e` to the power of a number from −`most` to `most`, the same on every machine.
pub(super) fn factor(most: f32, rng: &mut ChaCha8Rng) -> f32 {
    libm::expf(within(most, rng))
}
