//! Random changes of the images of a training batch.

use super::batch::Batch;
use super::mix::Mix;
use super::placement::Placement;
use super::policy::{Policy, PolicyScratch};
use super::standardise::Standardise;
use super::warp::Warp;
use crate::samples::Samples;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// The steps that make a batch of stored images.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Augmentation {
    /// Height and width of the batch's images in pixels; stored images are resized to it (bilinear).
    pub input_size: usize,
    /// Mirrors each image left to right with probability 1/2.
    pub flip: bool,
    /// Pads each side with this many zeros, then crops `input_size` at random; 0 for neither.
    pub crop_padding: usize,
    /// Moves images and changes their values.
    #[serde(default)]
    pub policy: Policy,
    /// Blends images and targets within the batch.
    pub mix: Mix,
    /// Scales the values of the images in the end.
    #[serde(default)]
    pub standardise: Standardise,
}

/// An augmentation with the stream of its draws.
pub(super) struct Changes<'a> {
    augmentation: &'a Augmentation,
    rng: &'a mut ChaCha8Rng,
}

impl Augmentation {
    /// Returns an augmentation that resizes and does nothing random, as [`Batch::fill`].
    pub fn none(input_size: usize) -> Self {
        let (policy, mix, standardise) = (Policy::none(), Mix::None, Standardise::None);
        Augmentation { input_size, flip: false, crop_padding: 0, policy, mix, standardise }
    }

    /// Returns flip and crop as in the search of ZO-DARTS: padding 4 at size 32, in proportion elsewhere.
    pub fn standard(input_size: usize) -> Self {
        Augmentation::none(input_size).with_flip(true).with_crop_padding(input_size.div_ceil(8))
    }

    /// Sets [`Augmentation::flip`].
    #[must_use]
    pub fn with_flip(self, flip: bool) -> Self {
        Augmentation { flip, ..self }
    }

    /// Sets [`Augmentation::crop_padding`] in pixels.
    #[must_use]
    pub fn with_crop_padding(self, crop_padding: usize) -> Self {
        Augmentation { crop_padding, ..self }
    }

    /// Sets [`Augmentation::policy`].
    #[must_use]
    pub fn with_policy(self, policy: Policy) -> Self {
        Augmentation { policy, ..self }
    }

    /// Sets [`Augmentation::mix`].
    #[must_use]
    pub fn with_mix(self, mix: Mix) -> Self {
        Augmentation { mix, ..self }
    }

    /// Sets [`Augmentation::standardise`].
    #[must_use]
    pub fn with_standardise(self, standardise: Standardise) -> Self {
        Augmentation { standardise, ..self }
    }

    /// Fills `batch` with the images at `positions`. The draws from `rng` depend on the number of images, not
    /// on their content. [`Batch::fill`] does the same without anything random.
    ///
    /// # Panics
    /// If a position is not below `samples.len()`, or `input_size` is 0.
    pub fn batch(&self, samples: &Samples, positions: &[usize], rng: &mut ChaCha8Rng, batch: &mut Batch) {
        let changes = Changes { augmentation: self, rng: &mut *rng };
        batch.fill_changed(samples, positions, self.input_size, Some(changes));
        self.mix.apply(batch, rng);
        batch.standardise(self.standardise);
    }
}

impl Changes<'_> {
    /// Draws how an image moves: its warp, and then its place and mirror.
    pub fn draw(&mut self) -> (Placement, Option<Warp>) {
        let Augmentation { crop_padding, flip, policy, .. } = self.augmentation;
        let mut offset = || match *crop_padding as i64 {
            0 => 0,
            padding => self.rng.random_range(-padding..=padding),
        };
        let (down, right) = (offset(), offset());
        let placement = Placement { down, right, flip: *flip && self.rng.random_bool(0.5) };
        (placement, policy.warp.draw(self.rng))
    }

    /// Draws and makes the changes of an image's values.
    pub fn change_values(&mut self, image: &mut [f32], side: usize, scratch: &mut PolicyScratch) {
        self.augmentation.policy.change_values(image, side, scratch, self.rng);
    }
}
