//! A run small enough to be quick.

use std::path::Path;
use zodarts_nas::observer::Observer;
use zodarts_run::folder::RunFolder;
use zodarts_run::job::{Fit, Job};
use zodarts_run::settings::Settings;
use zodarts_tensorboard::TensorBoard;
use zodarts_testkit::{Epochs, phantom};

/// Epochs of the search, and of the training.
pub const EPOCHS: (usize, usize) = (3, 2);

/// Returns settings of tiny networks.
pub fn tiny() -> Settings {
    zodarts_testkit::tiny(Epochs { search: EPOCHS.0, train: EPOCHS.1 })
}

/// Does a whole run, watched by the observer that `observer` makes for the job.
pub fn fit<O: Observer>(settings: &Settings, path: &Path, observer: impl FnOnce(&Job<'_>) -> O) -> (Fit, O) {
    let (dataset, folder) = (phantom(), RunFolder::create(path).unwrap());
    let settings = &settings.clone().check().unwrap();
    let job = Job::new(&dataset, "phantom", settings, &folder);
    let mut observer = observer(&job);
    (job.fit(&mut observer).unwrap(), observer)
}

/// Does a whole run with event files.
pub fn fit_with_events<O: Observer>(settings: &Settings, path: &Path, inner: O) -> Fit {
    fit(settings, path, |job| TensorBoard::new(job, inner)).0
}
