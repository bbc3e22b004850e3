//! The run folder: the only state of a run.
//!
//! ```text
//! runs/NAME/
//!   config.toml         every setting, resolved; can be passed to --config again
//!   data.json           what the data are: counts, copies
//!   genotype.txt        the architecture found, in NAS-Bench-201's form
//!   search.jsonl        one line an epoch of the search
//!   search.json         what the search came to; written when it is over
//!   random-ws.jsonl     one line an epoch of a random search with shared weights
//!   random-ws.json      the genotypes it scored, in the order they were drawn
//!   train.jsonl         one line an epoch of training
//!   calibration.json    the temperature of its probabilities, and what that did on the validation images
//!   model.json          what the network is
//!   model.safetensors   its weights and running statistics
//!   metrics.json        the evaluation, with its protocol
//!   predictions.csv     scores in the form of MedMNIST's Evaluator
//!   truth.csv           the labels they were held against, in the same form
//!   report.html         all of this, to look at
//!   checkpoint/         latest and previous state of a search or training, from which it goes on
//!   lock                which process works here, as long as it does
//! ```

mod checkpoint;
mod config;
mod files;
mod format;
mod resume;

pub use config::{RunConfig, RunInfo};
pub use files::{History, RunFolder};

use std::path::PathBuf;
use thiserror::Error;
use zodarts_nas::files::FileError;

/// A run folder that cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RunError {
    /// A file that cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The folder is not a run.
    #[error("{path}: not a run folder: `{missing}` is missing")]
    NotARun {
        /// The folder.
        path: PathBuf,
        /// The missing file.
        missing: &'static str,
        /// The command that writes it.
        command: &'static str,
    },
    /// The folder is in use.
    #[error("{path}: already holds files")]
    Exists {
        /// The folder.
        path: PathBuf,
    },
}

impl RunError {
    /// Returns what a user can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            RunError::File(error) => error.hint(),
            RunError::NotARun { command, .. } => {
                Some(format!("pass the folder that `zodarts {command}` wrote"))
            }
            RunError::Exists { .. } => Some("choose another folder with --out, or delete it".into()),
        }
    }
}
