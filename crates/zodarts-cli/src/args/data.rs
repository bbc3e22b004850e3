//! Arguments about data.

use super::given::Given;
use super::lists::DataList;
use clap::{Args, Subcommand};

/// The access to data that are not on this machine.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Data options")]
pub struct SourceOptions {
    /// Never use the network
    #[arg(long)]
    pub offline: bool,
    /// Download data sets from this URL instead of Zenodo
    #[arg(long, value_name = "URL")]
    pub mirror: Option<String>,
}

/// Commands about data alone.
#[derive(Debug, Subcommand)]
pub enum DataCommand {
    /// Describe a data set and check it for duplicates
    Info(InfoArgs),
    /// Check a data set for faults: copies and near copies, contradicting labels, blank images,
    /// shortcuts such as the sharpness of an image, missing classes
    Check(CheckArgs),
    /// List the data sets of MedMNIST that can be given by name
    List,
}

/// Arguments of `data check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The data set and how it is brought in.
    #[command(flatten)]
    pub info: InfoArgs,
    /// Fail if anything is found
    #[arg(long)]
    pub strict: bool,
}

/// Arguments of `data info`.
#[derive(Debug, Args)]
pub struct InfoArgs {
    /// `phantom`, a MedMNIST name, an .npz file, or a folder of images by class
    pub data: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Settings of the data.
    #[command(flatten)]
    pub options: Given<DataList>,
    /// The access to the data.
    #[command(flatten)]
    pub source: SourceOptions,
}
