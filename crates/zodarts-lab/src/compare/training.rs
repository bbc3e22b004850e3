//! The trainings of a trial, each in a run folder.
//!
//! Under protocol `official` there is one, in the trial's own folder. Under `paper` there are as many as the
//! authors aggregate, in folders inside the trial's.

use crate::error::Error;
use crate::resumable_folder::ResumableFolder;
use rand::RngExt;
use zodarts_data::rng::stream;
use zodarts_nas::evaluate::Metrics;
use zodarts_nas::genotype::Genotype;
use zodarts_nas::model::Model;
use zodarts_nas::observer::Observer;
use zodarts_nas::protocol::Protocol;
use zodarts_nas::records::TrainRecord;
use zodarts_run::folder::{Progress, RunFolder, Split, names};
use zodarts_run::job::Job;
use zodarts_run::settings::Settings;

/// The number of trainings of each search in the ZO-DARTS+ paper.
const PAPER_RETRAINS: usize = 3;

/// The result of a finished training.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The number of the training within its trial, from 1.
    pub retrain: usize,
    /// The evaluation on the test split.
    pub test: Metrics,
    /// The evaluation on the validation split; `None` under protocol `paper`, whose training saw it.
    pub val: Option<Metrics>,
    /// The records of the epochs; empty if they were not kept.
    pub records: Vec<TrainRecord>,
}

impl Trained {
    /// Returns the test ACC of the last epoch under protocol `paper`, where all epochs are evaluated on the
    /// test images; `None` if they are not kept.
    pub fn last_epoch_acc(&self) -> Option<f64> {
        let last = self.records.last()?;
        (self.test.protocol == Protocol::Paper).then_some(last.val_acc)
    }
}

/// A training and its run folder.
#[derive(Clone, Debug)]
pub struct Training<'a> {
    retrain: usize,
    resumable: ResumableFolder<'a>,
}

impl<'a> Training<'a> {
    /// Returns the trainings of the trial in a folder.
    pub fn of(trial: &ResumableFolder<'a>) -> Vec<Self> {
        match trial.protocol {
            Protocol::Official => vec![Self { retrain: 1, resumable: trial.clone() }],
            Protocol::Paper => (1..=PAPER_RETRAINS).map(|retrain| Self::inside(trial, retrain)).collect(),
        }
    }

    fn inside(trial: &ResumableFolder<'a>, retrain: usize) -> Self {
        let own = trial.settings.clone().into_inner();
        let settings = Settings { seed: seed(own.seed, retrain), ..own };
        let settings = settings.check().expect("a drawn seed is at most the largest");
        let path = trial.path.join(format!("retrain-{retrain}"));
        Self { retrain, resumable: ResumableFolder { settings, path, ..trial.clone() } }
    }

    /// Refuses a folder that holds another training.
    pub fn check(&self) -> Result<(), Error> {
        self.resumable.check()
    }

    /// Returns the result, or `None` if the training is not finished.
    pub fn result(&self) -> Result<Option<Trained>, Error> {
        let Some(folder) = self.resumable.begun()? else { return Ok(None) };
        if !folder.is_evaluated(Split::Test)? {
            return Ok(None);
        }
        let Some(test) = folder.metrics("test")? else { return Ok(None) };
        self.found(&folder, test).map(Some)
    }

    /// Trains and evaluates, as far as that was not done before.
    pub fn run(&self, genotype: Option<Genotype>, observer: &mut dyn Observer) -> Result<Trained, Error> {
        if let Some(finished) = self.result()? {
            return Ok(finished);
        }
        let folder = self.resumable.open()?;
        let job = self.resumable.job(&folder);
        let model = model(&job, genotype, observer)?;
        let test = match self.resumable.protocol {
            Protocol::Official => {
                // The test split last: its predictions say that the training is finished.
                job.evaluate(&model, Split::Val)?;
                job.evaluate(&model, Split::Test)?
            }
            Protocol::Paper => job.evaluate_as_paper(&model)?,
        };
        self.found(&folder, test)
    }

    fn found(&self, folder: &RunFolder, test: Metrics) -> Result<Trained, Error> {
        let (val, records) = (folder.metrics("val")?, folder.records(names::TRAIN_RECORDS)?);
        Ok(Trained { retrain: self.retrain, test, val, records })
    }
}

fn model(job: &Job<'_>, genotype: Option<Genotype>, observer: &mut dyn Observer) -> Result<Model, Error> {
    if job.folder.status()?.training == Progress::Done {
        return Ok(Model::load(job.folder.path())?);
    }
    Ok(job.train(genotype, observer)?.model)
}

/// Returns the seed of training number `retrain` of a trial. The first has the trial's own seed, so that it
/// is the training that `fit` would run. The others have drawn seeds, at most the largest that a
/// configuration file can hold.
fn seed(trial: u64, retrain: usize) -> u64 {
    match retrain {
        1 => trial,
        _ => stream(trial, "retrain-seed", retrain as u64).random_range(0..=i64::MAX as u64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_first_training_keeps_the_seed_and_the_others_have_their_own() {
        let seeds: Vec<u64> =
            (0..50).flat_map(|trial| (1..=3).map(move |retrain| seed(trial, retrain))).collect();
        assert!(seeds.iter().step_by(3).copied().eq(0..50));
        assert_eq!(seeds.iter().collect::<HashSet<_>>().len(), seeds.len());
        assert!(seeds.iter().all(|seed| i64::try_from(*seed).is_ok()));
    }
}
