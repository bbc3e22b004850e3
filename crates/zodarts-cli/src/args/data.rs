//! Arguments about data.

use super::run::seed;
use clap::{Args, Subcommand};
use serde::Serialize;
use zodarts_data::Window;

/// How images are brought in: the settings of section `data`.
#[derive(Clone, Debug, Default, Args, Serialize)]
#[command(next_help_heading = "Data options")]
pub struct DataOptions {
    /// Bring images to N×N pixels when they are read
    #[arg(long, value_name = "N")]
    pub image_size: Option<usize>,
    /// Seed of the splits of a folder and of a validation fraction; not the run's, so that runs can be compared
    #[arg(long, value_name = "S", value_parser = seed())]
    pub split_seed: Option<u64>,
    /// Validation data: a file or folder, or a fraction of training and validation data such as 0.1
    #[arg(long, value_name = "FILE|FRACTION")]
    pub val: Option<String>,
    /// Leave out training images that are also in the validation or test split, pixel by pixel
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub drop_leaks: Option<bool>,
    /// Table of labels for a folder of images, or for the frames of one file: CSV with the columns path (below the folder) and
    /// label, and where wanted frame (from 1), split (train, val or test) and patient
    #[arg(long, value_name = "FILE")]
    pub labels: Option<String>,
    /// Look at grey DICOM files through this window instead of their own, such as 40,400
    #[arg(long, value_name = "C,W", allow_hyphen_values = true)]
    pub window: Option<Window>,
    /// Name images by a hash of their file's path instead of the path
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub anonymous: Option<bool>,
}

/// Where data may come from.
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

/// What can be done with data alone.
#[derive(Debug, Subcommand)]
pub enum DataCommand {
    /// Describe a data set and check it for duplicates
    Info(InfoArgs),
    /// Look for everything wrong with a data set: copies and near copies, contradicting labels, blank images, missing classes
    Check(CheckArgs),
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
    /// How the images are brought in.
    #[command(flatten)]
    pub options: DataOptions,
    /// Where they may come from.
    #[command(flatten)]
    pub source: SourceOptions,
}
