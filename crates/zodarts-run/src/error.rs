//! The errors of a run.

use crate::folder::RunError;
use std::path::PathBuf;
use thiserror::Error;
use zodarts_data::DataError;
use zodarts_nas::evaluate::EvaluateError;
use zodarts_nas::evaluate::predictions::PredictionsError;
use zodarts_nas::files::FileError;
use zodarts_nas::model::ModelError;
use zodarts_nas::settings::InvalidSettings;

/// An error of a run.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// An error of a search, a training or an evaluation.
    #[error(transparent)]
    Stage(zodarts_nas::Error),
    /// A run folder that cannot be used.
    #[error(transparent)]
    Run(#[from] RunError),
    /// A folder that holds a run of another configuration.
    #[error("{path}: holds a run of another configuration: {difference}")]
    OtherRun {
        /// The run's folder.
        path: PathBuf,
        /// The setting in which they differ, as it is there and as it was asked for.
        difference: String,
    },
    /// A folder that another process works in.
    #[error("{path}: another zodarts ({owner}) works in this folder")]
    InUse {
        /// The folder.
        path: PathBuf,
        /// The process and its machine.
        owner: String,
    },
    /// A search folder in which a network was trained already.
    #[error("{path}: already holds a training")]
    AlreadyTrained {
        /// The folder.
        path: PathBuf,
    },
    /// Data that are not those of the search.
    #[error(
        "{path}: searched on {searched}, whose fingerprint differs from that of the data given ({given}), \
         so the search may have seen their test images"
    )]
    SearchedElsewhere {
        /// The folder of the search.
        path: PathBuf,
        /// The data set that it searched on.
        searched: String,
        /// The data set given.
        given: String,
    },
    /// No unfinished run to resume.
    #[error("{path}: found no interrupted `zodarts {command}` with these settings and data")]
    NothingToResume {
        /// The folder that was searched.
        path: PathBuf,
        /// The command whose run was wanted.
        command: &'static str,
    },
    /// A threshold that cannot be chosen.
    #[error("{dataset}: cannot choose a threshold for a sensitivity: {reason}")]
    NoThreshold {
        /// The data set.
        dataset: String,
        /// The reason.
        reason: String,
    },
    /// A sensitivity without the class that it is for.
    #[error("{dataset}: a sensitivity needs the class that must not be missed: {first:?} or {second:?}")]
    NoPositive {
        /// The data set.
        dataset: String,
        /// Its first class.
        first: String,
        /// Its second class.
        second: String,
    },
    /// A run without a profile of its development images.
    #[error("{run}: holds no profile of its development images, which {purpose}")]
    NoProfile {
        /// The run folder.
        run: String,
        /// What it is needed for.
        purpose: &'static str,
    },
    /// A single image for a network of volumes, where only the profile of its development images can answer.
    #[error("{run}: its profile is of whole volumes, not of single images, which {purpose}")]
    ProfileOfVolumes {
        /// The run folder.
        run: String,
        /// What it is needed for.
        purpose: &'static str,
    },
    /// Other data of which every image was used to develop the network.
    #[error("{data}: all {images} images are among those that {run} was developed on")]
    NothingNew {
        /// The run folder.
        run: String,
        /// The name of the data.
        data: String,
        /// The number of images.
        images: usize,
    },
    /// A run and a data set that do not belong together.
    #[error("{run} was trained on {expected}, but {found} was given: {difference} differs")]
    OtherData {
        /// The run folder.
        run: String,
        /// Name of the run's data set.
        expected: String,
        /// Name of the data set given.
        found: String,
        /// The property in which they differ.
        difference: &'static str,
    },
}

impl Error {
    /// Returns what a user can do about it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Error::Stage(error) => return error.hint(),
            Error::Run(error) => return error.hint(),
            Error::OtherRun { .. } => "choose another folder with --out, or use the settings of that run",
            Error::InUse { .. } => "wait for it or stop it, then run the command again",
            Error::AlreadyTrained { .. } => "choose another folder with --out",
            Error::SearchedElsewhere { .. } => {
                "pass the data and split options of the search, or the architecture with --genotype"
            }
            Error::NothingToResume { .. } => "leave out --resume to begin a new run",
            Error::NoThreshold { .. } => "leave out `predict.sensitivity`, or see `zodarts data info`",
            Error::NoPositive { .. } => "name it with --positive",
            Error::NoProfile { .. } => "train the network again: this version writes the profile",
            Error::ProfileOfVolumes { .. } => "leave the option out; `zodarts evaluate` answers for volumes",
            Error::NothingNew { .. } => "pass images that the network has not seen",
            Error::OtherData { .. } => "pass the data set of the run",
        };
        Some(hint.into())
    }

    /// Reports whether the run was stopped on request.
    pub fn is_interrupted(&self) -> bool {
        matches!(self, Error::Stage(zodarts_nas::Error::Interrupted))
    }
}

impl From<zodarts_nas::Error> for Error {
    fn from(error: zodarts_nas::Error) -> Self {
        Self::Stage(error)
    }
}

impl From<FileError> for Error {
    fn from(error: FileError) -> Self {
        Self::Run(error.into())
    }
}

impl From<DataError> for Error {
    fn from(error: DataError) -> Self {
        Self::Stage(error.into())
    }
}

impl From<InvalidSettings> for Error {
    fn from(error: InvalidSettings) -> Self {
        Self::Stage(error.into())
    }
}

impl From<EvaluateError> for Error {
    fn from(error: EvaluateError) -> Self {
        Self::Stage(error.into())
    }
}

impl From<ModelError> for Error {
    fn from(error: ModelError) -> Self {
        Self::Stage(error.into())
    }
}

impl From<PredictionsError> for Error {
    fn from(error: PredictionsError) -> Self {
        Self::Stage(error.into())
    }
}
