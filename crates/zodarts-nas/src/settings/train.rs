//! Settings of training.

use super::{Auto, Convolutions, ImagePlan, InvalidSettings, MAX_EPOCHS, require};
use serde::{Deserialize, Serialize};
use zodarts_data::{Augmentation, Mix};
use zodarts_nn::optim::{Schedule, Sgd};

/// Training of a discrete network. Defaults are the retraining protocol of ZO-DARTS+.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrainSettings {
    /// The kind of network.
    pub architecture: Architecture,
    /// Passes over the training images.
    pub epochs: usize,
    /// Images of a batch; `auto` follows the data set.
    pub batch_size: Auto,
    /// Channels of the first stage (`ResNet-18` has 64 of its own).
    pub channels: usize,
    /// Cells of each stage.
    pub cells: usize,
    /// Side of the network's input; `auto` is 32 for 28×28 images, else the images' own.
    pub input_size: Auto,
    /// Mirror images at random.
    pub flip: bool,
    /// Zero padding before a random crop; `auto` is an eighth of the input's side.
    pub crop_padding: Auto,
    /// Blending of images in pairs.
    pub mix: MixKind,
    /// α of the Beta(α, α) from which the share of a blend is drawn.
    pub mix_alpha: f64,
    /// Label smoothing.
    pub label_smoothing: f64,
    /// Weights of the classes in the loss.
    pub class_weights: ClassWeights,
    /// Highest learning rate.
    pub learning_rate: f64,
    /// Epochs of linear warm-up; shortened to a tenth of the epochs where those are fewer than 100.
    pub warmup_epochs: usize,
    /// Share of the learning rate the warm-up starts from.
    pub warmup_start: f64,
    /// Momentum.
    pub momentum: f64,
    /// Nesterov's momentum.
    pub nesterov: bool,
    /// Weight decay.
    pub weight_decay: f64,
    /// Largest gradient norm; 0 does not clip.
    pub clip: f64,
    /// Stop after this many epochs without a better validation result; 0 never stops early.
    pub patience: usize,
    /// Which epoch's weights are kept.
    pub selection: Selection,
    /// How 3×3 convolutions are computed.
    pub convolutions: Convolutions,
}

/// The kind of network to train.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Architecture {
    /// The network of a genotype.
    #[default]
    Genotype,
    /// `ResNet-18`, the usual hand-made baseline.
    Resnet18,
}

/// Blending of training images in pairs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MixKind {
    /// None.
    None,
    /// Whole images, faded into each other.
    #[default]
    Mixup,
    /// A rectangle of one image in the other.
    Cutmix,
}

/// Weights of the classes in the loss.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClassWeights {
    /// All classes count alike.
    #[default]
    None,
    /// `n / (classes · n_class)`: every class weighs as much as any other, however rare.
    Balanced,
}

/// Which epoch's weights are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Selection {
    /// The last epoch, where the learning rate has come down; if training was cut short, the best so far.
    #[default]
    Last,
    /// The epoch with the best validation AUC, the latest of equals, as MedMNIST's own training does.
    Best,
}

impl Default for TrainSettings {
    fn default() -> Self {
        Self {
            architecture: Architecture::Genotype,
            epochs: 300,
            batch_size: Auto::Auto,
            channels: 16,
            cells: 3,
            input_size: Auto::Auto,
            flip: true,
            crop_padding: Auto::Auto,
            mix: MixKind::Mixup,
            mix_alpha: 0.1,
            label_smoothing: 0.1,
            class_weights: ClassWeights::None,
            learning_rate: 0.1,
            warmup_epochs: 10,
            warmup_start: 0.01,
            momentum: 0.9,
            nesterov: false,
            weight_decay: 3e-4,
            clip: 5.0,
            patience: 0,
            selection: Selection::Last,
            convolutions: Convolutions::Fast,
        }
    }
}

impl TrainSettings {
    /// The optimiser.
    pub fn sgd(&self) -> Sgd {
        let clip = (self.clip > 0.0).then_some(self.clip);
        Sgd { momentum: self.momentum, weight_decay: self.weight_decay, nesterov: self.nesterov, clip }
    }

    /// The learning rate by epoch, for a training of `epochs` epochs.
    pub fn schedule(&self, epochs: usize) -> Schedule {
        let warmup_epochs = self.warmup_epochs.min(epochs / 10);
        let (base, warmup_start_factor) = (self.learning_rate, self.warmup_start);
        Schedule::WarmupCosine { base, warmup_epochs, warmup_start_factor, epochs }
    }

    /// The augmentation for images of `size` pixels.
    pub fn augmentation(&self, size: usize) -> Augmentation {
        let alpha = self.mix_alpha as f32;
        self.images().augmentation(size).with_mix(match self.mix {
            MixKind::None => Mix::None,
            MixKind::Mixup => Mix::Mixup { alpha },
            MixKind::Cutmix => Mix::Cutmix { alpha },
        })
    }

    /// What happens to images.
    pub fn images(&self) -> ImagePlan {
        ImagePlan { input_size: self.input_size, flip: self.flip, crop_padding: self.crop_padding }
    }

    /// Checks every value.
    ///
    /// # Errors
    /// Returns the first value out of its range, with its key.
    pub fn validate(&self) -> Result<(), InvalidSettings> {
        let check = |holds, field, found, expected| require(holds, "train", field, found, expected);
        check((1..=MAX_EPOCHS).contains(&self.epochs), "epochs", self.epochs as f64, "1 to 100000")?;
        check((1..=256).contains(&self.channels), "channels", self.channels as f64, "1 to 256")?;
        check((1..=32).contains(&self.cells), "cells", self.cells as f64, "1 to 32")?;
        if let Auto::Fixed(size) = self.batch_size {
            check((1..=65_536).contains(&size), "batch_size", size as f64, "`auto` or 1 to 65536")?;
        }
        let smoothing = self.label_smoothing;
        check((0.0..1.0).contains(&smoothing), "label_smoothing", smoothing, "0 or more and below 1")?;
        let alpha = self.mix_alpha;
        check(alpha > 0.0 && alpha.is_finite(), "mix_alpha", alpha, "a number above 0")?;
        check(self.clip >= 0.0, "clip", self.clip, "a number of at least 0")?;
        let rate = self.learning_rate;
        check(rate > 0.0 && rate.is_finite(), "learning_rate", rate, "a number above 0")?;
        self.images().validated("train")?;
        let optimiser = |source| InvalidSettings::Optimiser { section: "train", source };
        self.sgd().validated().map_err(optimiser)?;
        self.schedule(self.epochs).validated().map_err(optimiser)?;
        Ok(())
    }
}
