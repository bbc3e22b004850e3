//! From defaults, preset, files and options to settings: each layer overrides the ones before.

use crate::args::{DataOptions, SearchOptions, TrainOptions};
use anyhow::{Context, Result, bail};
use serde::Serialize;
use std::path::Path;
use toml::{Table, Value};
use zodarts::run::{RunConfig, RunError, tensors};
use zodarts::settings::{Preset, Settings};

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
}

/// The settings of a run: preset < `files` in their order < options.
///
/// # Errors
/// If a file cannot be read or has a key no setting has, or a value makes no sense; a file at fault is named.
pub fn settings(preset: Preset, files: &[&Path], options: &Layer) -> Result<Settings> {
    let mut table = Table::try_from(preset.settings())?;
    for path in files {
        merge(&mut table, read(path)?);
        checked(table.clone()).with_context(|| format!("in {}", path.display()))?;
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
    let Ok(text) = String::from_utf8(tensors::read_limited(path, MAX_CONFIG)?) else {
        bail!(RunError::Damaged { path: path.into(), reason: "not UTF-8 text".into() });
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
