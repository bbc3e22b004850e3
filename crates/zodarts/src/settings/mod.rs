//! Everything a run can be told, with the paper's values as defaults.
//!
//! The same names are keys of a configuration file, options of the command line, and the `config.toml` of a
//! run folder.

mod auto;
mod engine;
mod predict;
mod preset;
mod reading;
mod search;
mod train;

pub use auto::{Auto, search_batch, train_batch};
pub use engine::{Chains, Convolutions, Extent};
pub use predict::PredictSettings;
pub use preset::Preset;
pub use search::{MuScale, SearchSettings};
pub use train::{Architecture, ClassWeights, MixKind, Selection, TrainSettings};

use crate::methods::SettingsError;
use crate::normaliser::AnnealingError;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use zodarts_data::{Augmentation, Window};
use zodarts_nn::networks::RESNET_WIDTH;
use zodarts_nn::optim::OptimiserError;

/// Most values of one activation of one image: 64 channels at 224×224, with room to spare.
pub const MAX_ACTIVATION: usize = 1 << 22;

/// Most epochs of a stage.
const MAX_EPOCHS: usize = 100_000;

/// The settings of a whole run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Seed of every random choice but the splits: weights, order of images, augmentation, directions, bootstrap.
    pub seed: u64,
    /// The data.
    pub data: DataSettings,
    /// The architecture search.
    pub search: SearchSettings,
    /// Training of the network that was found.
    pub train: TrainSettings,
    /// What becomes of its predictions.
    pub predict: PredictSettings,
}

/// How the data are opened.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DataSettings {
    /// Side to which images are brought when they are read; their own size if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_size: Option<usize>,
    /// Seed of the splits of a folder and of a validation fraction. It is not the run's seed, so that runs with
    /// different seeds are tested on the same images.
    pub split_seed: u64,
    /// Validation data of one's own: a file or folder, or a fraction of the training data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub val: Option<String>,
    /// Leave out training images whose pixels are also in the validation or test split.
    pub drop_leaks: bool,
    /// A table of labels for the images of a folder: CSV with the columns `path`, `label` and where wanted `split` and `patient`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<String>,
    /// What grey DICOM files are looked at through, as `CENTRE,WIDTH`; their own windows if absent. Predictions use it, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// Name images by a hash instead of their file.
    pub anonymous: bool,
}

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
         a time, expected at most {most}; give a smaller input_size or image_size",
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

pub(crate) fn require(
    holds: bool,
    section: &'static str,
    field: &'static str,
    found: f64,
    expected: &'static str,
) -> Result<(), InvalidSettings> {
    if holds { Ok(()) } else { Err(InvalidSettings::OutOfRange { section, field, found, expected }) }
}

impl Settings {
    /// Checks that the networks are of a size that can be run on images of `size` pixels, before anything is
    /// computed.
    ///
    /// # Errors
    /// If one is too large, by the key to change.
    pub fn check_sizes(&self, size: usize) -> Result<(), InvalidSettings> {
        let trained = match self.train.architecture {
            Architecture::Genotype => self.train.channels,
            Architecture::Resnet18 => RESNET_WIDTH,
        };
        let stages =
            [("search", self.search.images(), self.search.channels), ("train", self.train.images(), trained)];
        for (section, images, channels) in stages {
            let side = images.side(size);
            if channels * side * side > MAX_ACTIVATION {
                return Err(InvalidSettings::TooLarge { section, side, channels, most: MAX_ACTIVATION });
            }
        }
        Ok(())
    }

    /// Checks every value.
    ///
    /// # Errors
    /// The first one that makes no sense, by its key.
    pub fn validate(&self) -> Result<(), InvalidSettings> {
        let largest = i64::MAX as u64;
        for (field, seed) in [("seed", self.seed), ("data.split_seed", self.data.split_seed)] {
            if seed > largest {
                return Err(InvalidSettings::Seed { field, found: seed });
            }
        }
        self.search.validate()?;
        self.train.validate()?;
        self.predict.validate()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_survive_a_file() {
        for preset in Preset::ALL {
            let settings = preset.settings();
            let text = toml::to_string(&settings).unwrap();
            assert_eq!(toml::from_str::<Settings>(&text).unwrap(), settings, "{text}");
            settings.validate().unwrap();
        }
    }

    #[test]
    fn unknown_keys_are_refused() {
        let error = toml::from_str::<Settings>("[search]\nepoch = 3\n").unwrap_err().to_string();
        assert!(error.contains("epoch"), "{error}");
    }

    #[test]
    fn nonsense_is_refused_by_key() {
        let text = |toml: &str| toml::from_str::<Settings>(toml).unwrap().validate().unwrap_err().to_string();
        assert!(text("[search]\nlearning_rate = -0.1").contains("`search.learning_rate` is -0.1"));
        assert!(text("[train]\nlearning_rate = -0.1").contains("`train.learning_rate` is -0.1"));
        assert_eq!(text("[search]\nchannels = 0"), "`search.channels` is 0, expected 1 to 256");
        assert!(text("[train]\nlabel_smoothing = 1.5").contains("`train.label_smoothing` is 1.5"));
        assert!(text("[search]\ntemperature = 0").contains("`search.temperature` is 0"));
        assert!(text("[search]\nanneal_factor = 2").contains("`search.anneal_factor` is 2"));
        assert!(text("[search]\nmu = inf").contains("`search.mu` is inf"));
        assert!(text("[predict]\nsensitivity = 1.5").contains("`predict.sensitivity` is 1.5"));
        assert!(text("[search]\nbatch_size = 0").contains("`search.batch_size` is 0"));
    }

    #[test]
    fn a_window_is_written_as_centre_and_width() {
        let settings: Settings = toml::from_str("[data]\nwindow = \"40,400\"").unwrap();
        assert_eq!(settings.data.window, Window::new(40.0, 400.0));
        assert!(toml::to_string(&settings).unwrap().contains("window = \"40,400\""));
        let error = toml::from_str::<Settings>("[data]\nwindow = \"40\"").unwrap_err().to_string();
        assert!(error.contains("window is `40`, expected CENTRE,WIDTH"), "{error}");
    }

    #[test]
    fn networks_too_large_to_run_are_refused_before_anything_is_computed() {
        let mut settings = Settings::default();
        settings.check_sizes(224).unwrap();
        let error = settings.check_sizes(600).unwrap_err().to_string();
        assert!(error.contains("`search.input_size` comes to 600 pixels"), "{error}");
        settings.search.input_size = Auto::Fixed(64);
        settings.train.architecture = Architecture::Resnet18;
        assert!(settings.check_sizes(300).unwrap_err().to_string().contains("`train.input_size`"));
    }

    #[test]
    fn images_of_28_pixels_are_trained_at_32() {
        let plan = ImagePlan { input_size: Auto::Auto, flip: true, crop_padding: Auto::Auto };
        assert_eq!(plan.side(28), 32);
        assert_eq!(plan.side(64), 64);
        assert_eq!(plan.augmentation(28).crop_padding, 4);
    }
}
