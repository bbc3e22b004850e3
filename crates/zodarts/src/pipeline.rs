//! Whole jobs: from data to a run folder.

use crate::budget::Deadline;
use crate::error::Error;
use crate::evaluate::{AtThreshold, Bootstrap, Labels, Scores, Threshold, evaluate, predictions};
use crate::genotype::Genotype;
use crate::memory::Memory;
use crate::model::{BatchScorer, Calibration, Model};
use crate::observer::{Event, Observer};
use crate::protocol::Protocol;
use crate::run::{Metrics, RunFolder, RunInfo};
use crate::search::{RandomWsOutcome, SearchInput, SearchOutcome, SearchSummary, random_search, search};
use crate::settings::{Architecture, Settings};
use crate::train::{TrainInput, TrainOutcome, batch_size, train};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use zodarts_data::{DataSource, Dataset, DatasetInfo, Samples, Task};
use zodarts_kernels::Kernels;

/// Share of a time limit by which the search must be done.
const SEARCH_SHARE: f64 = 0.35;
/// Share of a time limit by which training must be done; the rest is for the evaluation.
const TRAIN_SHARE: f64 = 0.95;

/// A job's data, settings and place.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// The data set.
    pub dataset: &'a Dataset,
    /// The data as the user named them.
    pub data: &'a str,
    /// The settings, already validated.
    pub settings: &'a Settings,
    /// The run folder.
    pub folder: &'a RunFolder,
    /// How its number comes about.
    pub protocol: Protocol,
    /// Time limit of the whole job.
    pub limit: Option<Duration>,
    /// When the job began.
    pub start: Instant,
}

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
    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Split::Train => "train",
            Split::Val => "val",
            Split::Test => "test",
        }
    }
}

impl Job<'_> {
    /// Writes `config.toml`: the first file of a run.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn begin(&self) -> Result<(), Error> {
        let info = &self.dataset.info;
        let run = RunInfo {
            version: env!("CARGO_PKG_VERSION").into(),
            data: lasting(self.data),
            dataset: info.name.clone(),
            fingerprint: info.fingerprint.clone(),
            threads: rayon::current_num_threads(),
            kernels: Some(Kernels::<f32>::detect().name().into()),
        };
        Ok(self.folder.write_config(run, &lasting_settings(self.settings))?)
    }

    /// Searches an architecture and keeps it.
    ///
    /// # Errors
    /// See [`search`].
    pub fn search(&self, share: Option<f64>, observer: &mut dyn Observer) -> Result<SearchOutcome, Error> {
        let development = self.dataset.train.merged(&self.dataset.val);
        let outcome = search(self.search_input(&development, share), observer)?;
        self.keep_found(&SearchSummary::from(&outcome))?;
        Ok(outcome)
    }

    /// Searches an architecture at random with shared weights and keeps it.
    ///
    /// # Errors
    /// See [`random_search`].
    pub fn random_search(&self, observer: &mut dyn Observer) -> Result<RandomWsOutcome, Error> {
        let development = self.dataset.train.merged(&self.dataset.val);
        let outcome = random_search(self.search_input(&development, None), observer)?;
        self.folder.write_record("random-ws.json", &outcome.sample)?;
        self.keep_found(&SearchSummary::from(&outcome))?;
        Ok(outcome)
    }

    fn search_input<'i>(&'i self, development: &'i Samples, share: Option<f64>) -> SearchInput<'i> {
        SearchInput {
            info: &self.dataset.info,
            development,
            settings: &self.settings.search,
            seed: self.settings.seed,
            deadline: Deadline::share(self.start, self.limit, share.unwrap_or(TRAIN_SHARE)),
            memory: Memory::available(),
            folder: Some(self.folder),
        }
    }

    /// Keeps what a search found, the summary last: it says that the search is over.
    pub(crate) fn keep_found(&self, summary: &SearchSummary) -> Result<(), Error> {
        self.folder.write_genotype(&summary.genotype)?;
        Ok(self.folder.write_record(SearchSummary::FILE, summary)?)
    }

    /// Trains the network of a genotype (or `ResNet-18`) and keeps it.
    ///
    /// # Errors
    /// See [`train`].
    pub fn train(
        &self,
        genotype: Option<Genotype>,
        observer: &mut dyn Observer,
    ) -> Result<TrainOutcome, Error> {
        let outcome = self.trained(genotype, Some(self.folder), observer)?;
        outcome.model.save(self.folder.path())?;
        Ok(outcome)
    }

    /// Calibrates a trained network on the validation images and gives it a threshold, as far as the settings ask for it, and keeps
    /// it. Under protocol `paper` there are no images left for that.
    ///
    /// # Errors
    /// If there is no validation image, no threshold can be chosen (see [`positive_class`]), or a file cannot be written.
    pub fn prepare(&self, model: &mut Model) -> Result<Prepared, Error> {
        let wanted = &self.settings.predict;
        if self.protocol == Protocol::Paper || !wanted.calibrate && wanted.sensitivity.is_none() {
            return Ok(Prepared::default());
        }
        let calibration = wanted.calibrate.then(|| model.calibrate(&self.dataset.val)).transpose()?;
        let threshold = wanted.sensitivity.map(|wanted| self.choose_threshold(model, wanted)).transpose()?;
        if let Some(calibration) = &calibration {
            self.folder.write_record("calibration.json", calibration)?;
        }
        model.save(self.folder.path())?;
        Ok(Prepared { calibration, threshold })
    }

    fn choose_threshold(&self, model: &mut Model, wanted: f64) -> Result<AtThreshold, Error> {
        let info = &self.dataset.info;
        let class = positive_class(info, self.settings)?;
        let (scores, labels) = (model.scores(&self.dataset.val)?, Labels::of(&self.dataset.val)?);
        let threshold = Threshold::for_sensitivity(&scores, &labels, class, wanted)
            .ok_or_else(|| no_threshold(info, "there is no validation image of the class"))?;
        model.card.threshold = Some(threshold);
        Ok(threshold.on(&scores, &labels))
    }

    /// Trains the network of a genotype as [`Job::train`] does and keeps nothing of it.
    ///
    /// # Errors
    /// See [`train`].
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
            settings: &self.settings.train,
            seed: self.settings.seed,
            deadline: Deadline::share(self.start, self.limit, TRAIN_SHARE),
            memory: Memory::available(),
            folder,
        };
        train(input, observer)
    }

    /// Search, training and the one look at the test images.
    ///
    /// # Errors
    /// See [`search`], [`train`] and [`evaluate_run`].
    pub fn fit(&self, observer: &mut dyn Observer) -> Result<Fit, Error> {
        self.begin()?;
        let search = match self.settings.train.architecture {
            Architecture::Resnet18 => None,
            Architecture::Genotype => Some(self.search(Some(SEARCH_SHARE), observer)?),
        };
        let mut train = self.train(search.as_ref().map(|outcome| outcome.genotype), observer)?;
        let prepared = self.prepare(&mut train.model)?;
        let metrics = evaluate_run(self.folder, &train.model, self.dataset, Split::Test)?;
        observer.event(Event::Evaluated(&metrics));
        Ok(Fit { search, train, prepared, metrics })
    }
}

/// The class that must not be missed, by the settings.
///
/// # Errors
/// If the data have no two classes, or no class of that name.
pub fn positive_class(info: &DatasetInfo, settings: &Settings) -> Result<usize, Error> {
    if info.task != Task::BinaryClass {
        return Err(no_threshold(info, "it takes two classes"));
    }
    match &settings.predict.positive {
        None => Ok(1),
        Some(name) => info.classes.iter().position(|class| class == name).ok_or_else(|| {
            no_threshold(info, &format!("`predict.positive` is {name:?}, expected one of {:?}", info.classes))
        }),
    }
}

fn no_threshold(info: &DatasetInfo, reason: &str) -> Error {
    Error::NoThreshold { dataset: info.name.clone(), reason: reason.into() }
}

/// The data as named, with a path made absolute: a run can be evaluated from any folder.
fn lasting(data: &str) -> String {
    match DataSource::parse(data) {
        Ok(DataSource::Npz(path) | DataSource::Folder(path)) => {
            std::path::absolute(path).map_or_else(|_| data.into(), |path| path.display().to_string())
        }
        _ => data.into(),
    }
}

/// The settings with a path made absolute.
pub(crate) fn lasting_settings(settings: &Settings) -> Settings {
    let mut settings = settings.clone();
    let number = |val: &str| val.parse::<f64>().is_ok();
    settings.data.val = settings.data.val.map(|val| if number(&val) { val } else { lasting(&val) });
    settings
}

/// What [`Job::prepare`] did.
#[derive(Clone, Copy, Debug, Default)]
pub struct Prepared {
    /// What the calibration did; none if there was none.
    pub calibration: Option<Calibration>,
    /// What the threshold does on the validation images; none if there is none.
    pub threshold: Option<AtThreshold>,
}

/// What [`Job::fit`] did.
#[derive(Clone, Debug)]
pub struct Fit {
    /// The search; none for `ResNet-18`.
    pub search: Option<SearchOutcome>,
    /// The training.
    pub train: TrainOutcome,
    /// How it was prepared to predict.
    pub prepared: Prepared,
    /// The evaluation on the test split.
    pub metrics: Metrics,
}

/// Refuses a data set that is not the one a model was trained on.
///
/// # Errors
/// [`Error::OtherData`] with what differs.
pub fn check_same_data(run: &Path, model: &Model, dataset: &Dataset) -> Result<(), Error> {
    let (own, other) = (&model.card.dataset, &dataset.info);
    let difference = if own.channels != other.channels {
        "the number of channels"
    } else if own.classes != other.classes {
        "the list of classes"
    } else if own.task != other.task {
        "the task"
    } else if own.fingerprint != other.fingerprint {
        "the fingerprint of images, labels and splits"
    } else {
        return Ok(());
    };
    let (run, expected, found) = (run.display().to_string(), own.name.clone(), other.name.clone());
    Err(Error::OtherData { run, expected, found, difference })
}

/// Evaluates a run's model on a split under protocol `official` and keeps metrics and predictions.
///
/// The test images are unsealed here, under protocol `paper` in [`Job::train`] and [`evaluate_as_paper`], and nowhere else; how
/// often that was done for a run is part of its metrics.
///
/// # Errors
/// If the data set is not the run's, or a file cannot be written.
pub fn evaluate_run(
    folder: &RunFolder,
    model: &Model,
    dataset: &Dataset,
    split: Split,
) -> Result<Metrics, Error> {
    check_same_data(folder.path(), model, dataset)?;
    let reads = folder.metrics("test")?.map_or(0, |metrics| metrics.test_reads);
    let reads = reads.saturating_add(usize::from(split == Split::Test));
    let samples = open(dataset, split);
    let scores = model.scores(&samples)?;
    keep(folder, (model, dataset), Scoring { protocol: Protocol::Official, split, reads, samples, scores })
}

/// Evaluates a run's model on the test split under protocol `paper`, and keeps metrics and predictions. The test split was
/// read in every epoch of the training already.
///
/// # Errors
/// If the data set is not the run's, or a file cannot be written.
pub fn evaluate_as_paper(folder: &RunFolder, model: &Model, dataset: &Dataset) -> Result<Metrics, Error> {
    check_same_data(folder.path(), model, dataset)?;
    let (_, settings) = folder.config()?;
    let trained = dataset.train.len() + dataset.val.len();
    let batch_size = batch_size(&dataset.info, trained, &settings.train);
    let samples = dataset.test.unseal();
    let scores = BatchScorer::new(&model.card, batch_size)?.score(&model.weights, &samples)?.scores;
    let reads = folder.history("train.jsonl")?.map_or(0, |history| history.epochs) + 1;
    keep(
        folder,
        (model, dataset),
        Scoring { protocol: Protocol::Paper, split: Split::Test, reads, samples, scores },
    )
}

/// Scores of a split, and how they came about.
struct Scoring {
    protocol: Protocol,
    split: Split,
    /// How often the test split has been read for the run.
    reads: usize,
    samples: Samples,
    scores: Scores,
}

/// Works out the metrics of scores, and keeps both.
fn keep(
    folder: &RunFolder,
    (model, dataset): (&Model, &Dataset),
    scoring: Scoring,
) -> Result<Metrics, Error> {
    let Scoring { protocol, split, reads, samples, scores } = scoring;
    let (_, settings) = folder.config()?;
    let info = &dataset.info;
    let bootstrap = Bootstrap { seed: settings.seed, ..Bootstrap::default() };
    let labels = Labels::of(&samples)?;
    let report = evaluate(&scores, &labels, info.task, &info.classes, &bootstrap)?;
    let cost = model.cost();
    let (searched, trained) = (folder.history("search.jsonl")?, folder.history("train.jsonl")?);
    let metrics = Metrics {
        protocol,
        dataset: info.name.clone(),
        fingerprint: info.fingerprint.clone(),
        split: split.name().into(),
        test_reads: reads,
        report,
        at_threshold: model.card.threshold.map(|threshold| threshold.on(&scores, &labels)),
        architecture: architecture(model).into(),
        genotype: model.card.genotype,
        params: cost.params,
        macs: cost.macs,
        method: searched.map(|_| settings.search.method.to_string()),
        seed: settings.seed,
        bootstrap_replicates: bootstrap.replicates,
        search_seconds: searched.map(|history| history.seconds),
        search_epochs: searched.map(|history| history.epochs),
        train_seconds: trained.map(|history| history.seconds),
        train_epochs: trained.map(|history| history.epochs),
        selected_epoch: trained.and_then(|history| history.selected),
        version: env!("CARGO_PKG_VERSION").into(),
    };
    // Metrics first: no prediction is left behind of a reading that was not counted.
    folder.write_metrics(&metrics)?;
    predictions::save(&scores, &predictions_file(folder, split.name()))?;
    Ok(metrics)
}

/// Copies a split's predictions into `directory` under the name that `MedMNIST`'s Evaluator reads its scores
/// from; returns the file.
///
/// # Errors
/// If the predictions cannot be read, or the copy not written.
pub fn export_predictions(
    folder: &RunFolder,
    metrics: &Metrics,
    info: &DatasetInfo,
    directory: &Path,
) -> Result<PathBuf, Error> {
    let scores = predictions::load(&predictions_file(folder, &metrics.split))?;
    let run = folder.path().file_name().map_or_else(|| "run".into(), |name| name.to_string_lossy());
    let (auc, acc) = (metrics.report.auc, metrics.report.acc);
    let name = predictions::file_name(&info.name, &info.size_flag, &metrics.split, auc, acc, &run);
    let path = directory.join(name);
    predictions::save(&scores, &path)?;
    Ok(path)
}

fn predictions_file(folder: &RunFolder, split: &str) -> PathBuf {
    let name = if split == "test" { "predictions.csv".into() } else { format!("predictions-{split}.csv") };
    folder.path().join(name)
}

fn open(dataset: &Dataset, split: Split) -> Samples {
    match split {
        Split::Train => dataset.train.clone(),
        Split::Val => dataset.val.clone(),
        Split::Test => dataset.test.unseal(),
    }
}

fn architecture(model: &Model) -> &'static str {
    match model.card.architecture {
        Architecture::Genotype => "genotype",
        Architecture::Resnet18 => "resnet18",
    }
}
