//! What every run needs before it starts: the data and a folder.

use crate::args::SourceOptions;
use crate::interrupt;
use crate::progress::{Ui, note};
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use zodarts_data::{Dataset, OpenOptions, ValSource};
use zodarts_nas::genotype::Genotype;
use zodarts_nas::memory::Memory;
use zodarts_nas::model::Model;
use zodarts_nas::observer::Observer;
use zodarts_nas::{search, train};
use zodarts_run::folder::{RunError, RunFolder};
use zodarts_run::job;
use zodarts_run::job::{Job, Wanted};
use zodarts_run::lock::Lock;
use zodarts_run::settings::{DataSettings, Settings};
use zodarts_tensorboard::TensorBoard;

/// Opens the data that `spec` names as the settings say.
///
/// # Errors
/// See [`Dataset::open`].
pub fn open(spec: &str, data: &DataSettings, source: &SourceOptions, ui: &Ui) -> Result<Dataset> {
    let options = OpenOptions::default()
        .with_image_size(data.image_size)
        .with_seed(data.split_seed)
        .with_val(data.val.as_deref().map(validation))
        .with_drop_leaks(data.drop_leaks)
        .with_labels(data.labels.as_ref().map(PathBuf::from))
        .with_window(data.window)
        .with_anonymous(data.anonymous)
        .with_offline(source.offline)
        .with_memory(Memory::available().bytes())
        .with_mirror(source.mirror.clone());
    let progress = ui.data();
    Ok(Dataset::open(spec, &options, &|event| progress.show(event))?)
}

/// A number is a fraction; anything else is a path.
fn validation(text: &str) -> ValSource {
    text.parse().map_or_else(|_| ValSource::File(PathBuf::from(text)), ValSource::Fraction)
}

/// Refuses a folder that holds files and no run, before time is spent on data.
///
/// # Errors
/// If `out` is neither new, nor empty, nor the folder of a run.
pub fn check_out(out: Option<&Path>) -> Result<(), RunError> {
    let no_run = |path: &&Path| path.exists() && !path.join("config.toml").is_file();
    let Some(path) = out.filter(no_run) else { return Ok(()) };
    if RunFolder::is_vacant(path)? { Ok(()) } else { Err(RunError::Exists { path: path.into() }) }
}

/// Refuses a search that is too large for this machine, before anything is written.
///
/// # Errors
/// If the network is too large, or a batch does not fit in memory.
pub fn check_search(dataset: &Dataset, settings: &Settings) -> Result<()> {
    settings.check_sizes(dataset.info.height)?;
    let images = dataset.train.len() + dataset.val.len();
    Ok(search::check_memory(
        &dataset.info,
        images,
        (&settings.search, &*settings.method),
        Memory::available(),
    )?)
}

/// Refuses a training that is too large for this machine, before anything is written. Without a genotype the largest
/// network of the search space counts.
///
/// # Errors
/// If the network is too large, or a batch does not fit in memory.
pub fn check_training(dataset: &Dataset, settings: &Settings, genotype: Option<Genotype>) -> Result<()> {
    settings.check_sizes(dataset.info.height)?;
    let (info, images) = (&dataset.info, dataset.train.len());
    Ok(train::check_memory(info, images, &settings.train, genotype, Memory::available())?)
}

/// Refuses a wish about predictions that the data cannot fulfil, before time is spent.
///
/// # Errors
/// If a sensitivity is wanted and the data have no two classes, or no class of the name that must not be missed.
pub fn check_predictions(dataset: &Dataset, settings: &Settings) -> Result<()> {
    if settings.predict.sensitivity.is_some() {
        job::positive_class(&dataset.info, settings)?;
    }
    Ok(())
}

/// The folder of a run, and the lock that says it is ours: `out`, or one below `runs` named after `what` it is.
///
/// # Errors
/// If it cannot be created, or holds anything but the same run, cut short.
pub fn folder(out: Option<&Path>, wanted: &Wanted<'_>, what: &str) -> Result<(RunFolder, Lock)> {
    let Wanted { info, settings, .. } = wanted;
    let found = if let Some(path) = out {
        wanted.at(path)?
    } else {
        let name = format!("{}{}-{what}-seed{}", info.name, info.size_flag, settings.seed);
        wanted.below(Path::new("runs"), &name)?
    };
    if found.0.resumes() {
        note(&format!("goes on in {}", found.0.path().display()));
    }
    Ok(found)
}

/// What watches a run: the terminal and, if they are wanted, event files. From here on the user can stop the run.
///
/// # Errors
/// If signals cannot be watched.
pub fn observer<'a>(job: &Job<'_>, tensorboard: bool, ui: &'a Ui) -> Result<Box<dyn Observer + 'a>> {
    interrupt::watch()?;
    if !tensorboard {
        return Ok(Box::new(ui.observer()));
    }
    let watcher = TensorBoard::new(job, ui.observer());
    note(&format!("to watch the run: tensorboard --logdir {}", watcher.folder().display()));
    Ok(Box::new(watcher))
}

/// Loads the model of a run.
///
/// # Errors
/// If the run was never trained, or a file is damaged.
pub fn model(run: &Path) -> Result<Model> {
    if !run.join("model.json").is_file() {
        bail!(RunError::NotARun { path: run.into(), missing: "model.json", command: "train" });
    }
    Ok(Model::load(run)?)
}

/// Says where the files of a run that failed are.
pub fn stopped(folder: &RunFolder) -> String {
    format!("the run stopped; what there is of it is in {}", folder.path().display())
}
