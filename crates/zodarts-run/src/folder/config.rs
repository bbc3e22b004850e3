//! The file `config.toml`: the circumstances of a run and every setting.

use super::format;
use crate::settings::{Settings, upgrade, upgrade_run};
use serde::{Deserialize, Serialize};
use std::path::Path;
use zodarts_nas::files::FileError;

/// The most bytes of a parser's error that are shown whole.
const MAX_WORDS: usize = 800;

/// Content of `config.toml`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunConfig {
    /// Circumstances of the run; they are records, not settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<RunInfo>,
    /// The settings.
    #[serde(flatten)]
    pub settings: toml::Table,
}

/// Circumstances of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunInfo {
    /// The format of the folder.
    #[serde(default = "format::unrecorded")]
    pub format: u32,
    /// Version of zodarts.
    pub version: String,
    /// The command that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// The data as given.
    pub data: String,
    /// Name of the data set.
    pub dataset: String,
    /// Its fingerprint.
    pub fingerprint: String,
    /// Threads used; results do not depend on them.
    pub threads: usize,
    /// The name of the kernels, which tells the vector instructions they use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kernels: Option<String>,
}

impl RunInfo {
    /// The format that is written.
    pub const FORMAT: u32 = format::FORMAT;
}

impl RunConfig {
    /// Returns the content for a run.
    ///
    /// # Panics
    /// Panics if the seed is larger than TOML can hold, which [`Settings::validate`] refuses.
    pub fn new(run: RunInfo, settings: &Settings) -> Self {
        Self { run: Some(run), settings: toml::Table::try_from(settings).expect("settings are plain values") }
    }

    /// Returns the file's text.
    ///
    /// # Panics
    /// Never panics for settings that could be made a table.
    pub fn text(&self) -> String {
        toml::to_string_pretty(self).expect("settings are plain values")
    }

    /// Parses a file's text.
    ///
    /// # Errors
    /// Returns an error if it is not TOML, or has a key no setting has, or is of a later version.
    pub fn parse(path: &Path, text: &str) -> Result<(Option<RunInfo>, Settings), FileError> {
        let ConfigFile { run, settings, .. } = ConfigFile::parse(path, text)?;
        let refuse = |error| {
            let reason = format!("not a configuration: {error}");
            FileError::Damaged { path: path.into(), reason }
        };
        Ok((run, Settings::from_table(&settings).map_err(refuse)?))
    }
}

/// The tables of a configuration file of any format, with current keys.
#[derive(Clone, Debug)]
pub struct ConfigFile {
    /// Circumstances of the run that wrote it.
    pub run: Option<RunInfo>,
    /// The settings, not parsed yet.
    pub settings: toml::Table,
    /// The keys of an earlier version that were found, each with its current key.
    pub moved: Vec<(String, String)>,
}

impl ConfigFile {
    /// Parses a file's text.
    ///
    /// # Errors
    /// Returns an error if it is not TOML or is of a later version.
    pub fn parse(path: &Path, text: &str) -> Result<Self, FileError> {
        let refuse = |error: toml::de::Error| FileError::Damaged {
            path: path.into(),
            reason: format!("not a configuration: {}", told(&error, text)),
        };
        let mut settings: toml::Table = text.parse().map_err(refuse)?;
        let run = settings.remove("run");
        // The version comes first: what a later version writes may not parse here.
        if let Some(found) = run.as_ref().and_then(|run| run.get("format")?.as_integer()) {
            format::check(path, u32::try_from(found).unwrap_or(u32::MAX))?;
        }
        if run.is_some() {
            upgrade_run(&mut settings);
        }
        let run = run.map(toml::Value::try_into).transpose().map_err(refuse)?;
        let moved = upgrade(&mut settings);
        Ok(Self { run, settings, moved })
    }
}

/// Returns the parser's message, with the line that it quotes unless that is long.
fn told(error: &toml::de::Error, text: &str) -> String {
    let words = error.to_string();
    if words.len() <= MAX_WORDS {
        return words.trim_end().to_owned();
    }
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let message: String = error.message().chars().take(MAX_WORDS / 4).collect();
    format!("line {line}: {message}")
}
