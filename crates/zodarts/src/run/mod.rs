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
mod folder;
mod format;
mod metrics;
mod records;
mod resume;
pub mod tensors;

pub use checkpoint::{Checkpoint, Restored};
pub use config::{RunConfig, RunInfo};
pub use folder::{History, RunFolder, write_file};
pub use metrics::Metrics;
pub use records::{RandomWsRecord, SearchRecord, TrainRecord};
pub use resume::{Resumed, Resumption};

use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// A run folder that cannot be read or written.
#[derive(Debug, Error)]
pub enum RunError {
    /// A file or folder cannot be read.
    #[error("{path}: cannot be read: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file or folder cannot be written.
    #[error("{path}: cannot be written: {source}")]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file's content is not what it should be.
    #[error("{path}: {reason}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The file was written by a later version.
    #[error(
        "{path}: has format {found}, but this zodarts knows formats up to {known}; it was written by a newer one, use that"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The last that is known.
        known: u32,
    },
    /// The folder is not a run.
    #[error(
        "{path}: not a run folder: `{missing}` is missing; pass the folder that `zodarts {command}` wrote"
    )]
    NotARun {
        /// The folder.
        path: PathBuf,
        /// The file looked for.
        missing: &'static str,
        /// The command that writes it.
        command: &'static str,
    },
    /// The folder is in use.
    #[error("{path}: already holds files; choose another folder with --out, or delete it")]
    Exists {
        /// The folder.
        path: PathBuf,
    },
}
