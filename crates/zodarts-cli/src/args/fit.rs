//! Arguments of `fit`.

use super::lists::FitList;
use super::{RunOptions, SourceOptions};
use clap::Args;

/// Help of `--preset`.
const PRESET: &str =
    "Start from a preset; see `zodarts presets` [default: standard with DATA, quick without]";

/// Arguments of `fit`.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
#[command(mut_arg("preset", |arg| arg.help(PRESET)))]
#[command(mut_arg("predict.positive", |arg| arg.requires("predict.sensitivity")))]
pub struct FitArgs {
    /// `phantom`, a MedMNIST name, an .npz file, or a folder of images by class [default: the data of
    /// the run that wrote the file of --config, else phantom]
    pub data: Option<String>,
    /// The run and its settings.
    #[command(flatten)]
    pub run: RunOptions<FitList>,
    /// The access to the data.
    #[command(flatten)]
    pub source: SourceOptions,
}
