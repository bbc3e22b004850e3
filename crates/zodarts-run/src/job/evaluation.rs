//! Evaluations of a run, the only code that reads its test images.

use super::Job;
use crate::error::Error;
use crate::folder::{RunError, RunFolder, Split, names};
use crate::settings::{Architecture, Settings};
use std::path::{Path, PathBuf};
use zodarts_data::{Dataset, DatasetInfo, Samples};
use zodarts_nas::evaluate::{Bootstrap, Flagged, Labels, Metrics, Scores, evaluate, predictions};
use zodarts_nas::model::{BatchScorer, Model};
use zodarts_nas::profile::{Novelty, Profile};
use zodarts_nas::protocol::Protocol;
use zodarts_nas::train::batch_size;

/// Reports whether a data set is the one a model was trained on.
pub fn is_same_data(model: &Model, dataset: &Dataset) -> bool {
    difference(&model.card.dataset, &dataset.info).is_none()
}

/// Returns the property in which two data sets differ.
fn difference(own: &DatasetInfo, other: &DatasetInfo) -> Option<&'static str> {
    let properties = [
        (own.channels != other.channels, "the number of channels"),
        (own.classes != other.classes, "the list of classes"),
        (own.task != other.task, "the task"),
        (own.fingerprint != other.fingerprint, "the fingerprint of images, labels and splits"),
    ];
    properties.into_iter().find(|(differs, _)| *differs).map(|(_, property)| property)
}

/// Refuses a data set that is not the one a model was trained on.
///
/// # Errors
/// Returns [`Error::OtherData`] with what differs.
pub fn check_same_data(run: &Path, model: &Model, dataset: &Dataset) -> Result<(), Error> {
    let (own, other) = (&model.card.dataset, &dataset.info);
    let Some(difference) = difference(own, other) else { return Ok(()) };
    let (run, expected, found) = (run.display().to_string(), own.name.clone(), other.name.clone());
    Err(Error::OtherData { run, expected, found, difference })
}

/// Evaluates a run's model on a split under protocol `official`, and keeps metrics and predictions.
///
/// # Errors
/// Returns an error if the data set is not the run's, or a file cannot be read or written.
pub fn evaluate_run(
    folder: &RunFolder,
    model: &Model,
    dataset: &Dataset,
    split: Split,
) -> Result<Metrics, Error> {
    let (_, settings) = folder.config()?;
    Evaluator { folder, settings: &settings, dataset, model }.official(split)
}

impl Job<'_> {
    /// Evaluates the job's model on a split under protocol `official`. In a folder that resumes, a reading
    /// whose metrics are there is completed and not made again.
    ///
    /// # Errors
    /// Returns an error if the data set is not the run's, or a file cannot be read or written.
    pub fn evaluate(&self, model: &Model, split: Split) -> Result<Metrics, Error> {
        let kept = self.folder.metrics(split.name())?.filter(|_| self.folder.resumes());
        let Some(metrics) = kept else { return self.evaluator(model).official(split) };
        check_same_data(self.folder.path(), model, self.dataset)?;
        let samples = reopened(self.dataset, split);
        self.folder.write_predictions(split, &model.scores(&samples)?, &Labels::of(&samples)?)?;
        Ok(metrics)
    }

    /// Evaluates the job's model on the test split under protocol `paper`, whose training read the test split
    /// in every epoch.
    ///
    /// # Errors
    /// Returns an error if the data set is not the run's, or a file cannot be read or written.
    pub fn evaluate_as_paper(&self, model: &Model) -> Result<Metrics, Error> {
        self.evaluator(model).paper()
    }

    fn evaluator<'e>(&'e self, model: &'e Model) -> Evaluator<'e> {
        Evaluator { folder: self.folder, settings: self.settings, dataset: self.dataset, model }
    }
}

/// A model of a run and the data to evaluate it on.
pub(super) struct Evaluator<'a> {
    pub folder: &'a RunFolder,
    pub settings: &'a Settings,
    pub dataset: &'a Dataset,
    pub model: &'a Model,
}

/// The scores of some images.
pub(super) struct Scored {
    pub protocol: Protocol,
    /// The name of the split.
    pub split: &'static str,
    /// The number of times that the test split has been read for the run.
    pub test_reads: usize,
    pub labels: Labels,
    pub scores: Scores,
    pub flagged: Option<Flagged>,
}

impl Evaluator<'_> {
    fn official(&self, split: Split) -> Result<Metrics, Error> {
        check_same_data(self.folder.path(), self.model, self.dataset)?;
        // The seal goes on counting where the run's folder stopped.
        let reads = self.folder.metrics("test")?.map_or(0, |metrics| metrics.test_reads);
        let seal = self.dataset.test.for_run(reads);
        let samples = if split == Split::Test { seal.unseal() } else { reopened(self.dataset, split) };
        let profile = Profile::load(self.folder.path(), &self.model.network)?;
        let (scores, flagged) = match &profile {
            Some(profile) => observe(profile, self.model, &samples)?,
            None => (self.model.scores(&samples)?, None),
        };
        let (protocol, labels) = (Protocol::Official, Labels::of(&samples)?);
        let test_reads = seal.times_unsealed();
        self.keep(split, &Scored { protocol, split: split.name(), test_reads, labels, scores, flagged })
    }

    fn paper(&self) -> Result<Metrics, Error> {
        check_same_data(self.folder.path(), self.model, self.dataset)?;
        let trained = self.dataset.train.len() + self.dataset.val.len();
        let batch_size = batch_size(&self.dataset.info, trained, &self.settings.train);
        // Each epoch of the training was validated on the test images.
        let epochs = self.folder.history(names::TRAIN_RECORDS)?.map_or(0, |history| history.epochs);
        let seal = self.dataset.test.for_run(epochs);
        let samples = seal.unseal();
        let mut scorer = BatchScorer::new(&self.model.card, batch_size)?;
        let scores = scorer.score(&self.model.weights, &samples)?.scores;
        let (protocol, labels) = (Protocol::Paper, Labels::of(&samples)?);
        let (split, test_reads) = (Split::Test, seal.times_unsealed());
        self.keep(split, &Scored { protocol, split: split.name(), test_reads, labels, scores, flagged: None })
    }

    /// Computes the metrics of a split's scores, and keeps both.
    fn keep(&self, split: Split, scored: &Scored) -> Result<Metrics, Error> {
        let metrics = self.metrics(scored)?;
        // Metrics first: no prediction is left behind of a reading that was not counted.
        self.folder.write_metrics(&metrics)?;
        self.folder.write_predictions(split, &scored.scores, &scored.labels)?;
        Ok(metrics)
    }

    /// Computes the metrics of scores.
    pub fn metrics(&self, scored: &Scored) -> Result<Metrics, Error> {
        let Scored { protocol, split, test_reads, ref labels, ref scores, flagged } = *scored;
        let Self { folder, settings, model, .. } = *self;
        let info = &self.dataset.info;
        let bootstrap = Bootstrap { seed: settings.seed, ..Bootstrap::default() };
        let sets = model
            .card
            .sets
            .as_ref()
            .map(|sets| sets.on(scores, labels, info.task, &info.classes, |scores| model.decide(scores)));
        let thresholds = model.card.label_thresholds.as_ref();
        let at_labels = thresholds.map(|found| found.on(scores, labels, &info.classes, &bootstrap));
        let report = evaluate(scores, labels, info.task, &info.classes, &bootstrap)?;
        let cost = model.cost();
        let searched = folder.history(names::SEARCH_RECORDS)?;
        let trained = folder.history(names::TRAIN_RECORDS)?;
        Ok(Metrics {
            protocol,
            dataset: info.name.clone(),
            fingerprint: info.fingerprint.clone(),
            split: split.into(),
            test_reads,
            slices: info.slices,
            report,
            at_threshold: model.card.threshold.map(|threshold| threshold.on(scores, labels, &info.classes)),
            at_label_thresholds: at_labels.transpose()?,
            sets: sets.transpose()?,
            flagged,
            architecture: architecture(model).into(),
            genotype: model.card.genotype,
            params: cost.params,
            macs: cost.macs,
            method: searched.map(|_| settings.method.name().into()),
            seed: settings.seed,
            bootstrap_replicates: bootstrap.replicates,
            search_seconds: searched.map(|history| history.seconds),
            search_epochs: searched.map(|history| history.epochs),
            train_seconds: trained.map(|history| history.seconds),
            train_epochs: trained.map(|history| history.epochs),
            selected_epoch: trained.and_then(|history| history.selected),
            version: env!("CARGO_PKG_VERSION").into(),
        })
    }
}

/// Returns the scores of images, and how many are unlike the development images.
pub(super) fn observe(
    profile: &Profile,
    model: &Model,
    samples: &Samples,
) -> Result<(Scores, Option<Flagged>), Error> {
    let (scores, novelties) = profile.observe(model, samples)?;
    Ok((scores, Flagged::count(novelties.into_iter().map(Novelty::is_flagged))))
}

/// Copies a split's predictions into `directory` under the name from which `MedMNIST`'s Evaluator reads them.
/// Returns the copy's path.
///
/// # Errors
/// Returns an error if the predictions cannot be read, or the copy cannot be written.
pub fn export_predictions(
    folder: &RunFolder,
    metrics: &Metrics,
    info: &DatasetInfo,
    directory: &Path,
) -> Result<PathBuf, Error> {
    let split = Split::ALL.into_iter().find(|split| split.name() == metrics.split).unwrap_or(Split::Test);
    let scores = predictions::load(&folder.predictions_path(split))?;
    let run = folder.path().file_name().map_or_else(|| "run".into(), |name| name.to_string_lossy());
    let (auc, acc) = (metrics.report.auc, metrics.report.acc);
    let name = predictions::file_name(&info.name, &info.size_flag, &metrics.split, auc, acc, &run);
    let path = directory.join(name);
    predictions::save(&scores, &path)?;
    Ok(path)
}

/// Returns the images of a split that a run was evaluated on: that reading is counted already.
///
/// # Errors
/// Returns an error if there was no such evaluation, or it was of other data.
pub fn evaluated_images(folder: &RunFolder, dataset: &Dataset, split: Split) -> Result<Samples, Error> {
    let path = folder.path();
    let not_evaluated =
        || RunError::NotARun { path: path.into(), missing: "metrics.json", command: "evaluate" };
    let metrics = folder.metrics(split.name())?.ok_or_else(not_evaluated)?;
    if metrics.fingerprint != dataset.info.fingerprint {
        return Err(Error::OtherData {
            run: path.display().to_string(),
            expected: metrics.dataset,
            found: dataset.info.name.clone(),
            difference: "the fingerprint of images, labels and splits",
        });
    }
    Ok(reopened(dataset, split))
}

/// Returns the images of a split without counting a read of the test split.
fn reopened(dataset: &Dataset, split: Split) -> Samples {
    match split {
        Split::Train => dataset.train.clone(),
        Split::Val => dataset.val.clone(),
        Split::Test => dataset.test.reopen(),
    }
}

fn architecture(model: &Model) -> &'static str {
    match model.card.architecture {
        Architecture::Genotype => "genotype",
        Architecture::Resnet18 => "resnet18",
    }
}
