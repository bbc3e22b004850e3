//! The evaluations of a run on other data, as its folder keeps them: `external/DATA-FINGERPRINT/`.

use super::evaluation::Evaluation;
use super::files::RunFolder;
use super::names;
use crate::error::Error;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};
use zodarts_nas::evaluate::{Labels, MeasureComparison, Metrics, Scores, predictions, truth};
use zodarts_nas::files::{FileError, json, read_limited, write_file};
use zodarts_nas::profile::Shift;

/// Size of the largest record that is read, in bytes.
const MAX_TEXT: u64 = 16 << 20;
/// The record's file.
const RECORD: &str = "external.json";
/// The most characters of a data set's name in a folder's name.
const NAME: usize = 64;

/// The result of an evaluation on other data than the run's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExternalEvaluation {
    /// The metrics on the other images.
    #[serde(flatten)]
    pub metrics: Metrics,
    /// The expected calibration error on them.
    pub calibration_error: f64,
    /// The number of images that were left out, because the network was developed on them.
    pub developed_on: usize,
    /// The number of times that this evaluation was made.
    pub reads: usize,
    /// The results beside those on the run's own test images; empty if the run was not tested.
    pub beside: Vec<MeasureComparison>,
    /// What differs between these images and those that the network was trained on.
    pub shifts: Vec<Shift>,
}

/// An evaluation on other data, in its folder.
#[derive(Clone, Debug)]
pub struct External {
    /// The folder.
    pub folder: PathBuf,
    /// The result.
    pub record: ExternalEvaluation,
    /// The scores, one row an image.
    pub scores: Scores,
    /// The labels that the scores were compared with.
    pub labels: Labels,
}

impl External {
    /// Returns metrics, scores and labels.
    pub fn evaluation(&self) -> Evaluation {
        let (scores, labels) = (self.scores.clone(), self.labels.clone());
        Evaluation { metrics: self.record.metrics.clone(), scores, labels }
    }

    /// Writes an evaluation into a folder named after its data, and counts it.
    ///
    /// # Errors
    /// Returns an error if a file cannot be written, or an earlier record is damaged.
    pub fn keep(
        run: &RunFolder,
        mut record: ExternalEvaluation,
        scores: Scores,
        labels: Labels,
    ) -> Result<Self, Error> {
        let folder = run.path().join(names::EXTERNAL).join(name(&record.metrics));
        fs::create_dir_all(&folder).map_err(|source| FileError::Write { path: folder.clone(), source })?;
        record.reads = read(&folder)?.map_or(1, |earlier| earlier.reads + 1);
        write_file(&folder.join(RECORD), json(&record).as_bytes())?;
        truth::save(&labels, &folder.join("truth.csv"))?;
        predictions::save(&scores, &folder.join("predictions.csv"))?;
        Ok(Self { folder, record, scores, labels })
    }
}

/// Returns the record of an earlier evaluation in a folder.
fn read(folder: &Path) -> Result<Option<ExternalEvaluation>, FileError> {
    let path = folder.join(RECORD);
    if !path.is_file() {
        return Ok(None);
    }
    let bytes = read_limited(&path, MAX_TEXT)?;
    serde_json::from_slice(&bytes)
        .map(Some)
        .map_err(|error| FileError::Damaged { path, reason: error.to_string() })
}

/// Returns a folder's name for data: their name, the start of their fingerprint, and the split if it is one.
fn name(metrics: &Metrics) -> String {
    let plain = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    let name: String = metrics.dataset.chars().map(plain).take(NAME).collect();
    let print = metrics.fingerprint.get(..8).unwrap_or(&metrics.fingerprint);
    let split = if metrics.split == "all" { String::new() } else { format!("-{}", metrics.split) };
    // A name that begins with a point would be hidden, or lead out of the folder.
    format!("{}-{print}{split}", name.trim_start_matches('.'))
}
