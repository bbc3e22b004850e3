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
mod error;
mod evaluation;
mod files;
mod format;
mod goal;
pub mod names;
mod resume;
mod status;

pub use config::{ConfigFile, RunConfig, RunInfo};
pub use error::RunError;
pub use evaluation::{Evaluation, Split};
pub use files::{History, RunFolder};
pub use goal::Goal;
pub use status::{Missing, Progress, RunStatus};
