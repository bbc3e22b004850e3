//! Evaluations: the only place where test images come out.

use crate::error::Error;
use crate::evaluate::{Bootstrap, Labels, Scores, evaluate, predictions, score, truth};
use crate::model::{BatchScorer, Model};
use crate::protocol::Protocol;
use crate::run::{Metrics, RunError, RunFolder};
use crate::settings::Architecture;
use crate::train::batch_size;
use std::path::{Path, PathBuf};
use zodarts_data::{Dataset, DatasetInfo, Samples};

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
/// The test images are unsealed here, under protocol `paper` in [`super::Job::train`] and [`evaluate_as_paper`], and nowhere else; how
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
    // The seal goes on counting where the run's folder stopped.
    let seal = dataset.test.for_run(folder.metrics("test")?.map_or(0, |metrics| metrics.test_reads));
    let samples = if split == Split::Test { seal.unseal() } else { reopened(dataset, split) };
    let scores = model.scores(&samples)?;
    keep(
        folder,
        (model, dataset),
        Scoring { protocol: Protocol::Official, split, reads: seal.times_unsealed(), samples, scores },
    )
}

/// As [`evaluate_run`], in a folder in which that may have been cut short: a reading whose figures are there is not made again, but
/// completed.
///
/// # Errors
/// As [`evaluate_run`].
pub fn finish_evaluation(
    folder: &RunFolder,
    model: &Model,
    dataset: &Dataset,
    split: Split,
) -> Result<Metrics, Error> {
    let Some(metrics) = folder.metrics(split.name())?.filter(|_| folder.resumes()) else {
        return evaluate_run(folder, model, dataset, split);
    };
    check_same_data(folder.path(), model, dataset)?;
    let samples = reopened(dataset, split);
    keep_tables(folder, split, &model.scores(&samples)?, &Labels::of(&samples)?)?;
    Ok(metrics)
}

/// Whether the evaluation of a split is all there.
///
/// # Errors
/// If its figures are damaged.
pub fn is_kept(folder: &RunFolder, split: &str) -> Result<bool, Error> {
    let tables = ["predictions", "truth"].map(|stem| table(folder, stem, split).is_file());
    Ok(tables == [true; 2] && folder.metrics(split)?.is_some())
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
    // Each epoch of the training was validated on the test images.
    let seal = dataset.test.for_run(folder.history("train.jsonl")?.map_or(0, |history| history.epochs));
    let samples = seal.unseal();
    let scores = BatchScorer::new(&model.card, batch_size)?.score(&model.weights, &samples)?.scores;
    keep(
        folder,
        (model, dataset),
        Scoring {
            protocol: Protocol::Paper,
            split: Split::Test,
            reads: seal.times_unsealed(),
            samples,
            scores,
        },
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
    keep_tables(folder, split, &scores, &labels)?;
    Ok(metrics)
}

fn keep_tables(folder: &RunFolder, split: Split, scores: &Scores, labels: &Labels) -> Result<(), Error> {
    truth::save(labels, &table(folder, "truth", split.name()))?;
    // The last file of an evaluation, see `kept_last`.
    Ok(predictions::save(scores, &table(folder, "predictions", split.name()))?)
}

/// Whether the file is there that an evaluation of a split ends with.
pub fn kept_last(folder: &RunFolder, split: Split) -> bool {
    table(folder, "predictions", split.name()).is_file()
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
    let scores = predictions::load(&table(folder, "predictions", &metrics.split))?;
    let run = folder.path().file_name().map_or_else(|| "run".into(), |name| name.to_string_lossy());
    let (auc, acc) = (metrics.report.auc, metrics.report.acc);
    let name = predictions::file_name(&info.name, &info.size_flag, &metrics.split, auc, acc, &run);
    let path = directory.join(name);
    predictions::save(&scores, &path)?;
    Ok(path)
}

/// The file of a split's predictions or labels.
fn table(folder: &RunFolder, stem: &str, split: &str) -> PathBuf {
    folder.path().join(if split == "test" { format!("{stem}.csv") } else { format!("{stem}-{split}.csv") })
}

/// What an evaluation left in a run folder.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// Its figures.
    pub metrics: Metrics,
    /// The scores, a row an image.
    pub scores: Scores,
    /// What is true.
    pub labels: Labels,
}

impl Evaluation {
    /// Reads the evaluation of a split, if there was one, and its labels were kept.
    ///
    /// # Errors
    /// If a file is damaged.
    pub fn read(folder: &RunFolder, split: Split) -> Result<Option<Self>, Error> {
        let Some(metrics) = folder.metrics(split.name())? else { return Ok(None) };
        let [scores, labels] = ["predictions", "truth"].map(|stem| table(folder, stem, split.name()));
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

/// The images of a split that a run was evaluated on: they were looked at already, and that was counted.
///
/// # Errors
/// If there was no such evaluation, or it was of other data.
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

/// Returns the images of a split, without counting a read of the test split.
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
