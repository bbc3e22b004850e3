//! Everything a run can be told, with the paper's values as defaults.
//!
//! The same names are keys of a configuration file, options of the command line, and the `config.toml` of a
//! run folder.

mod catalogue;
mod data;
mod draft;
mod flat;
mod preset;

pub use catalogue::{Part, catalogue, declared};
pub use data::DataSettings;
pub use draft::Draft;
pub use flat::{moved, upgrade, upgrade_run};
pub use preset::Preset;
pub use zodarts_nas::methods::AnyMethod;
pub use zodarts_nas::settings::{
    Architecture, Auto, Chains, Checked, ClassWeights, Convolutions, Extent, ImagePlan, InvalidSettings,
    MAX_ACTIVATION, MixKind, PredictSettings, SearchSettings, Section, Selection, Setting, TrainSettings,
    search_batch, train_batch,
};

use draft::Root;
use serde::Serialize;
use toml::Table;
use zodarts_nn::networks::RESNET_WIDTH;

/// The settings of a whole run.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Settings {
    /// Seed of every random choice but the splits: weights, order of images, augmentation, directions,
    /// bootstrap.
    pub seed: u64,
    /// The data.
    pub data: DataSettings,
    /// The architecture search.
    pub search: SearchSettings,
    /// The search method with its own settings.
    pub method: AnyMethod,
    /// Training of the network that was found.
    pub train: TrainSettings,
    /// Prediction.
    pub predict: PredictSettings,
}

impl Settings {
    /// Reads the settings of a configuration's table; what it leaves out has its default.
    ///
    /// # Errors
    /// Returns an error if a key is unknown or a value not of its setting's type.
    pub fn from_table(table: &Table) -> Result<Self, InvalidSettings> {
        let mut draft = Draft::default();
        if let Some(name) = Draft::method_named(table) {
            draft.choose(name)?;
        }
        draft.apply(table)?;
        Ok(draft.finish().0)
    }

    /// Returns the settings as checked ones.
    ///
    /// # Errors
    /// Returns the first value out of its range, with its key.
    pub fn check(self) -> Result<Checked<Self>, InvalidSettings> {
        Checked::by(self, Self::validate)
    }

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
        Root { seed: self.seed }.validate()?;
        self.data.validate()?;
        self.search.validate()?;
        self.method.validate()?;
        self.method.check_space(self.search.space)?;
        self.train.validate()?;
        self.predict.validate()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zodarts_data::Window;

    fn read(text: &str) -> Result<Settings, InvalidSettings> {
        Settings::from_table(&text.parse().unwrap())
    }

    #[test]
    fn settings_survive_a_file() {
        for preset in Preset::ALL {
            let settings = preset.settings();
            let text = toml::to_string(&settings).unwrap();
            assert_eq!(read(&text).unwrap(), settings, "{text}");
            settings.validate().unwrap();
        }
    }

    #[test]
    fn unknown_keys_are_refused() {
        let error = read("[search]\nepoch = 3\n").unwrap_err().to_string();
        assert!(error.contains("epoch"), "{error}");
    }

    #[test]
    fn nonsense_is_refused_by_key() {
        let text = |toml: &str| read(toml).unwrap().validate().unwrap_err().to_string();
        assert!(text("[search]\nlearning_rate = -0.1").contains("`search.learning_rate` is -0.1"));
        assert!(text("[train]\nlearning_rate = -0.1").contains("`train.learning_rate` is -0.1"));
        assert_eq!(text("[search]\nchannels = 0"), "`search.channels` is 0, expected 1 to 256");
        assert!(text("[train]\nlabel_smoothing = 1.5").contains("`train.label_smoothing` is 1.5"));
        assert!(text("[method]\ntemperature = 0").contains("`method.temperature` is 0"));
        assert!(text("[method]\nanneal_factor = 2").contains("`method.anneal_factor` is 2"));
        assert!(text("[method]\nmu = inf").contains("`method.mu` is inf"));
        let directions = text("[method]\nname = \"zo-darts-wide\"\ndirections = 25");
        assert!(directions.ends_with("is 25, expected 1 to 24 in the search space nas-bench-201"));
        assert!(text("[predict]\nsensitivity = 1.5").contains("`predict.sensitivity` is 1.5"));
        assert!(text("[search]\nbatch_size = 0").contains("`search.batch_size` is 0"));
    }

    #[test]
    fn a_seed_that_a_file_cannot_hold_is_refused() {
        let error = Settings { seed: 1 << 63, ..Settings::default() }.check().unwrap_err().to_string();
        assert_eq!(error, format!("`seed` is {}, expected 0 to {}", 1_u64 << 63, i64::MAX));
    }

    #[test]
    fn a_window_is_written_as_centre_and_width() {
        let settings = read("[data]\nwindow = \"40,400\"").unwrap();
        assert_eq!(settings.data.window, Window::new(40.0, 400.0));
        assert!(toml::to_string(&settings).unwrap().contains("window = \"40,400\""));
        let error = read("[data]\nwindow = \"40\"").unwrap_err().to_string();
        assert_eq!(error, "`data.window` is 40, expected CENTRE,WIDTH with a width above 0, such as 40,400");
    }

    #[test]
    fn networks_too_large_to_run_are_refused_before_anything_is_computed() {
        let mut settings = Settings::default();
        settings.check_sizes(224).unwrap();
        let error = settings.check_sizes(600).unwrap_err().to_string();
        assert!(error.contains("`search.input_size` is 600 pixels"), "{error}");
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
