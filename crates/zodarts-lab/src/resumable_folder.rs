//! Run folders that are resumed: of a comparison, or of a cross-validation.

use crate::error::Error;
use std::path::PathBuf;
use zodarts_data::Dataset;
use zodarts_nas::protocol::Protocol;
use zodarts_run::folder::{Goal, RunFolder, names};
use zodarts_run::job::{Job, other_run};
use zodarts_run::settings::{Checked, PredictSettings, Settings};

/// A run folder which is resumed if it was begun before, and the data and settings of its run.
#[derive(Clone, Debug)]
pub struct ResumableFolder<'a> {
    pub dataset: &'a Dataset,
    /// The data as the user named them.
    pub data: &'a str,
    pub protocol: Protocol,
    /// [`Goal::Trial`] or [`Goal::Fold`].
    pub goal: Goal,
    pub settings: Checked<Settings>,
    pub path: PathBuf,
}

impl ResumableFolder<'_> {
    /// Returns the folder, or `None` if it was not begun.
    pub fn begun(&self) -> Result<Option<RunFolder>, Error> {
        let begun = self.path.join(names::CONFIG).exists();
        Ok(begun.then(|| RunFolder::open(&self.path)).transpose()?)
    }

    /// Refuses a folder that was begun with other settings or other data.
    pub fn check(&self) -> Result<(), Error> {
        let Some(folder) = self.begun()? else { return Ok(()) };
        let (run, settings) = folder.config()?;
        // Networks are compared as trained: nothing is prepared to predict.
        let plain =
            |settings: &Settings| Settings { predict: PredictSettings::default(), ..settings.clone() };
        let (there, here) = (plain(&settings), plain(&self.settings));
        match other_run(run.as_ref(), &there, &self.dataset.info, &here) {
            Some(difference) => {
                Err(zodarts_run::Error::OtherRun { path: self.path.clone(), difference }.into())
            }
            None => Ok(()),
        }
    }

    /// Opens the folder to resume its run, or creates it.
    pub fn open(&self) -> Result<RunFolder, Error> {
        self.check()?;
        if let Some(folder) = self.begun()? {
            return Ok(folder.resuming()?);
        }
        let folder = RunFolder::create(&self.path)?;
        self.job(&folder).begin(self.goal)?;
        Ok(folder)
    }

    /// Returns the job of the folder.
    pub fn job<'j>(&'j self, folder: &'j RunFolder) -> Job<'j> {
        Job::new(self.dataset, self.data, &self.settings, folder).with_protocol(self.protocol)
    }
}
