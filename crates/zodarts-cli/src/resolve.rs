//! From defaults, preset, files and options to settings: each layer overrides the ones before.

use crate::args::{DataOptions, PredictOptions, SearchOptions, TrainOptions};
use anyhow::{Result, anyhow, bail};
use serde::Serialize;
use std::path::Path;
use toml::{Table, Value};
use zodarts_nas::files::{FileError, read_limited};
use zodarts_run::folder::RunConfig;
use zodarts_run::settings::{Preset, Settings};

/// Largest configuration file read.
const MAX_CONFIG: u64 = 1 << 20;

/// The settings given as options, in the shape of [`Settings`].
#[derive(Clone, Debug, Default, Serialize)]
pub struct Layer {
    /// The seed.
    pub seed: Option<u64>,
    /// Section `data`.
    pub data: DataOptions,
    /// Section `search`.
    pub search: SearchOptions,
    /// Section `train`.
    pub train: TrainOptions,
    /// Section `predict`.
    pub predict: PredictOptions,
}

/// The settings of a run: preset < `files` in their order < options.
///
/// # Errors
/// If a file cannot be read or has a key no setting has, or a value makes no sense; a file at fault is named.
pub fn settings(preset: Preset, files: &[&Path], options: &Layer) -> Result<Settings> {
    let mut table = Table::try_from(preset.settings())?;
    for path in files {
        merge(&mut table, read(path)?);
        checked(table.clone()).map_err(|error| anyhow!("{}: {error}", path.display()))?;
    }
    merge(&mut table, Table::try_from(options)?);
    checked(table)
}

fn checked(table: Table) -> Result<Settings> {
    let settings: Settings = table.try_into()?;
    settings.validate()?;
    Ok(settings)
}

/// A file's settings, without the records in `[run]`.
fn read(path: &Path) -> Result<Table> {
    let Ok(text) = String::from_utf8(read_limited(path, MAX_CONFIG)?) else {
        bail!(FileError::Damaged { path: path.into(), reason: "not UTF-8 text".into() });
    };
    // Refuses unknown keys while their place in the text is known.
    RunConfig::parse(path, &text)?;
    let mut table: Table = text.parse()?;
    table.remove("run");
    Ok(table)
}

fn merge(base: &mut Table, over: Table) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(Value::Table(base)), Value::Table(over)) => merge(base, over),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{Command, command};
    use zodarts_run::settings::Auto;

    fn layer(arguments: &[&str]) -> Layer {
        match crate::args::from(["zodarts"].iter().chain(arguments)).unwrap().command {
            Command::Fit(args) => args.layer(),
            Command::Search(args) => args.layer(),
            Command::Train(args) => args.layer(),
            other => panic!("{other:?} has no settings"),
        }
    }

    #[test]
    fn each_layer_overrides_the_ones_before() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.toml");
        std::fs::write(&file, "seed = 5\n[search]\nepochs = 7\nchannels = 9\n[run]\nanything = 1\n").unwrap();
        let error = settings(Preset::Quick, &[&file], &Layer::default()).unwrap_err().to_string();
        assert!(error.contains("a.toml"), "{error}");
        std::fs::write(&file, "seed = 5\n[search]\nepochs = 7\nchannels = 9\n").unwrap();
        let options = layer(&["search", "phantom", "--epochs", "3", "--batch-size", "auto"]);
        let found = settings(Preset::Quick, &[&file], &options).unwrap();
        assert_eq!((found.seed, found.search.epochs, found.search.channels), (5, 3, 9));
        assert_eq!((found.search.cells, found.search.batch_size), (1, Auto::Auto));
        assert_eq!(found.train, Preset::Quick.settings().train);
    }

    #[test]
    fn every_setting_is_an_option_and_every_word_it_takes_is_a_value() {
        let defaults = Table::try_from(Settings::default()).unwrap();
        for section in ["search", "train"] {
            let command = command();
            let options = command.find_subcommand(section).unwrap();
            for key in defaults[section].as_table().unwrap().keys() {
                let option = options.get_arguments().find(|arg| arg.get_id() == key.as_str()).expect(key);
                let long = format!("--{}", key.replace('_', "-"));
                assert_eq!(option.get_long(), Some(&long[2..]));
                for value in option.get_possible_values() {
                    let options = layer(&[section, "phantom", &long, value.get_name()]);
                    let found = Table::try_from(settings(Preset::Paper, &[], &options).unwrap()).unwrap();
                    let found = found[section][key].to_string();
                    assert_eq!(found.trim_matches('"'), value.get_name(), "{long}");
                }
            }
        }
    }
}
