//! The interface between a stage and the place that keeps its records and checkpoints.

use crate::files::FileError;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// Named vectors and counts, with the stage and epoch that they belong to.
#[derive(Clone, Debug)]
pub struct Checkpoint<'a> {
    /// The stage, which is the name of its records without `.jsonl`: `search`, `random-ws` or `train`.
    pub stage: &'static str,
    /// Number of epochs done.
    pub epochs_done: usize,
    /// The numbers that are not vectors.
    pub counts: Vec<(&'a str, u64)>,
    /// The vectors.
    pub vectors: Vec<(&'a str, &'a [f32])>,
    /// The [`PartialEpoch`](super::PartialEpoch) of an epoch that a stop cut short, in JSON; `None` between
    /// two epochs.
    pub partial: Option<String>,
}

/// A checkpoint that was read back.
#[derive(Clone, Debug, PartialEq)]
pub struct Restored {
    /// The file that it was read from, for error messages.
    pub path: PathBuf,
    /// The stage.
    pub stage: String,
    /// Number of epochs done.
    pub epochs_done: usize,
    /// The numbers that are not vectors.
    pub counts: BTreeMap<String, u64>,
    /// The vectors.
    pub vectors: BTreeMap<String, Vec<f32>>,
    /// The [`PartialEpoch`](super::PartialEpoch) of an epoch that a stop cut short, in JSON; `None` between
    /// two epochs.
    pub partial: Option<String>,
}

/// A stage up to its last usable checkpoint.
#[derive(Debug)]
pub struct Resumed {
    /// The checkpoint.
    pub checkpoint: Restored,
    /// The records up to it, one JSON line per epoch.
    pub records: Vec<String>,
}

/// The result of [`Store::resume`].
#[derive(Debug, Default)]
pub struct Resumption {
    /// The point to resume from; `None` if the stage starts from the beginning.
    pub from: Option<Resumed>,
    /// The reasons for which checkpoints were not used.
    pub refused: Vec<FileError>,
}

/// A check that returns an error message for a record that a stage cannot read.
pub type CheckRecord<'a> = &'a dyn Fn(&str) -> Result<(), String>;

/// Keeps the records and checkpoints of stages.
pub trait Store: fmt::Debug + Sync {
    /// Returns the point from which `stage` resumes. Records beyond it are dropped; if there is no such
    /// point, all records are set aside.
    ///
    /// # Errors
    /// Returns an error if a file cannot be written or is of a later version. A damaged file is not an error:
    /// the checkpoint before it is used, or the stage starts from the beginning.
    fn resume(&self, stage: &str, check: CheckRecord<'_>) -> Result<Resumption, FileError>;

    /// Appends the record of an epoch, one line of JSON including its line end.
    ///
    /// # Errors
    /// Returns an error if it cannot be written.
    fn append_record(&self, stage: &str, line: &str) -> Result<(), FileError>;

    /// Saves a checkpoint as the latest one. The one that was latest becomes the previous one.
    ///
    /// # Errors
    /// Returns an error if it cannot be written.
    fn save_checkpoint(&self, checkpoint: &Checkpoint<'_>) -> Result<(), FileError>;
}

impl Restored {
    /// Returns a number.
    ///
    /// # Errors
    /// Returns an error if it is missing.
    pub fn count(&self, name: &str) -> Result<u64, FileError> {
        self.counts.get(name).copied().ok_or_else(|| self.refuse(format!("no count `{name}`")))
    }

    /// Returns a number, or `otherwise` if it is missing.
    pub fn count_or(&self, name: &str, otherwise: u64) -> u64 {
        self.counts.get(name).copied().unwrap_or(otherwise)
    }

    /// Returns the epoch that a stop cut short, if there is one.
    ///
    /// # Errors
    /// Returns an error if the text is malformed.
    pub fn partial<P: DeserializeOwned>(&self) -> Result<Option<P>, FileError> {
        let parse = |text: &String| serde_json::from_str(text);
        let partial = self.partial.as_ref().map(parse).transpose();
        partial.map_err(|error| self.refuse(format!("the epoch that was begun: {error}")))
    }

    /// Returns true if the checkpoint was saved within an epoch.
    pub fn is_within_epoch(&self) -> bool {
        self.partial.is_some()
    }

    /// Returns true if there is such a vector.
    pub fn has(&self, name: &str) -> bool {
        self.vectors.contains_key(name)
    }

    /// Removes a vector and returns it.
    ///
    /// # Errors
    /// Returns an error if it is missing or has another length.
    pub fn take(&mut self, name: &str, len: usize) -> Result<Vec<f32>, FileError> {
        match self.vectors.remove(name) {
            Some(vector) if vector.len() == len => Ok(vector),
            Some(vector) => {
                Err(self.refuse(format!("vector `{name}` has {} values, expected {len}", vector.len())))
            }
            None => Err(self.refuse(format!("vector `{name}` is missing"))),
        }
    }

    /// Removes a vector whose values must be finite and returns it.
    ///
    /// # Errors
    /// See [`Restored::take`]; also returns an error if a value is not finite.
    pub fn take_finite(&mut self, name: &str, len: usize) -> Result<Vec<f32>, FileError> {
        let vector = self.take(name, len)?;
        if vector.iter().all(|value| value.is_finite()) {
            return Ok(vector);
        }
        Err(self.refuse(format!("vector `{name}` holds a value that is not a finite number")))
    }

    fn refuse(&self, reason: String) -> FileError {
        FileError::Damaged { path: self.path.clone(), reason }
    }
}
