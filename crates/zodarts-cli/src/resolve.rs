//! From defaults, preset, files and options to settings: each layer overrides the ones before.

use crate::progress::note;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use toml::Table;
use zodarts_nas::files::{FileError, read_limited};
use zodarts_run::folder::ConfigFile;
use zodarts_run::settings::{AnyMethod, Checked, Draft, Preset, Settings};

/// Largest configuration file read.
const MAX_CONFIG: u64 = 1 << 20;

/// Settings of a run, and those of every method.
#[derive(Debug)]
pub struct Resolved {
    /// The settings of the run.
    pub settings: Checked<Settings>,
    /// Every method with its own.
    pub methods: Vec<AnyMethod>,
}

/// A configuration file.
#[derive(Debug)]
pub struct File {
    path: PathBuf,
    table: Table,
}

/// Returns the settings of a run: preset < `files` in their order < `options` in theirs.
///
/// # Errors
/// Returns an error if a key is unknown or a value makes no sense; a file at fault is named.
pub fn settings(preset: Preset, files: &[File], options: &[&Table]) -> Result<Resolved> {
    let mut draft = preset.draft();
    // The last word on the method comes first: tables without a name belong to it.
    let tables = files.iter().map(|file| &file.table).chain(options.iter().copied());
    if let Some(name) = tables.filter_map(Draft::method_named).next_back() {
        draft.choose(name)?;
    }
    for File { path, table } in files {
        draft.apply(table).and_then(|()| draft.validate()).with_context(|| path.display().to_string())?;
    }
    for table in options {
        draft.apply(table)?;
    }
    draft.validate()?;
    let (settings, methods) = draft.finish();
    Ok(Resolved { settings: settings.check()?, methods })
}

/// Reads a file's settings, without the records in `[run]`.
///
/// # Errors
/// Returns an error if it cannot be read or is not a configuration.
pub fn read(path: &Path) -> Result<File> {
    let ConfigFile { settings, .. } = parse(path)?;
    Ok(File { path: path.into(), table: settings })
}

/// Reads a file's settings, and says how those of an earlier version are written now.
///
/// # Errors
/// As [`read`].
pub fn read_aloud(path: &Path) -> Result<File> {
    let ConfigFile { settings, moved, .. } = parse(path)?;
    if !moved.is_empty() {
        let pairs: Vec<String> = moved.iter().map(|(old, new)| format!("`{old}` is now `{new}`")).collect();
        note(&format!("{}: is from an earlier version: {}", path.display(), pairs.join(", ")));
    }
    Ok(File { path: path.into(), table: settings })
}

/// Returns the data of the run that wrote a file, if a run did.
///
/// # Errors
/// As [`read`].
pub fn recorded_data(path: &Path) -> Result<Option<String>> {
    Ok(parse(path)?.run.map(|run| run.data))
}

fn parse(path: &Path) -> Result<ConfigFile> {
    let Ok(text) = String::from_utf8(read_limited(path, MAX_CONFIG)?) else {
        bail!(FileError::Damaged { path: path.into(), reason: "not UTF-8 text".into() });
    };
    Ok(ConfigFile::parse(path, &text)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{Command, from};
    use zodarts_nas::methods::{DartsV2, ZoDartsPlus};
    use zodarts_run::settings::{Auto, catalogue};

    fn resolved(arguments: &[&str]) -> Result<Settings> {
        let found = match from(["zodarts"].iter().chain(arguments)).unwrap().command {
            Command::Fit(args) => args.run.settings(Preset::Quick, None, &Table::new()),
            Command::Search(args) => args.run.settings(Preset::Quick, None, &Table::new()),
            Command::Train(args) => args.run.settings(Preset::Quick, None, &args.implied()),
            other => panic!("{other:?} has no settings"),
        };
        Ok(found?.into_inner())
    }

    #[test]
    fn each_layer_overrides_the_ones_before() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.toml");
        let path = file.to_str().unwrap();
        std::fs::write(&file, "seed = 5\n[search]\nepochs = 7\nchannels = 9\n[run]\nanything = 1\n").unwrap();
        let error = resolved(&["fit", "--config", path]).unwrap_err().to_string();
        assert!(error.contains("a.toml"), "{error}");
        std::fs::write(&file, "seed = 5\n[search]\nepochs = 7\nchannels = 9\n").unwrap();
        let found = resolved(&[
            "search",
            "phantom",
            "--config",
            path,
            "--epochs",
            "3",
            "--set",
            "search.batch_size=auto",
        ]);
        let found = found.unwrap();
        assert_eq!((found.seed, found.search.epochs, found.search.channels), (5, 3, 9));
        assert_eq!((found.search.cells, found.search.batch_size), (1, Auto::Auto));
        assert_eq!(found.train, Preset::Quick.settings().train);
    }

    #[test]
    fn naming_another_method_leaves_the_settings_of_the_one_before_behind() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.toml");
        let path = file.to_str().unwrap();
        std::fs::write(&file, "[method]\nname = \"darts-v2\"\nradius = 0.5\n").unwrap();
        let method = |options: &[&str]| {
            let line = [&["search", "phantom", "--config", path], options].concat();
            resolved(&line).unwrap().method
        };
        assert_eq!(method(&[]), DartsV2 { radius: 0.5 }.into());
        assert_eq!(method(&["--method", "zo-darts-plus"]), Preset::Quick.settings().method);
        let expected = {
            let mut plus = ZoDartsPlus::default();
            (plus.zo.steps, plus.annealing.anneal_every) = (3, 2);
            plus
        };
        assert_eq!(method(&["--set", "method.steps=3", "--method", "zo-darts-plus"]), expected.into());
    }

    #[test]
    fn every_setting_can_be_set_and_every_word_it_takes_is_a_value() {
        for part in catalogue() {
            for setting in &part.settings {
                let words = if setting.words.is_empty() {
                    setting.default.iter().map(ToString::to_string).collect()
                } else {
                    setting.words.clone()
                };
                for word in words {
                    let method = part.method.unwrap_or("zo-darts-plus");
                    let set = format!("{}={word}", setting.path());
                    let mut line = vec!["search", "phantom", "--set", &set];
                    if setting.path() != "method.name" {
                        line.extend(["--method", method]);
                    }
                    let found = Table::try_from(resolved(&line).unwrap()).unwrap();
                    let found = match setting.section {
                        "" => &found[setting.key],
                        section => &found[section][setting.key],
                    };
                    let found = found.to_string();
                    let same = found.trim_matches('"') == word
                        || found.parse::<f64>().ok().is_some_and(|found| word.parse() == Ok(found));
                    assert!(same, "{set}: {found}");
                }
            }
        }
    }
}
