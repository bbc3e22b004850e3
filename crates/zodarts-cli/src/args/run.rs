//! Options of every command that makes a run.

use super::given::{Assignment, Given, Options, assignment};
use super::lists::Seed;
use crate::resolve::{self, Resolved};
use anyhow::Result;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};
use std::time::Duration;
use toml::{Table, Value};
use zodarts_run::job::Resume;
use zodarts_run::settings::{Checked, Preset, Settings};

/// Options of every command that makes a run; those of `L` are settings.
#[derive(Debug, Args)]
pub struct RunOptions<L: Options + 'static> {
    /// Output folder: new, empty, or with the unfinished run to resume [default: runs/NAME, named after data,
    /// method and seed]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The seed.
    #[command(flatten)]
    pub seed: Given<Seed>,
    /// Finish within this time, such as 20m or 1h30m
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub max_time: Option<Duration>,
    /// Settings.
    #[command(flatten)]
    pub given: Given<L>,
    /// The base of its settings.
    #[command(flatten)]
    pub base: BaseOptions,
    /// Resume an unfinished run with the same settings: `auto` if there is one; `always`, or the option
    /// alone, fails if there is none; `never` starts a new run
    #[arg(long, value_name = "WHEN", value_enum, num_args = 0..=1, require_equals = true)]
    #[arg(default_value = "auto",
        default_missing_value = "always", hide_possible_values = true, help_heading = RUN)]
    pub resume: When,
    /// Write events for TensorBoard during the run, to tensorboard/ in its folder; results are the same
    #[arg(long, help_heading = RUN)]
    pub tensorboard: bool,
    /// Print the result as JSON
    #[arg(long, help_heading = RUN)]
    pub json: bool,
}

/// Help of `--preset` for commands that start from the paper's.
pub const PAPER: &str = "Start from a preset; see `zodarts presets` [default: paper]";

/// Heading of the options that change no setting.
pub const RUN: &str = "Run options";

impl<L: Options> RunOptions<L> {
    /// Returns the settings: preset, `default` unless one is named, < `earlier`, a file of an earlier run <
    /// the file < options.
    ///
    /// # Errors
    /// See [`resolve::settings`].
    pub fn settings(
        &self,
        default: Preset,
        earlier: Option<&Path>,
        more: &Table,
    ) -> Result<Checked<Settings>> {
        let options = [more, self.seed.table(), self.given.table()];
        Ok(self.base.settings(default, earlier, &options)?.settings)
    }
}

/// Returns the settings that follow from a genotype, if one is given: it asks for its own network.
pub fn network_of(is_genotype_given: bool) -> Table {
    if !is_genotype_given {
        return Table::new();
    }
    let train = Table::from_iter([("architecture".to_owned(), Value::from("genotype"))]);
    Table::from_iter([("train".to_owned(), Value::Table(train))])
}

/// The treatment of an unfinished run.
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

/// The base of settings, which single options change.
#[derive(Debug, Args)]
pub struct BaseOptions {
    /// Start from a preset; see `zodarts presets`
    #[arg(long, value_parser = presets())]
    pub preset: Option<Preset>,
    /// Read settings from a file like a run's config.toml; options override them
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Set any setting, such as method.steps=3; `zodarts settings` lists them
    #[arg(long, value_name = "KEY=VALUE", value_parser = assignment)]
    pub set: Vec<Assignment>,
}

impl BaseOptions {
    /// Returns the settings: preset, `default` unless one is named, < `earlier`, a file of an earlier run <
    /// the file < options.
    ///
    /// # Errors
    /// See [`resolve::settings`].
    pub fn settings(&self, default: Preset, earlier: Option<&Path>, options: &[&Table]) -> Result<Resolved> {
        let mut set = Table::new();
        self.set.iter().for_each(|assignment| assignment.put(&mut set));
        let mut options = options.to_vec();
        options.push(&set);
        let files = [
            earlier.map(resolve::read).transpose()?,
            self.config.as_deref().map(resolve::read_aloud).transpose()?,
        ];
        resolve::settings(
            self.preset.unwrap_or(default),
            &files.into_iter().flatten().collect::<Vec<_>>(),
            &options,
        )
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
