//! Settings of search, training and prediction, with the paper's values as defaults.

mod auto;
mod engine;
mod predict;
mod reading;
mod search;
mod train;

pub use auto::{Auto, search_batch, train_batch};
pub use engine::{Chains, Convolutions, Extent};
pub use predict::PredictSettings;
pub use search::{MuScale, SearchSettings};
pub use train::{Architecture, ClassWeights, MixKind, Selection, TrainSettings};

use crate::methods::SettingsError;
use crate::normaliser::AnnealingError;
use thiserror::Error;
use zodarts_data::Augmentation;
use zodarts_nn::optim::OptimiserError;

/// Most values of one activation of one image: 64 channels at 224×224, with room to spare.
pub const MAX_ACTIVATION: usize = 1 << 22;

/// Most epochs of a stage.
const MAX_EPOCHS: usize = 100_000;

/// What happens to an image before the network sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ImagePlan {
    /// Side of the network's input.
    pub input_size: Auto,
    /// Whether images are mirrored at random.
    pub flip: bool,
    /// Pixels of zero padding before a random crop.
    pub crop_padding: Auto,
}

impl ImagePlan {
    /// Side of the network's input for images of `size` pixels: the paper trains 28×28 images at 32×32; other
    /// sizes keep theirs.
    pub fn side(&self, size: usize) -> usize {
        self.input_size.unwrap_or(if size == 28 { 32 } else { size.max(4) })
    }

    /// The augmentation without mixing: padding is an eighth of the side, as 4 is of 32.
    pub fn augmentation(&self, size: usize) -> Augmentation {
        let input_size = self.side(size);
        let crop_padding = self.crop_padding.unwrap_or(input_size / 8);
        Augmentation::none(input_size).with_flip(self.flip).with_crop_padding(crop_padding)
    }

    fn validated(&self, section: &'static str) -> Result<(), InvalidSettings> {
        if let Auto::Fixed(side) = self.input_size {
            let expected = "`auto` or a side from 4 to 1024 pixels";
            require((4..=1024).contains(&side), section, "input_size", side as f64, expected)?;
        }
        if let Auto::Fixed(padding) = self.crop_padding {
            require(padding <= 256, section, "crop_padding", padding as f64, "`auto` or 0 to 256 pixels")?;
        }
        Ok(())
    }
}

/// A setting that makes no sense.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum InvalidSettings {
    /// A value outside its range.
    #[error("`{section}.{field}` is {found}, expected {expected}")]
    OutOfRange {
        /// Section of the configuration.
        section: &'static str,
        /// Its key.
        field: &'static str,
        /// The value found.
        found: f64,
        /// What is expected.
        expected: &'static str,
    },
    /// A network too large to run.
    #[error(
        "`{section}.input_size` comes to {side} pixels: with {channels} channels an image would take {} values at \
         a time, expected at most {most}",
        channels * side * side
    )]
    TooLarge {
        /// Section of the configuration.
        section: &'static str,
        /// Side of the network's input.
        side: usize,
        /// Channels of its first stage.
        channels: usize,
        /// Most values.
        most: usize,
    },
    /// A seed that a configuration file cannot hold.
    #[error("`{field}` is {found}, expected at most {}", i64::MAX)]
    Seed {
        /// Its key.
        field: &'static str,
        /// The value found.
        found: u64,
    },
    /// In an optimiser or a schedule.
    #[error("in section `{section}`: {source}")]
    Optimiser {
        /// Section of the configuration.
        section: &'static str,
        /// What is wrong.
        source: OptimiserError,
    },
    /// In the search method.
    #[error("in section `search`: {0}")]
    Method(#[from] SettingsError),
    /// In the annealing of the temperature.
    #[error("in section `search`: {0}")]
    Annealing(#[from] AnnealingError),
}

impl InvalidSettings {
    /// Returns what a user can do about it.
    pub fn hint(&self) -> Option<String> {
        matches!(self, Self::TooLarge { .. }).then(|| "give a smaller input_size or image_size".into())
    }
}

pub(crate) fn require(
    holds: bool,
    section: &'static str,
    field: &'static str,
    found: f64,
    expected: &'static str,
) -> Result<(), InvalidSettings> {
    if holds { Ok(()) } else { Err(InvalidSettings::OutOfRange { section, field, found, expected }) }
}
