//! Everything a run can be told, with the paper's values as defaults.
//!
//! The same names are keys of a configuration file, options of the command line, and the `config.toml` of a
//! run folder.

mod preset;

pub use preset::Preset;
pub use zodarts_nas::settings::{
    Architecture, Auto, Chains, ClassWeights, Convolutions, Extent, ImagePlan, InvalidSettings,
    MAX_ACTIVATION, MixKind, MuScale, PredictSettings, SearchSettings, Selection, TrainSettings,
    search_batch, train_batch,
};

use serde::{Deserialize, Serialize};
use zodarts_data::Window;
use zodarts_nn::networks::RESNET_WIDTH;

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
