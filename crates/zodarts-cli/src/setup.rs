//! The terminal's side of a run: data with progress, the folder with a note, and the observer.

use crate::args::SourceOptions;
use crate::failure::Advice;
use crate::interrupt;
use crate::progress::{Ui, note};
use anyhow::Result;
use zodarts_data::Dataset;
use zodarts_nas::observer::Observer;
use zodarts_run::folder::RunFolder;
use zodarts_run::job::{DataAccess, Job, open_data};
use zodarts_run::settings::DataSettings;
use zodarts_tensorboard::TensorBoard;

/// Opens the data that `spec` names as the settings say, with progress on the terminal.
///
/// # Errors
/// Returns the errors of [`open_data`].
pub fn open(spec: &str, data: &DataSettings, source: &SourceOptions, ui: &Ui) -> Result<Dataset> {
    let access = DataAccess::new(source.offline, source.mirror.clone());
    let progress = ui.data();
    Ok(open_data(spec, data, &access, &|event| progress.show(event))?)
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
