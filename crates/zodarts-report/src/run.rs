//! The files of a run folder, finished or not.

use crate::ReportError;
use zodarts_data::Summary;
use zodarts_nas::evaluate::Metrics;
use zodarts_nas::model::{Calibration, Model};
use zodarts_nas::records::{RandomWsRecord, SearchRecord, TrainRecord};
use zodarts_nas::search::SearchSummary;
use zodarts_run::folder::{Evaluation, RunFolder, RunInfo, RunStatus, Split, names};
use zodarts_run::settings::{Architecture, Settings};

/// The content of a run folder.
#[derive(Clone, Debug)]
pub struct ReportedRun {
    /// The name of the folder.
    pub name: String,
    /// The version, data and machine of the run.
    pub info: Option<RunInfo>,
    /// The settings.
    pub settings: Settings,
    /// The status: the contents of the folder, and the parts that are missing.
    pub status: RunStatus,
    /// The summary of the data.
    pub data: Option<Summary>,
    /// The epochs of the search.
    pub search: Vec<SearchRecord>,
    /// The epochs of a random search with shared weights.
    pub random: Vec<RandomWsRecord>,
    /// The result of the search.
    pub found: Option<SearchSummary>,
    /// The epochs of the training.
    pub train: Vec<TrainRecord>,
    /// The result of the calibration.
    pub calibration: Option<Calibration>,
    /// The trained network.
    pub model: Option<Model>,
    /// The metrics on the test images.
    pub metrics: Option<Metrics>,
    /// The metrics with scores and labels, if those were kept.
    pub evaluation: Option<Evaluation>,
}

impl ReportedRun {
    /// Reads a run folder.
    ///
    /// # Errors
    /// If a file is damaged. Files may be missing, except for the configuration.
    pub fn read(folder: &RunFolder) -> Result<Self, ReportError> {
        let (info, settings) = folder.config()?;
        let has_model = folder.path().join(names::MODEL).is_file();
        Ok(Self {
            name: name(folder),
            info,
            settings,
            status: folder.status()?,
            data: folder.record(names::DATA)?,
            search: folder.records(names::SEARCH_RECORDS)?,
            random: folder.records(RandomWsRecord::FILE)?,
            found: folder.record(SearchSummary::FILE)?,
            train: folder.records(names::TRAIN_RECORDS)?,
            calibration: folder.record(names::CALIBRATION)?,
            model: has_model
                .then(|| Model::load(folder.path()))
                .transpose()
                .map_err(zodarts_run::Error::from)?,
            metrics: folder.metrics(Split::Test.name())?,
            evaluation: Evaluation::read(folder, Split::Test)?,
        })
    }

    /// Returns the name of the data set, or `unknown data`.
    pub fn dataset(&self) -> &str {
        let recorded = self.info.as_ref().map(|info| &*info.dataset);
        recorded.or(self.data.as_ref().map(|data| &*data.info.name)).unwrap_or("unknown data")
    }

    /// Returns the method that found the architecture, or the kind of architecture if there was no search.
    pub fn method(&self) -> String {
        match self.settings.train.architecture {
            Architecture::Resnet18 => "resnet18".into(),
            Architecture::Genotype if !self.random.is_empty() => "random-ws".into(),
            Architecture::Genotype if self.search.is_empty() && self.found.is_none() => "genotype".into(),
            Architecture::Genotype => self.settings.method.name().into(),
        }
    }

    /// Returns the epoch, counted from 1, whose weights were kept.
    pub fn kept(&self) -> Option<usize> {
        self.train.iter().rposition(|record| record.selected).map(|epoch| epoch + 1)
    }
}

fn name(folder: &RunFolder) -> String {
    let path = folder.path().canonicalize().unwrap_or_else(|_| folder.path().to_owned());
    path.file_name().map_or_else(|| "run".into(), |name| name.to_string_lossy().into_owned())
}
