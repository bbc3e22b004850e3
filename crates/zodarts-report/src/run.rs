//! A run folder, read as far as the run got.

use crate::ReportError;
use zodarts_data::Summary;
use zodarts_nas::evaluate::Metrics;
use zodarts_nas::model::{Calibration, Model};
use zodarts_nas::records::{RandomWsRecord, SearchRecord, TrainRecord};
use zodarts_nas::search::SearchSummary;
use zodarts_run::folder::{Evaluation, Split};
use zodarts_run::folder::{RunFolder, RunInfo, names};
use zodarts_run::settings::{Architecture, Settings};

/// What a run folder holds.
#[derive(Clone, Debug)]
pub struct Run {
    /// Name of the folder.
    pub name: String,
    /// Its circumstances.
    pub info: Option<RunInfo>,
    /// Its settings.
    pub settings: Settings,
    /// What the data are.
    pub data: Option<Summary>,
    /// The search, epoch by epoch.
    pub search: Vec<SearchRecord>,
    /// The random search, epoch by epoch.
    pub random: Vec<RandomWsRecord>,
    /// What the search came to.
    pub found: Option<SearchSummary>,
    /// The training, epoch by epoch.
    pub train: Vec<TrainRecord>,
    /// What the calibration did.
    pub calibration: Option<Calibration>,
    /// The network.
    pub model: Option<Model>,
    /// The figures on the test images.
    pub metrics: Option<Metrics>,
    /// The same with scores and labels, where they were kept.
    pub evaluation: Option<Evaluation>,
}

/// How far a run got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Nothing but settings.
    Begun,
    /// A search that goes on or was cut short: epochs done and planned.
    Searching(usize, usize),
    /// A search that is over, and nothing after it.
    Searched,
    /// A training that goes on or was cut short: epochs done and planned.
    Training(usize, usize),
    /// A training that is over, and nothing after it.
    Trained,
    /// Evaluated on the test images.
    Tested,
}

impl Run {
    /// Reads a run folder.
    ///
    /// # Errors
    /// If a file is damaged. One that is not there is not missed.
    pub fn read(folder: &RunFolder) -> Result<Self, ReportError> {
        let (info, settings) = folder.config()?;
        let has_model = folder.path().join(names::MODEL).is_file();
        Ok(Self {
            name: name(folder),
            info,
            settings,
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

    /// How far it got.
    pub fn progress(&self) -> Progress {
        if self.metrics.is_some() {
            return Progress::Tested;
        }
        if let Some(last) = self.train.last() {
            return match self.model {
                Some(_) => Progress::Trained,
                None => Progress::Training(self.train.len(), last.epochs),
            };
        }
        if self.found.is_some() {
            return Progress::Searched;
        }
        let searched = self.search.last().map(|last| (self.search.len(), last.epochs));
        let drawn = self.random.last().map(|last| (self.random.len(), last.epochs));
        searched.or(drawn).map_or(Progress::Begun, |(done, planned)| Progress::Searching(done, planned))
    }

    /// Name of the data set, as far as it is known.
    pub fn dataset(&self) -> &str {
        let recorded = self.info.as_ref().map(|info| &*info.dataset);
        recorded.or(self.data.as_ref().map(|data| &*data.info.name)).unwrap_or("unknown data")
    }

    /// What found its architecture, or what that is.
    pub fn method(&self) -> String {
        match self.settings.train.architecture {
            Architecture::Resnet18 => "resnet18".into(),
            Architecture::Genotype if !self.random.is_empty() => "random-ws".into(),
            Architecture::Genotype if self.search.is_empty() && self.found.is_none() => "genotype".into(),
            Architecture::Genotype => self.settings.search.method.to_string(),
        }
    }

    /// The epoch, from 1, whose weights were kept.
    pub fn kept(&self) -> Option<usize> {
        self.train.iter().rposition(|record| record.selected).map(|epoch| epoch + 1)
    }
}

fn name(folder: &RunFolder) -> String {
    let path = folder.path().canonicalize().unwrap_or_else(|_| folder.path().to_owned());
    path.file_name().map_or_else(|| "run".into(), |name| name.to_string_lossy().into_owned())
}
