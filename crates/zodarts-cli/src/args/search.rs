//! Arguments of `search`.

use super::lists::SearchList;
use super::run::PAPER;
use super::{RunOptions, SourceOptions};
use clap::Args;

/// Arguments of `search`.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true, mut_arg("preset", |arg| arg.help(PAPER)))]
pub struct SearchArgs {
    /// `phantom`, a MedMNIST name, an .npz file, or a folder of images by class
    pub data: String,
    /// The run and its settings.
    #[command(flatten)]
    pub run: RunOptions<SearchList>,
    /// The access to the data.
    #[command(flatten)]
    pub source: SourceOptions,
}
