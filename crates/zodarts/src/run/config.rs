//! `config.toml`: what was run on what, and every setting.

use super::RunError;
use crate::settings::Settings;
use serde::{Deserialize, Serialize};
use std::path::Path;

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
    /// The kernels: which vector instructions they use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kernels: Option<String>,
}

impl RunConfig {
    /// The content for a run.
    ///
    /// # Panics
    /// If the seed is larger than TOML can hold, which [`Settings::validate`] refuses.
    pub fn new(run: RunInfo, settings: &Settings) -> Self {
        Self { run: Some(run), settings: toml::Table::try_from(settings).expect("settings are plain values") }
    }

    /// The file's text.
    ///
    /// # Panics
    /// Never, for settings that could be made a table.
    pub fn text(&self) -> String {
        toml::to_string_pretty(self).expect("settings are plain values")
    }

    /// Parses a file's text.
    ///
    /// # Errors
    /// If it is not TOML, or has a key no setting has.
    pub fn parse(path: &Path, text: &str) -> Result<(Option<RunInfo>, Settings), RunError> {
        let refuse = |error: toml::de::Error| RunError::Damaged {
            path: path.into(),
            reason: format!("not a configuration: {}", error.to_string().trim_end()),
        };
        let mut table: toml::Table = text.parse().map_err(refuse)?;
        let run = table.remove("run").map(toml::Value::try_into).transpose().map_err(refuse)?;
        Ok((run, table.try_into().map_err(refuse)?))
    }
}
