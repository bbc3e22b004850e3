//! Arguments of `cross-validate`.

use super::SourceOptions;
use super::given::Given;
use super::lists::{FoldList, Seed};
use super::run::{BaseOptions, PAPER, RUN, network_of};
use clap::Args;
use clap::builder::TypedValueParser;
use std::path::PathBuf;
use toml::Table;

/// Arguments of `cross-validate`.
#[derive(Debug, Args)]
#[command(mut_arg("preset", |arg| arg.help(PAPER)))]
#[command(mut_arg("mirror", |arg| arg.hide(true)))]
pub struct CrossValidateArgs {
    /// `phantom`, a MedMNIST name, an .npz file, or a folder of images by class
    pub data: String,
    /// Architecture in NAS-Bench-201's form, as `zodarts search` prints it; it should not have been searched
    /// on the same images, for then every fold has shaped it
    #[arg(long, value_name = "STRING", conflicts_with = "train.architecture")]
    #[arg(required_unless_present = "train.architecture")]
    pub genotype: Option<String>,
    /// Number of folds
    #[arg(long, value_name = "K", default_value = "5", value_parser = folds())]
    pub folds: u16,
    /// Cut no test split of images that come without splits: all of them are in the folds
    #[arg(long)]
    pub without_test: bool,
    /// Folder to write to; finished folds in it are kept, and unfinished ones are resumed
    #[arg(long, value_name = "DIR", default_value = "runs/cross-validation")]
    pub out: PathBuf,
    /// The seed.
    #[command(flatten)]
    pub seed: Given<Seed>,
    /// Settings.
    #[command(flatten)]
    pub given: Given<FoldList>,
    /// The base of the settings.
    #[command(flatten)]
    pub base: BaseOptions,
    /// Print the result as JSON
    #[arg(long, help_heading = RUN)]
    pub json: bool,
    /// The access to the data.
    #[command(flatten)]
    pub source: SourceOptions,
}

impl CrossValidateArgs {
    /// Returns the settings that follow from the other arguments.
    pub fn implied(&self) -> Table {
        network_of(self.genotype.is_some())
    }
}

fn folds() -> impl TypedValueParser<Value = u16> {
    clap::value_parser!(u16).range(2..=1000)
}
