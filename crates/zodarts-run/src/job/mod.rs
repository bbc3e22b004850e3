//! Whole jobs: from data to a run folder.

mod absolute_paths;
mod difference;
mod evaluation;
mod external;
mod guarded;
mod open;
mod place;
mod prepare;
mod request;

pub use difference::other_run;
pub use evaluation::{check_same_data, evaluate_run, evaluated_images, export_predictions, is_same_data};
pub use external::evaluate_external;
pub use open::{DataAccess, open_data, open_options};
pub use place::Resume;
pub use prepare::Prepared;
pub use request::{Place, RunRequest, check_search, check_searched_data, check_training};

use crate::error::Error;
use crate::folder::{Goal, RunFolder, RunInfo, Split, names};
use crate::settings::{Architecture, Checked, Settings};
use absolute_paths::{absolute_data, absolute_settings};
use std::time::{Duration, Instant};
use zodarts_data::{Dataset, Samples, Summary};
use zodarts_kernels::Kernels;
use zodarts_nas::evaluate::Metrics;
use zodarts_nas::genotype::Genotype;
use zodarts_nas::memory::Memory;
use zodarts_nas::observer::{Event, Observer};
use zodarts_nas::protocol::Protocol;
use zodarts_nas::search::{
    RandomWsOutcome, SearchInput, SearchOutcome, SearchSummary, random_search, search,
};
use zodarts_nas::stage::Deadline;
use zodarts_nas::stage::store::Store;
use zodarts_nas::train::{TrainInput, TrainOutcome, train};

/// Share of a time limit by which the search must be done.
const SEARCH_SHARE: f64 = 0.35;
/// Share of a time limit by which training must be done; the rest is for the evaluation.
const TRAIN_SHARE: f64 = 0.95;

/// The data, settings and folder of a job.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Job<'a> {
    /// The data set.
    pub dataset: &'a Dataset,
    /// The data as the user named them.
    pub data: &'a str,
    /// The settings.
    pub settings: &'a Checked<Settings>,
    /// The run folder.
    pub folder: &'a RunFolder,
    /// The protocol of its training and evaluation.
    pub protocol: Protocol,
    /// Time limit of the whole job.
    pub limit: Option<Duration>,
    /// The time from which the limit counts.
    pub start: Instant,
    /// The memory that its networks may use.
    pub memory: Memory,
}

impl<'a> Job<'a> {
    /// Returns a job under the official protocol, without a time limit, with the memory that is available
    /// now.
    pub fn new(
        dataset: &'a Dataset,
        data: &'a str,
        settings: &'a Checked<Settings>,
        folder: &'a RunFolder,
    ) -> Self {
        Self::within(Memory::available(), (dataset, data), settings, folder)
    }

    /// Returns such a job with this memory.
    fn within(
        memory: Memory,
        (dataset, data): (&'a Dataset, &'a str),
        settings: &'a Checked<Settings>,
        folder: &'a RunFolder,
    ) -> Self {
        let (protocol, limit, start) = (Protocol::Official, None, Instant::now());
        Self { dataset, data, settings, folder, protocol, limit, start, memory }
    }

    /// Trains and evaluates under this protocol.
    #[must_use]
    pub fn with_protocol(self, protocol: Protocol) -> Self {
        Self { protocol, ..self }
    }

    /// Limits the time of the whole job, which counts from `start`.
    #[must_use]
    pub fn with_limit(self, limit: Option<Duration>, start: Instant) -> Self {
        Self { limit, start, ..self }
    }

    /// Writes `config.toml`, the first file of a run. A run that resumes has it already.
    ///
    /// # Errors
    /// Returns an error if it cannot be written.
    pub fn begin(&self, goal: Goal) -> Result<(), Error> {
        if self.folder.resumes() {
            return Ok(());
        }
        let info = &self.dataset.info;
        let run = RunInfo {
            format: RunInfo::FORMAT,
            version: env!("CARGO_PKG_VERSION").into(),
            command: Some(goal.name().into()),
            data: absolute_data(self.data),
            dataset: info.name.clone(),
            fingerprint: info.fingerprint.clone(),
            threads: rayon::current_num_threads(),
            kernels: Some(Kernels::<f32>::detect().name().into()),
        };
        Ok(self.folder.write_config(run, &absolute_settings(self.settings))?)
    }

    /// Describes the data and writes the description to `data.json`.
    ///
    /// # Errors
    /// Returns an error if it cannot be written.
    pub fn describe(&self) -> Result<Summary, Error> {
        let summary = self.dataset.summary();
        self.folder.write_record(names::DATA, &summary)?;
        Ok(summary)
    }

    /// Searches for an architecture as a run of its own.
    ///
    /// # Errors
    /// Returns the errors of [`search`].
    pub fn run_search(&self, observer: &mut dyn Observer) -> Result<SearchOutcome, Error> {
        self.begin(Goal::Search)?;
        self.describe()?;
        self.search(None, observer)
    }

    /// Trains the network of a genotype (or `ResNet-18`) as a run of its own, and prepares it to predict.
    ///
    /// # Errors
    /// Returns the errors of [`train`] and [`Job::prepare`].
    pub fn run_training(
        &self,
        genotype: Option<Genotype>,
        observer: &mut dyn Observer,
    ) -> Result<(TrainOutcome, Prepared), Error> {
        self.begin(Goal::Train)?;
        self.describe()?;
        self.note_labels(observer);
        if let Some(genotype) = &genotype {
            self.folder.write_genotype(genotype)?;
        }
        let mut outcome = self.train(genotype, observer)?;
        let prepared = self.prepare(&mut outcome.model)?;
        Ok((outcome, prepared))
    }

    /// Searches for an architecture and writes it to the folder.
    ///
    /// # Errors
    /// Returns the errors of [`search`].
    pub fn search(&self, share: Option<f64>, observer: &mut dyn Observer) -> Result<SearchOutcome, Error> {
        let development = self.dataset.train.merged(&self.dataset.val);
        let outcome = search(self.search_input(&development, share), observer)?;
        self.keep_found(&SearchSummary::from(&outcome))?;
        Ok(outcome)
    }

    /// Runs a random search with shared weights and writes the architecture to the folder.
    ///
    /// # Errors
    /// Returns the errors of [`random_search`].
    pub fn random_search(&self, observer: &mut dyn Observer) -> Result<RandomWsOutcome, Error> {
        let development = self.dataset.train.merged(&self.dataset.val);
        let outcome = random_search(self.search_input(&development, None), observer)?;
        self.folder.write_record(names::RANDOM_WS_SAMPLE, &outcome.sample)?;
        self.keep_found(&SearchSummary::from(&outcome))?;
        Ok(outcome)
    }

    fn search_input<'i>(&'i self, development: &'i Samples, share: Option<f64>) -> SearchInput<'i> {
        SearchInput {
            info: &self.dataset.info,
            development,
            settings: self.settings.part(|settings| &settings.search),
            method: self.settings.part(|settings| &*settings.method),
            mixing: None,
            seed: self.settings.seed,
            deadline: Deadline::share(self.start, self.limit, share.unwrap_or(TRAIN_SHARE)),
            memory: self.memory,
            store: Some(self.folder),
        }
    }

    /// Writes the result of a search. The summary is written last: it marks the search as over.
    ///
    /// # Errors
    /// Returns an error if a file cannot be written.
    pub fn keep_found(&self, summary: &SearchSummary) -> Result<(), Error> {
        self.folder.write_genotype(&summary.genotype)?;
        Ok(self.folder.write_record(SearchSummary::FILE, summary)?)
    }

    /// Trains the network of a genotype (or `ResNet-18`) and writes it to the folder.
    ///
    /// # Errors
    /// Returns the errors of [`train`].
    pub fn train(
        &self,
        genotype: Option<Genotype>,
        observer: &mut dyn Observer,
    ) -> Result<TrainOutcome, Error> {
        let outcome = self.trained(genotype, Some(self.folder), observer)?;
        outcome.model.save(self.folder.path())?;
        Ok(outcome)
    }

    /// Trains the network of a genotype as [`Job::train`] does, but writes nothing.
    ///
    /// # Errors
    /// Returns the errors of [`train`].
    pub fn try_out(&self, genotype: Genotype, observer: &mut dyn Observer) -> Result<TrainOutcome, Error> {
        self.trained(Some(genotype), None, observer)
    }

    fn trained(
        &self,
        genotype: Option<Genotype>,
        folder: Option<&RunFolder>,
        observer: &mut dyn Observer,
    ) -> Result<TrainOutcome, Error> {
        let (train_images, judged) = match self.protocol {
            Protocol::Official => (self.dataset.train.clone(), self.dataset.val.clone()),
            Protocol::Paper => (self.dataset.train.merged(&self.dataset.val), self.dataset.test.unseal()),
        };
        let input = TrainInput {
            info: &self.dataset.info,
            train: &train_images,
            val: &judged,
            protocol: self.protocol,
            genotype,
            settings: self.settings.part(|settings| &settings.train),
            seed: self.settings.seed,
            deadline: Deadline::share(self.start, self.limit, TRAIN_SHARE),
            memory: self.memory,
            store: folder.map(|folder| folder as &dyn Store),
        };
        Ok(train(input, observer)?)
    }

    /// Searches, trains and evaluates once on the test images. In a folder that resumes, finished parts are
    /// not repeated.
    ///
    /// # Errors
    /// Returns the errors of [`search`], [`train`] and [`evaluate_run`].
    pub fn fit(&self, observer: &mut dyn Observer) -> Result<Fit, Error> {
        self.begin(Goal::Fit)?;
        let data = self.describe()?;
        if !data.findings.is_empty() {
            let found = data.findings.join("; ");
            observer.event(Event::Note(format!("{found}; `zodarts data check` names the images")));
        }
        self.note_labels(observer);
        let search = match self.settings.train.architecture {
            Architecture::Resnet18 => None,
            Architecture::Genotype => Some(self.found(observer)?),
        };
        let mut train = self.train(search.map(|found| found.genotype), observer)?;
        let prepared = self.prepare(&mut train.model)?;
        let metrics = self.evaluate(&train.model, Split::Test)?;
        observer.event(Event::Evaluated(&metrics));
        Ok(Fit { data, search, train, prepared, metrics })
    }

    /// Names the labels that will have no threshold although a sensitivity is wanted.
    fn note_labels(&self, observer: &mut dyn Observer) {
        if let Some(note) = guarded::unguarded_labels(self.dataset, self.settings) {
            observer.event(Event::Note(note));
        }
    }

    /// Returns the result of the search: of one that is over, or else of one that runs now.
    fn found(&self, observer: &mut dyn Observer) -> Result<SearchSummary, Error> {
        let over = self.folder.record::<SearchSummary>(SearchSummary::FILE)?;
        match over.filter(|_| self.folder.resumes()) {
            Some(found) => Ok(found),
            None => Ok(SearchSummary::from(&self.search(Some(SEARCH_SHARE), observer)?)),
        }
    }
}

/// The result of [`Job::fit`].
#[derive(Clone, Debug)]
pub struct Fit {
    /// The description of the data.
    pub data: Summary,
    /// The search; `None` for `ResNet-18`.
    pub search: Option<SearchSummary>,
    /// The training.
    pub train: TrainOutcome,
    /// The preparation of the network to predict.
    pub prepared: Prepared,
    /// The evaluation on the test split.
    pub metrics: Metrics,
}
