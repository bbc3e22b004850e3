//! The terminal's side of a run: data with progress, the folder with a note, and the observer.

use crate::args::SourceOptions;
use crate::failure::Advice;
use crate::interrupt;
use crate::progress::{Ui, note};
use anyhow::Result;
use serde::Serialize;
use std::cell::RefCell;
use zodarts_data::{DamagedImages, Dataset, DatasetInfo, Notice, OpenEvent, TestSplit};
use zodarts_nas::genotype::Genotype;
use zodarts_nas::observer::Observer;
use zodarts_run::folder::RunFolder;
use zodarts_run::job::{DataAccess, Job, open_data, open_options};
use zodarts_run::settings::{Architecture, DataSettings, Settings};
use zodarts_tensorboard::TensorBoard;

/// Opens the data that `spec` names as the settings say, with progress on the terminal.
///
/// # Errors
/// Returns the errors of [`open_data`].
pub fn open(spec: &str, data: &DataSettings, source: &SourceOptions, ui: &Ui) -> Result<Dataset> {
    let progress = ui.data();
    Ok(open_data(spec, data, &access(source), &|event| progress.show(event))?)
}

/// Opens the data as [`open`] does, without a word.
///
/// # Errors
/// Returns the errors of [`open_data`].
pub fn open_quietly(spec: &str, data: &DataSettings, source: &SourceOptions) -> Result<Dataset> {
    Ok(open_data(spec, data, &access(source), &|_| ())?)
}

/// Opens data for a network that was trained on others, described by `info`.
///
/// # Errors
/// Returns the errors of [`Dataset::open`].
pub fn open_for(
    spec: &str,
    data: &DataSettings,
    info: &DatasetInfo,
    source: &SourceOptions,
    ui: &Ui,
) -> Result<Dataset> {
    let progress = ui.data();
    let options = open_options(data, &access(source)).with_fit(info.fit).with_network(Some(info.clone()));
    Ok(Dataset::open(spec, &options, &|event| progress.show(event))?)
}

/// Opens the data as [`open`] does, and cuts no test split of images that come without splits.
///
/// # Errors
/// Returns the errors of [`Dataset::open`].
pub fn open_without_test(
    spec: &str,
    data: &DataSettings,
    source: &SourceOptions,
    ui: &Ui,
) -> Result<Dataset> {
    let progress = ui.data();
    let options = open_options(data, &access(source)).with_test(TestSplit::None);
    Ok(Dataset::open(spec, &options, &|event| progress.show(event))?)
}

/// Opens the data of a run that is over, as [`open`] does. How its cuts treat like images, that colour is
/// taken as grey, and that volumes are sliced, was told when it began.
///
/// # Errors
/// Returns the errors of [`open_data`].
pub fn open_again(spec: &str, data: &DataSettings, source: &SourceOptions, ui: &Ui) -> Result<Dataset> {
    let progress = ui.data();
    let on_event = |event| match event {
        OpenEvent::Notice(
            Notice::AlikeTogether { .. }
            | Notice::AlikeDivided { .. }
            | Notice::GreyColour { .. }
            | Notice::VolumesSliced { .. },
        ) => {}
        event => progress.show(event),
    };
    Ok(open_data(spec, data, &access(source), &on_event)?)
}

/// Opens the data as [`open`] does, without the image files that cannot be read, which it returns.
///
/// # Errors
/// Returns the errors of [`Dataset::open`].
pub fn open_readable(
    spec: &str,
    data: &DataSettings,
    source: &SourceOptions,
    ui: &Ui,
) -> Result<(Dataset, Vec<DamagedFile>)> {
    let (progress, damaged) = (ui.data(), RefCell::new(Vec::new()));
    let options = open_options(data, &access(source)).with_damaged(DamagedImages::LeaveOut);
    let on_event = |event| match event {
        OpenEvent::Notice(Notice::Damaged { file, reason }) => {
            damaged.borrow_mut().push(DamagedFile { file, reason });
        }
        event => progress.show(event),
    };
    let dataset = Dataset::open(spec, &options, &on_event);
    let damaged = damaged.into_inner();
    match dataset {
        Ok(dataset) => Ok((dataset, damaged)),
        Err(error) => {
            // What is left may be no data set: then the damage is the reason.
            for DamagedFile { file, reason } in damaged {
                note(&format!("{file}: {reason}"));
            }
            Err(error.into())
        }
    }
}

/// An image file that cannot be read.
#[derive(Clone, Debug, Serialize)]
pub struct DamagedFile {
    /// The file, or its hash if images are anonymous.
    pub file: String,
    /// The reason.
    pub reason: String,
}

/// Returns the genotype to train, which `named` gives, or `None` for `ResNet-18`.
///
/// # Errors
/// Returns an error if there is none, or none of its paths leads to the output.
pub fn genotype(settings: &Settings, named: impl FnOnce() -> Result<Genotype>) -> Result<Option<Genotype>> {
    if settings.train.architecture == Architecture::Resnet18 {
        return Ok(None);
    }
    let genotype = named()?;
    genotype.check_connected()?;
    Ok(Some(genotype))
}

fn access(source: &SourceOptions) -> DataAccess {
    DataAccess::new(source.offline, source.mirror.clone())
}

/// Prints a note if an unfinished run is resumed.
pub fn note_resumed(folder: &RunFolder) {
    if folder.resumes() {
        note(&format!("resuming the run in {}", folder.path().display()));
    }
}

/// Returns the observer of a run: the terminal and, if they are wanted, event files. From here on the user
/// can stop the run.
///
/// # Errors
/// Returns an error if signals cannot be watched.
pub fn observer<'a>(job: &Job<'_>, tensorboard: bool, ui: &'a Ui) -> Result<Box<dyn Observer + 'a>> {
    interrupt::watch()?;
    if !tensorboard {
        return Ok(Box::new(ui.observer()));
    }
    let watcher = TensorBoard::new(job, ui.observer());
    note(&format!("to watch the run: tensorboard --logdir {}", watcher.folder().display()));
    Ok(Box::new(watcher))
}

/// Returns the context of a run that stopped, which names its folder.
pub fn stopped(folder: &RunFolder) -> Advice {
    Advice::new("the run stopped", format!("its files are in {}", folder.path().display()))
}
