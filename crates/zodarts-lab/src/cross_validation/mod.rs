//! Cross-validation: a network is trained once for each fold of the development images, on the other folds,
//! and each image is scored by the network that did not see it.
//!
//! ```text
//! OUT/
//!   fold-1/ …                 one run folder each
//!   cross-validation.json     the results of the folds and of all images together
//!   out-of-fold.csv           one line per image: fold, name, truth, probabilities
//! ```

mod fold;
mod result;
mod table;

pub use result::{CrossValidated, FoldResult, MeanOverFolds};

use crate::error::Error;
use crate::resumable_folder::ResumableFolder;
use fold::FoldRun;
use std::path::Path;
use zodarts_data::Dataset;
use zodarts_nas::genotype::Genotype;
use zodarts_nas::observer::Observer;
use zodarts_nas::protocol::Protocol;
use zodarts_run::folder::Goal;
use zodarts_run::settings::{Checked, Selection, Settings};

/// A network to validate, and the folds.
#[derive(Clone, Copy, Debug)]
pub struct CrossValidation<'a> {
    /// The data as the user named them.
    pub data: &'a str,
    /// A data set for each fold, see [`Dataset::folds`].
    pub folds: &'a [Dataset],
    /// The genotype; `None` for `ResNet-18`.
    pub genotype: Option<Genotype>,
    /// The settings of all trainings.
    pub settings: &'a Checked<Settings>,
    /// The folder of the cross-validation.
    pub out: &'a Path,
}

/// Watches a cross-validation.
pub trait FoldWatcher {
    /// Begins or resumes fold `index`, from 0. Returns the observer of its training.
    fn begins(&self, index: usize) -> Box<dyn Observer + '_>;
    /// Ends a fold. `found` is true if it had been finished before.
    fn ends(&self, index: usize, result: &FoldResult, found: bool);
}

impl<'a> CrossValidation<'a> {
    /// Trains and scores the folds that are not finished, and writes the result. A training that was cut
    /// short resumes from its last checkpoint.
    ///
    /// # Errors
    /// Returns an error if the held-out images would choose an epoch, a folder holds another run, a training
    /// fails, the observer asks for a stop, or a file cannot be written.
    pub fn run(&self, watcher: &dyn FoldWatcher) -> Result<CrossValidated, Error> {
        self.check()?;
        let runs: Vec<FoldRun<'a>> = self.folds.iter().enumerate().map(|fold| self.fold(fold)).collect();
        runs.iter().try_for_each(FoldRun::check)?;
        let mut results = Vec::with_capacity(runs.len());
        for (index, run) in runs.iter().enumerate() {
            let (result, found) = match run.result()? {
                Some(result) => (result, true),
                None => (run.run(&mut *watcher.begins(index))?, false),
            };
            watcher.ends(index, &result, found);
            results.push(result);
        }
        let validated = CrossValidated::new(self, &results)?;
        validated.write(self.out)?;
        table::write(self, &results)?;
        Ok(validated)
    }

    fn fold(&self, (index, dataset): (usize, &'a Dataset)) -> FoldRun<'a> {
        let resumable = ResumableFolder {
            dataset,
            data: self.data,
            protocol: Protocol::Official,
            goal: Goal::Fold,
            settings: self.settings.clone(),
            path: self.out.join(format!("fold-{}", index + 1)),
        };
        FoldRun { genotype: self.genotype, resumable }
    }

    /// Refuses settings by which the held-out images would choose an epoch.
    fn check(&self) -> Result<(), Error> {
        let train = &self.settings.train;
        let refused =
            |setting, found: String, expected| Err(Error::ChoosesEpoch { setting, found, expected });
        match (train.selection, train.patience) {
            (Selection::Best, _) => refused("train.selection", "\"best\"".into(), "last"),
            (Selection::Last, 0) => Ok(()),
            (Selection::Last, patience) => refused("train.patience", patience.to_string(), "0"),
        }
    }
}
