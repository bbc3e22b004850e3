//! What a run is to come to, and whether it has.

use crate::error::Error;
use crate::folder::RunFolder;
use crate::job::evaluation::is_kept;
use crate::settings::Settings;
use std::fmt;
use zodarts_nas::model::Model;
use zodarts_nas::search::SearchSummary;

/// What a run is to come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// An architecture, a network and its test.
    Fit,
    /// An architecture.
    Search,
    /// A network.
    Train,
    /// A trial of a comparison.
    Trial,
}

impl Goal {
    /// Its name in files: that of the command.
    pub fn name(self) -> &'static str {
        match self {
            Goal::Fit => "fit",
            Goal::Search => "search",
            Goal::Train => "train",
            Goal::Trial => "compare",
        }
    }

    /// Whether a run has come to it. Of a trial, which knows that itself, it is not said.
    ///
    /// # Errors
    /// If a file is damaged.
    pub fn is_reached(self, folder: &RunFolder, settings: &Settings) -> Result<bool, Error> {
        Ok(match self {
            Goal::Fit => is_kept(folder, "test")?,
            Goal::Search => folder.record::<SearchSummary>(SearchSummary::FILE)?.is_some(),
            Goal::Train => is_prepared(folder, settings)?,
            Goal::Trial => false,
        })
    }
}

/// Whether a network is trained, and what is wished of its predictions done.
fn is_prepared(folder: &RunFolder, settings: &Settings) -> Result<bool, Error> {
    let has = |name: &str| folder.path().join(name).is_file();
    if !has("model.json") || settings.predict.calibrate && !has(RunFolder::CALIBRATION) {
        return Ok(false);
    }
    let wants_threshold = settings.predict.sensitivity.is_some();
    Ok(!wants_threshold || Model::load(folder.path())?.card.threshold.is_some())
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
