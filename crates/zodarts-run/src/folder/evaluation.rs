//! The evaluations of a run, as its folder keeps them.

use super::files::RunFolder;
use crate::error::Error;
use std::path::PathBuf;
use zodarts_nas::evaluate::{Labels, Metrics, Scores, predictions, score, truth};

/// The splits of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// Training images.
    Train,
    /// Validation images.
    Val,
    /// Test images.
    Test,
}

impl Split {
    /// Every split.
    pub const ALL: [Split; 3] = [Split::Train, Split::Val, Split::Test];

    /// Returns its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Split::Train => "train",
            Split::Val => "val",
            Split::Test => "test",
        }
    }
}

/// The evaluation of a split.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// The metrics.
    pub metrics: Metrics,
    /// The scores, one row an image.
    pub scores: Scores,
    /// The labels that the scores were compared with.
    pub labels: Labels,
}

impl Evaluation {
    /// Reads the evaluation of a split. Returns `None` if there was none, or its labels were not kept.
    ///
    /// # Errors
    /// Returns an error if a file is damaged.
    pub fn read(folder: &RunFolder, split: Split) -> Result<Option<Self>, Error> {
        let Some(metrics) = folder.metrics(split.name())? else { return Ok(None) };
        let (scores, labels) = (folder.predictions_path(split), folder.truth_path(split));
        if !scores.is_file() || !labels.is_file() {
            return Ok(None);
        }
        let (scores, labels) = (predictions::load(&scores)?, truth::load(&labels)?);
        let names: Vec<String> = metrics.report.classes.iter().map(|class| class.name.clone()).collect();
        // Files that do not belong together would be drawn as nonsense.
        score(&scores, &labels, metrics.report.task, &names)?;
        Ok(Some(Self { metrics, scores, labels }))
    }
}

impl RunFolder {
    /// Reports whether the evaluation of a split is complete: its predictions are written last.
    ///
    /// # Errors
    /// Returns an error if its metrics are damaged.
    pub fn is_evaluated(&self, split: Split) -> Result<bool, Error> {
        Ok(self.predictions_path(split).is_file() && self.metrics(split.name())?.is_some())
    }

    /// Writes the scores of a split and the labels they are compared with. The predictions are written last:
    /// they mark the evaluation as complete.
    ///
    /// # Errors
    /// Returns an error if a file cannot be written.
    pub fn write_predictions(&self, split: Split, scores: &Scores, labels: &Labels) -> Result<(), Error> {
        truth::save(labels, &self.truth_path(split))?;
        Ok(predictions::save(scores, &self.predictions_path(split))?)
    }

    /// Returns the file of a split's predictions.
    pub fn predictions_path(&self, split: Split) -> PathBuf {
        self.table("predictions", split)
    }

    /// Returns the file of the labels that a split's predictions were compared with.
    pub fn truth_path(&self, split: Split) -> PathBuf {
        self.table("truth", split)
    }

    fn table(&self, stem: &str, split: Split) -> PathBuf {
        self.path().join(match split {
            Split::Test => format!("{stem}.csv"),
            other => format!("{stem}-{}.csv", other.name()),
        })
    }
}
