//! Arguments of `study`.

use super::SourceOptions;
use super::given::Given;
use super::lists::{SearchList, Seed};
use super::run::{BaseOptions, PAPER};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// The studies.
#[derive(Debug, Subcommand)]
pub enum StudyCommand {
    /// Measure the error and the cost of each method's hypergradient at snapshots of a real search
    Hypergradient(Box<HypergradientArgs>),
}

/// Arguments of `study hypergradient`.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true, mut_arg("preset", |arg| arg.help(PAPER)))]
pub struct HypergradientArgs {
    /// `phantom`, a MedMNIST name, an .npz file, or a folder of images by class
    pub data: String,
    /// Take snapshots of the search after these epochs, separated by commas; 0 is before the first
    #[arg(long, alias = "moments", value_name = "EPOCHS", value_delimiter = ',', default_value = "1,10,30")]
    pub snapshots: Vec<usize>,
    /// Average the reference over this many draws of training batches, at least 2
    #[arg(long, value_name = "N", default_value = "8")]
    #[arg(value_parser = clap::value_parser!(u32).range(2..=10_000))]
    pub draws: u32,
    /// Step h of the reference's central differences, in units of α
    #[arg(long, value_name = "H", default_value = "0.4", value_parser = width)]
    pub width: f64,
    /// Spend this many passes on the estimates of each estimator
    #[arg(long, value_name = "N", default_value = "800", value_parser = clap::value_parser!(u32).range(1..))]
    pub passes: u32,
    /// Folder to write to
    #[arg(long, value_name = "DIR", default_value = "runs/study-hypergradient")]
    pub out: PathBuf,
    /// The base of the settings.
    #[command(flatten)]
    pub base: BaseOptions,
    /// The seed.
    #[command(flatten)]
    pub seed: Given<Seed>,
    /// Settings.
    #[command(flatten)]
    pub given: Given<SearchList>,
    /// Print the study as JSON
    #[arg(long, help_heading = "Run options")]
    pub json: bool,
    /// The access to the data.
    #[command(flatten)]
    pub source: SourceOptions,
}

fn width(text: &str) -> Result<f64, String> {
    let width: f64 = text.parse().map_err(|_| "expected a number above 0, such as 0.4".to_owned())?;
    if width > 0.0 && width.is_finite() {
        Ok(width)
    } else {
        Err("expected a number above 0, such as 0.4".into())
    }
}
