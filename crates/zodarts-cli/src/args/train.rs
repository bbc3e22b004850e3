//! Arguments of `train`.

use super::lists::TrainList;
use super::run::{PAPER, network_of};
use super::{RunOptions, SourceOptions};
use clap::Args;
use std::path::PathBuf;
use toml::Table;

/// Arguments of `train`.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true, mut_arg("preset", |arg| arg.help(PAPER)))]
#[command(mut_arg("mirror", |arg| arg.hide(true)))]
#[command(mut_arg("predict.positive", |arg| arg.requires("predict.sensitivity")))]
pub struct TrainArgs {
    /// `phantom`, a MedMNIST name, an .npz file, or a folder of images by class [default: the data of --run]
    #[arg(required_unless_present = "from")]
    pub data: Option<String>,
    /// Architecture in NAS-Bench-201's form, as `zodarts search` prints it
    #[arg(long, value_name = "STRING", conflicts_with_all = ["from", "train.architecture"])]
    pub genotype: Option<String>,
    /// Folder of a search: take its genotype, settings and data, and write the model there
    #[arg(id = "from", long = "run", value_name = "DIR")]
    #[arg(conflicts_with_all = ["train.architecture", "preset"])]
    pub from: Option<PathBuf>,
    /// The run and its settings.
    #[command(flatten)]
    pub run: RunOptions<TrainList>,
    /// The access to the data.
    #[command(flatten)]
    pub source: SourceOptions,
}

impl TrainArgs {
    /// Returns the settings that follow from the other arguments.
    pub fn implied(&self) -> Table {
        network_of(self.genotype.is_some() || self.from.is_some())
    }
}
