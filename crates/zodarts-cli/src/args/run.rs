//! Options of every command that makes a run.

use crate::resolve::{self, Layer};
use anyhow::Result;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::Duration;
use zodarts_run::job::Resume;
use zodarts_run::settings::{Preset, Settings};

/// Options of every command that makes a run.
#[derive(Debug, Args)]
#[command(next_help_heading = "Run options")]
pub struct RunOptions {
    /// Folder to write to: new, empty, or that of the same run that was cut short [default: runs/NAME, named after data, method and seed]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Whether to go on with the same run if it was cut short: `auto` does if there is one, `always`, or --resume alone, insists on it,
    /// `never` begins anew
    #[arg(long, value_name = "WHEN", value_enum, num_args = 0..=1, require_equals = true, default_value = "auto",
        default_missing_value = "always", hide_possible_values = true)]
    pub resume: When,
    /// What its settings start from.
    #[command(flatten)]
    pub base: BaseOptions,
    /// Seed of every random choice of the run
    #[arg(long, value_name = "S", value_parser = seed())]
    pub seed: Option<u64>,
    /// Plan for at most this much time, such as 20m or 1h30m
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub max_time: Option<Duration>,
    /// Write events for TensorBoard as the run goes on, to tensorboard/ in its folder; results are the same
    #[arg(long)]
    pub tensorboard: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// Whether a run goes on that was cut short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// If there is one.
    Auto,
    /// Or it is an error.
    Always,
    /// A new one begins.
    Never,
}

impl From<When> for Resume {
    fn from(when: When) -> Self {
        match when {
            When::Auto => Resume::Auto,
            When::Always => Resume::Always,
            When::Never => Resume::Never,
        }
    }
}

/// What becomes of the predictions: the settings of section `predict`.
#[derive(Clone, Debug, Default, Args, Serialize)]
#[command(next_help_heading = "Prediction options")]
pub struct PredictOptions {
    /// Scale probabilities by a temperature chosen on the validation images
    #[arg(long, value_name = "BOOL")]
    pub calibrate: Option<bool>,
    /// Decide for the positive class so readily that this share of its validation images is found, such as 0.95; two classes only
    #[arg(long, value_name = "SHARE")]
    pub sensitivity: Option<f64>,
    /// The class that must not be missed [default: the last]
    #[arg(long, value_name = "CLASS", requires = "sensitivity")]
    pub positive: Option<String>,
}

/// What settings start from, before single options change them.
#[derive(Debug, Args)]
#[command(next_help_heading = "Run options")]
pub struct BaseOptions {
    /// Start from a preset; see `zodarts presets`
    #[arg(long, value_parser = presets())]
    pub preset: Option<Preset>,
    /// Settings from a file, in the form of a run's config.toml; options go first
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

impl BaseOptions {
    /// The settings of a run: preset, `default` unless one is named, < `earlier`, a file of an earlier run < the file < options.
    ///
    /// # Errors
    /// See [`resolve::settings`].
    pub fn settings(&self, default: Preset, earlier: Option<&Path>, options: &Layer) -> Result<Settings> {
        let files: Vec<&Path> = earlier.into_iter().chain(self.config.as_deref()).collect();
        resolve::settings(self.preset.unwrap_or(default), &files, options)
    }
}

/// Accepts seeds up to the largest integer that TOML holds.
pub fn seed() -> impl TypedValueParser<Value = u64> {
    clap::value_parser!(u64).range(..=i64::MAX as u64)
}

/// Accepts the names of the presets.
fn presets() -> impl TypedValueParser<Value = Preset> {
    let values = Preset::ALL.map(|preset| PossibleValue::new(preset.name()).help(preset.description()));
    PossibleValuesParser::new(values).map(|name| {
        let named = Preset::ALL.into_iter().find(|preset| preset.name() == name);
        named.expect("only names of presets are possible")
    })
}
