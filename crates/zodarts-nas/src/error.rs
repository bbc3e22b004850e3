//! The errors of a search, a training or an evaluation.

use crate::evaluate::EvaluateError;
use crate::evaluate::predictions::PredictionsError;
use crate::files::FileError;
use crate::genotype::GenotypeError;
use crate::memory::OutOfMemory;
use crate::model::ModelError;
use crate::settings::InvalidSettings;
use std::borrow::Cow;
use thiserror::Error;
use zodarts_data::DataError;

/// An error of a search, a training or an evaluation.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// An error in the data.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A setting out of its range, or settings that contradict each other.
    #[error(transparent)]
    Settings(#[from] InvalidSettings),
    /// A stage that needs more memory than is available.
    #[error(transparent)]
    Memory(#[from] OutOfMemory),
    /// A genotype that is malformed or has no path.
    #[error(transparent)]
    Genotype(#[from] GenotypeError),
    /// Scores or labels that cannot be evaluated.
    #[error(transparent)]
    Evaluate(#[from] EvaluateError),
    /// A stored model that cannot be used.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A file that cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A predictions file that cannot be read or written.
    #[error(transparent)]
    Predictions(#[from] PredictionsError),
    /// A stage that diverged twice, the second time at half the learning rate.
    #[error("{stage} diverged in epoch {}: {diagnosis}", .epoch + 1)]
    Diverged {
        /// `search` or `training`.
        stage: &'static str,
        /// The epoch, from 0.
        epoch: usize,
        /// The values that are not finite, and their layer.
        diagnosis: String,
    },
    /// A time limit that passed before the first epoch was done.
    #[error("the time limit passed before the first epoch of {stage} was done")]
    OutOfTime {
        /// `search` or `training`.
        stage: &'static str,
    },
    /// A stop that was requested by [`Observer::stop_requested`](crate::observer::Observer::stop_requested).
    /// Everything computed so far is kept.
    #[error("interrupted")]
    Interrupted,
    /// A data set with too few images for a search or a training.
    #[error("{what} needs at least {needed} images, found {found} in {dataset}")]
    TooFewImages {
        /// The stage, with its article.
        what: &'static str,
        /// The number of images it needs.
        needed: usize,
        /// The number of images there are.
        found: usize,
        /// The data set.
        dataset: String,
    },
    /// A training of a searched network without its genotype.
    #[error("training a searched network needs a genotype")]
    NoGenotype,
}

impl Error {
    /// Returns advice for the user, if there is any.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Error::Genotype(error) => return error.hint(),
            Error::Data(error) => return error.hint().map(Cow::into_owned),
            Error::Settings(error) => return error.hint(),
            Error::Memory(error) => return error.hint(),
            Error::Evaluate(error) => return error.hint(),
            Error::Model(error) => return error.hint(),
            Error::File(error) => return error.hint(),
            Error::Predictions(error) => return error.hint(),
            Error::Diverged { .. } => "a lower learning rate may help",
            Error::OutOfTime { .. } => "give a longer --max-time",
            Error::Interrupted => "run the same command again to resume",
            Error::NoGenotype => "give a genotype, or the folder of a search",
            Error::TooFewImages { .. } => return None,
        };
        Some(hint.into())
    }
}
