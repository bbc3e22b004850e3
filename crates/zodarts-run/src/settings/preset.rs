//! Named sets of schedules and sizes.

use super::{Auto, Draft, Settings};
use serde::{Deserialize, Serialize};

/// A choice between speed and care. Presets differ in the schedule and size settings that
/// [`Preset::differences`] names, and in nothing else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// A first look in a minute or two.
    Quick,
    /// A serious run in a fraction of the paper's time.
    #[default]
    Standard,
    /// The paper's protocol.
    Paper,
}

/// One setting of a preset: key and value.
pub type Difference = (&'static str, String);

impl Preset {
    /// All presets, fastest first.
    pub const ALL: [Preset; 3] = [Preset::Quick, Preset::Standard, Preset::Paper];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Preset::Quick => "quick",
            Preset::Standard => "standard",
            Preset::Paper => "paper",
        }
    }

    /// One line for people.
    pub fn description(self) -> &'static str {
        match self {
            Preset::Quick => "a first look: small network, short schedules, images at 28×28",
            Preset::Standard => "a serious run: the paper's network, shorter schedules",
            Preset::Paper => "the paper's protocol: 50 epochs of search, 300 of training",
        }
    }

    /// Returns the settings.
    pub fn settings(self) -> Settings {
        self.draft().finish().0
    }

    /// Returns the settings for files and options to change.
    pub fn draft(self) -> Draft {
        let mut draft = Draft::default();
        match self {
            Preset::Quick => draft.anneal_every(2),
            Preset::Standard => draft.anneal_every(3),
            Preset::Paper => {}
        }
        let (search, train) = (&mut draft.search, &mut draft.train);
        match self {
            Preset::Quick => {
                search.epochs = 20;
                search.cells = 1;
                search.channels = 8;
                train.epochs = 50;
                train.cells = 1;
                train.learning_rate = 0.05;
                search.input_size = Auto::Fixed(28);
                train.input_size = Auto::Fixed(28);
            }
            Preset::Standard => {
                search.epochs = 30;
                train.epochs = 100;
            }
            Preset::Paper => {}
        }
        draft
    }

    /// The settings in which presets may differ, with this preset's values.
    pub fn differences(self) -> Vec<Difference> {
        let Settings { search, method, train, .. } = self.settings();
        let annealing = method.values().into_iter().find(|(key, _)| *key == "anneal_every");
        vec![
            ("search.epochs", search.epochs.to_string()),
            ("method.anneal_every", annealing.map_or_else(String::new, |(_, every)| every.to_string())),
            ("search.channels", search.channels.to_string()),
            ("search.cells", search.cells.to_string()),
            ("search.input_size", search.input_size.to_string()),
            ("train.epochs", train.epochs.to_string()),
            ("train.learning_rate", train.learning_rate.to_string()),
            ("train.cells", train.cells.to_string()),
            ("train.input_size", train.input_size.to_string()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_differ_only_where_they_say() {
        let paper = toml::Table::try_from(Preset::Paper.settings()).unwrap();
        for preset in Preset::ALL {
            let named: Vec<&str> = preset.differences().iter().map(|(key, _)| *key).collect();
            let table = toml::Table::try_from(preset.settings()).unwrap();
            for (section, values) in &table {
                let (Some(values), Some(paper)) = (values.as_table(), paper[section].as_table()) else {
                    continue;
                };
                for (key, value) in values {
                    let key_path = format!("{section}.{key}");
                    assert!(value == &paper[key] || named.contains(&&*key_path), "{preset:?}: {key_path}");
                }
            }
        }
    }
}
