//! The run folder: the only state of a run.
//!
//! ```text
//! runs/NAME/
//!   config.toml         every setting, resolved; can be passed to --config again
//!   data.json           the data: counts, copies
//!   genotype.txt        the architecture found, in NAS-Bench-201's form
//!   search.jsonl        one line per epoch of the search
//!   search.json         the result of the search; written when it is over
//!   random-ws.jsonl     one line per epoch of a random search with shared weights
//!   random-ws.json      the genotypes it scored, in the order they were drawn
//!   train.jsonl         one line per epoch of training
//!   calibration.json    the temperature of its probabilities, and its effect on the validation images
//!   model.json          the description of the network
//!   model.safetensors   its weights and running statistics
//!   metrics.json        the evaluation, with its protocol
//!   predictions.csv     scores in the form of MedMNIST's Evaluator
//!   truth.csv           the labels they are compared with, in the same form
//!   report.html         the report page
//!   checkpoint/         latest and previous state of a search or training, from which it resumes
//!   lock                the process that works here, while it does
//! ```

mod checkpoint;
mod config;
mod error;
mod evaluation;
mod external;
mod files;
mod format;
mod goal;
pub mod names;
mod resume;
mod status;

pub use config::{ConfigFile, RunConfig, RunInfo};
pub use error::RunError;
pub use evaluation::{Evaluation, Split};
pub use external::{External, ExternalEvaluation};
pub use files::{History, RunFolder};
pub use goal::Goal;
pub use status::{Missing, Progress, RunStatus};
