//! Settings of training.

use super::{
    AugmentSettings, Auto, BATCH, CELLS, CHANNELS, Convolutions, EPOCHS, ImagePlan, InvalidSettings, PADDING,
    PolicyName, Range, SIDE, Word,
};
use serde::{Deserialize, Serialize};
use zodarts_data::{Augmentation, Mix, Standardise};
use zodarts_nn::optim::{Schedule, Sgd};

crate::settings! {
    /// Training of a discrete network. The defaults are the retraining protocol of ZO-DARTS+.
    pub struct TrainSettings in "train" also TrainSettings::check_momentum {
        /// Kind of network; `resnet18` needs no search.
        architecture: Architecture = Architecture::Genotype;
        /// Epochs: passes over the training images.
        epochs: usize = 300, EPOCHS;
        /// Images of a batch; `auto` follows the data set.
        batch_size: Auto = Auto::Auto, BATCH;
        /// Channels of the first stage (`ResNet-18` has 64 of its own).
        channels: usize = 16, CHANNELS;
        /// Cells of each stage.
        cells: usize = 3, CELLS;
        /// Side of the network's input; `auto` is 32 for 28×28 images, else the images' own.
        input_size: Auto = Auto::Auto, SIDE;
        /// Scaling of an image's values: `image` gives the values of each image mean 0 and deviation 1, here
        /// and in predictions and exports.
        standardise: Standardise = Standardise::None;
        /// Mirror images left to right at random, under every policy but `none`.
        flip: bool = true;
        /// Zero padding before a random crop; `auto` is an eighth of the input's side under the policy
        /// `crop`, and else 0.
        crop_padding: Auto = Auto::Auto, PADDING;
        /// Blending of images in pairs.
        mix: MixKind = MixKind::Mixup;
        /// α of the Beta(α, α) from which the share of a blend is drawn.
        mix_alpha: f64 = 0.1, Range::Above(0.0);
        /// Label smoothing.
        label_smoothing: f64 = 0.1, Range::FromBelow(0.0, 1.0);
        /// Weights of the classes in the training loss.
        class_weights: ClassWeights = ClassWeights::None;
        /// Highest learning rate.
        learning_rate: f64 = 0.1, Range::Above(0.0);
        /// Epochs of linear warm-up; shortened to a tenth of the epochs where those are fewer than 100.
        warmup_epochs: usize = 10;
        /// Share of the learning rate at which the warm-up starts.
        warmup_start: f64 = 0.01, Range::AtLeast(0.0);
        /// Momentum.
        momentum: f64 = 0.9, Range::FromBelow(0.0, 1.0);
        /// Use Nesterov's momentum.
        nesterov: bool = false;
        /// Weight decay.
        weight_decay: f64 = 3e-4, Range::AtLeast(0.0);
        /// Largest gradient norm; 0 does not clip.
        clip: f64 = 5.0, Range::AtLeast(0.0);
        /// Decay of the moving average of the weights, whose value is kept in their place; 0 keeps the
        /// weights of the last step.
        averaging: f64 = 0.0, Range::FromBelow(0.0, 1.0);
        /// Stop after this many epochs without a better validation result; 0 never stops early.
        patience: usize = 0;
        /// Epoch whose weights are kept: the last, or the best by validation AUC.
        selection: Selection = Selection::Last;
        /// Compute 3×3 convolutions by Winograd where it is faster, or exactly as defined.
        convolutions: Convolutions = Convolutions::Fast;
        ..augment: AugmentSettings;
    }
}

/// The kind of network to train.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Architecture {
    /// The network of a genotype.
    #[default]
    Genotype,
    /// `ResNet-18`, the usual hand-designed baseline.
    Resnet18,
}

/// Blending of training images in pairs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MixKind {
    /// No blending.
    None,
    /// A weighted mean of two whole images.
    #[default]
    Mixup,
    /// A rectangle of one image pasted into the other.
    Cutmix,
}

/// Weights of the classes in the loss.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClassWeights {
    /// All images weigh the same.
    #[default]
    None,
    /// `n / (classes · n_class)`: every class has the same total weight, however rare it is.
    Balanced,
}

/// The epoch whose weights are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Selection {
    /// The last epoch, where the learning rate is lowest; if training was cut short, the best one so far.
    #[default]
    Last,
    /// The epoch with the best validation AUC, the latest one of equals, as in MedMNIST's own training.
    Best,
}

impl Word for Architecture {
    const ALL: &'static [Self] = &[Architecture::Genotype, Architecture::Resnet18];
}

impl Word for MixKind {
    const ALL: &'static [Self] = &[MixKind::None, MixKind::Mixup, MixKind::Cutmix];
}

impl Word for ClassWeights {
    const ALL: &'static [Self] = &[ClassWeights::None, ClassWeights::Balanced];
}

impl Word for Selection {
    const ALL: &'static [Self] = &[Selection::Last, Selection::Best];
}

impl TrainSettings {
    /// Returns the optimiser.
    pub fn sgd(&self) -> Sgd {
        let clip = (self.clip > 0.0).then_some(self.clip);
        Sgd { momentum: self.momentum, weight_decay: self.weight_decay, nesterov: self.nesterov, clip }
    }

    /// Returns the learning-rate schedule for a training of `epochs` epochs.
    pub fn schedule(&self, epochs: usize) -> Schedule {
        let warmup_epochs = self.warmup_epochs.min(epochs / 10);
        let (base, warmup_start_factor) = (self.learning_rate, self.warmup_start);
        Schedule::WarmupCosine { base, warmup_epochs, warmup_start_factor, epochs }
    }

    /// Returns the augmentation for images of `size` pixels.
    pub fn augmentation(&self, size: usize) -> Augmentation {
        let alpha = self.mix_alpha as f32;
        let mix = match self.mix {
            MixKind::None => Mix::None,
            MixKind::Mixup => Mix::Mixup { alpha },
            MixKind::Cutmix => Mix::Cutmix { alpha },
        };
        self.images()
            .augmentation(size)
            .with_policy(self.augment.policy())
            .with_mix(mix)
            .with_standardise(self.standardise)
    }

    /// Returns the preparation of images, under the policy's mirror and padding.
    pub fn images(&self) -> ImagePlan {
        let policy = self.augment.policy;
        let crop_padding = match policy {
            PolicyName::Crop => self.crop_padding,
            _ => Auto::Fixed(self.crop_padding.unwrap_or(0)),
        };
        let flip = self.flip && policy != PolicyName::None;
        ImagePlan { input_size: self.input_size, flip, crop_padding }
    }

    fn check_momentum(&self) -> Result<(), InvalidSettings> {
        let refused = |source| InvalidSettings::Optimiser { section: "train", source };
        self.sgd().validated().map(drop).map_err(refused)
    }
}
