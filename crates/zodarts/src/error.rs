//! What can go wrong in a run.

use crate::evaluate::EvaluateError;
use crate::evaluate::predictions::PredictionsError;
use crate::genotype::GenotypeError;
use crate::memory::OutOfMemory;
use crate::model::ModelError;
use crate::pipeline::Goal;
use crate::protocol::Protocol;
use crate::run::RunError;
use crate::settings::InvalidSettings;
use std::path::PathBuf;
use thiserror::Error;
use zodarts_data::DataError;

/// An error of a search, a training or an evaluation.
#[derive(Debug, Error)]
pub enum Error {
    /// In the data.
    #[error(transparent)]
    Data(#[from] DataError),
    /// In the settings.
    #[error(transparent)]
    Settings(#[from] InvalidSettings),
    /// A run that would take more memory than there is.
    #[error(transparent)]
    Memory(#[from] OutOfMemory),
    /// In a genotype.
    #[error(transparent)]
    Genotype(#[from] GenotypeError),
    /// In an evaluation.
    #[error(transparent)]
    Evaluate(#[from] EvaluateError),
    /// In a stored model.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// In a run folder.
    #[error(transparent)]
    Run(#[from] RunError),
    /// In a predictions file.
    #[error(transparent)]
    Predictions(#[from] PredictionsError),
    /// Numbers went wrong twice, the second time at half the learning rate.
    #[error("{stage} diverged in epoch {}: {diagnosis}; a lower learning rate may help", .epoch + 1)]
    Diverged {
        /// `search` or `training`.
        stage: &'static str,
        /// The epoch, from 0.
        epoch: usize,
        /// What shows it, and in which layer.
        diagnosis: String,
    },
    /// A time limit that leaves nothing to deliver.
    #[error("the time limit was over before the first epoch of {stage} was done; give --max-time more")]
    OutOfTime {
        /// `search` or `training`.
        stage: &'static str,
    },
    /// Somebody asked for the run to end, by [`Observer::stop_requested`](crate::observer::Observer::stop_requested). What was done is kept.
    #[error("interrupted; give the same command again to go on")]
    Interrupted,
    /// Too little data for a search or a training.
    #[error("{what} needs at least {needed} images, found {found} in {dataset}")]
    TooFewImages {
        /// What was to be done.
        what: &'static str,
        /// How many it needs.
        needed: usize,
        /// How many there are.
        found: usize,
        /// The data set.
        dataset: String,
    },
    /// A training was asked for a genotype but given none.
    #[error("training a searched network needs a genotype; pass one, or the folder of a search")]
    NoGenotype,
    /// Threads that the system does not start.
    #[error("threads cannot be started: {0}; give fewer --jobs or --threads")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// A figure that could not be drawn.
    #[error("the figure of {what} cannot be drawn: {reason}")]
    Drawing {
        /// What it shows.
        what: String,
        /// Why not.
        reason: String,
    },
    /// Something that is to be compared with itself.
    #[error("{what} is given twice; name everything once")]
    Twice {
        /// What it is.
        what: String,
    },
    /// A contender that is chosen on validation images, under a protocol whose trainings see them.
    #[error(
        "{contender} is chosen on the validation images, but trainings under protocol {protocol} see them: leave it out, or \
         compare it under protocol {}",
        Protocol::Official
    )]
    NoValidation {
        /// Its name.
        contender: &'static str,
        /// The protocol asked for.
        protocol: Protocol,
    },
    /// A folder that holds a run of another configuration.
    #[error(
        "{path}: holds a run of another configuration: {difference}; choose another folder with --out, or run \
         with the settings of that one"
    )]
    OtherRun {
        /// The run's folder.
        path: PathBuf,
        /// What the folder has, and what was asked for.
        difference: String,
    },
    /// A folder that another process works in.
    #[error(
        "{path}: another zodarts ({owner}) works in this folder; wait for it or stop it, then give the command again"
    )]
    InUse {
        /// The folder.
        path: PathBuf,
        /// Which process it is, and where.
        owner: String,
    },
    /// There is no run that was cut short.
    #[error(
        "{path}: no `zodarts {goal}` with these settings and data was cut short here; leave --resume out to begin one"
    )]
    NothingToResume {
        /// Where it was looked for.
        path: PathBuf,
        /// What was wanted.
        goal: Goal,
    },
    /// A threshold that cannot be chosen.
    #[error(
        "{dataset}: no threshold for a sensitivity: {reason}; leave `predict.sensitivity` out, or see `zodarts data info`"
    )]
    NoThreshold {
        /// The data set.
        dataset: String,
        /// Why not.
        reason: String,
    },
    /// A run and a data set that do not belong together.
    #[error(
        "{run} was trained on {expected}, but {found} was given: {difference} differs; pass the data set of the run"
    )]
    OtherData {
        /// The run folder.
        run: String,
        /// Name of the run's data set.
        expected: String,
        /// Name of the data set given.
        found: String,
        /// What differs.
        difference: &'static str,
    },
}
