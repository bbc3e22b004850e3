//! The numbers of a run, read from its folder.

use crate::classifier::Classifier;
use std::path::{Path, PathBuf};
use zodarts_data::Dataset;
use zodarts_nas::evaluate::Metrics;
use zodarts_nas::genotype::Genotype;
use zodarts_nas::records::{SearchRecord, TrainRecord};
use zodarts_report::ReportError;
use zodarts_run::Error;
use zodarts_run::folder::{Evaluation, RunFolder, RunStatus, Split, names};
use zodarts_run::settings::Settings;

/// A run, in its folder.
#[derive(Clone, Debug)]
pub struct Run {
    folder: RunFolder,
}

impl Run {
    /// Opens the folder of a run.
    ///
    /// # Errors
    /// Returns an error if it is not the folder of a run.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        Ok(Self { folder: RunFolder::open(path.as_ref())? })
    }

    pub(crate) fn of(folder: RunFolder) -> Self {
        Self { folder }
    }

    /// Returns its folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Returns what the folder holds, and what is missing.
    ///
    /// # Errors
    /// Returns an error if a file is damaged.
    pub fn status(&self) -> Result<RunStatus, Error> {
        self.folder.status()
    }

    /// Returns its settings.
    ///
    /// # Errors
    /// Returns an error if `config.toml` is damaged.
    pub fn settings(&self) -> Result<Settings, Error> {
        Ok(self.folder.config()?.1)
    }

    /// Returns the architecture that was searched or given.
    ///
    /// # Errors
    /// Returns an error if there is none.
    pub fn genotype(&self) -> Result<Genotype, Error> {
        Ok(self.folder.genotype()?)
    }

    /// Returns the metrics on the test images, or `None` before the test.
    ///
    /// # Errors
    /// Returns an error if the file is damaged.
    pub fn metrics(&self) -> Result<Option<Metrics>, Error> {
        Ok(self.folder.metrics(Split::Test.name())?)
    }

    /// Returns metrics, scores and labels of a split, or `None` if it was not evaluated.
    ///
    /// # Errors
    /// Returns an error if a file is damaged.
    pub fn evaluation(&self, split: Split) -> Result<Option<Evaluation>, Error> {
        Evaluation::read(&self.folder, split)
    }

    /// Returns the records of the search, one an epoch.
    ///
    /// # Errors
    /// Returns an error if the file is damaged.
    pub fn search_records(&self) -> Result<Vec<SearchRecord>, Error> {
        Ok(self.folder.records(names::SEARCH_RECORDS)?)
    }

    /// Returns the records of the training, one an epoch.
    ///
    /// # Errors
    /// Returns an error if the file is damaged.
    pub fn train_records(&self) -> Result<Vec<TrainRecord>, Error> {
        Ok(self.folder.records(names::TRAIN_RECORDS)?)
    }

    /// Loads the trained network.
    ///
    /// # Errors
    /// Returns an error if the run was not trained, or a file is damaged.
    pub fn classifier(&self) -> Result<Classifier, Error> {
        Classifier::load(self.path())
    }

    /// Writes the page of the run, with pictures of `data` if it is given, and returns its path.
    ///
    /// # Errors
    /// Returns an error if a file of the run is damaged, the data are not the run's, or the page cannot be
    /// written.
    pub fn report(&self, data: Option<&Dataset>) -> Result<PathBuf, ReportError> {
        zodarts_report::write(&self.folder, data.ok_or_else(|| "no data were given".to_owned()))
    }
}
