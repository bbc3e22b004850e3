//! The errors of comparisons and studies.

use std::path::PathBuf;
use thiserror::Error;
use zodarts_nas::files::FileError;
use zodarts_nas::model::ModelError;
use zodarts_nas::protocol::Protocol;
use zodarts_run::folder::RunError;

/// An error of a comparison or a study.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// An error of one of its runs.
    #[error(transparent)]
    Run(zodarts_run::Error),
    /// Threads that the system does not start.
    #[error("cannot start threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// A figure that could not be drawn.
    #[error("cannot draw the figure of {what}: {reason}")]
    Drawing {
        /// The subject of the figure.
        what: String,
        /// The reason.
        reason: String,
    },
    /// A setting by which the images that a fold holds out would choose the epoch.
    #[error("`{setting}` = {found}, expected {expected}: the images of a fold must not choose its epoch")]
    ChoosesEpoch {
        /// The setting.
        setting: &'static str,
        /// Its value.
        found: String,
        /// The value that chooses nothing.
        expected: &'static str,
    },
    /// A fold that was begun with another architecture.
    #[error("{}: holds a fold of another architecture: {found}, not {wanted}", path.display())]
    OtherArchitecture {
        /// The folder of the fold.
        path: PathBuf,
        /// Its architecture.
        found: String,
        /// The architecture that is to be validated.
        wanted: String,
    },
    /// A candidate, data set or seed that is to be compared with itself.
    #[error("{what} is given twice")]
    Twice {
        /// The candidate, data set or seed.
        what: String,
    },
    /// A candidate that is chosen on validation images, under a protocol whose trainings see them.
    #[error(
        "{candidate} is chosen on the validation images, but trainings under protocol {protocol} see them"
    )]
    NoValidation {
        /// Its name.
        candidate: &'static str,
        /// The protocol asked for.
        protocol: Protocol,
    },
}

impl Error {
    /// Returns what a user can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::Run(error) => error.hint(),
            Error::Threads(_) => Some("give fewer --jobs or --threads".into()),
            Error::Drawing { .. } => None,
            Error::ChoosesEpoch { setting, expected, .. } => Some(format!("give --set {setting}={expected}")),
            Error::OtherArchitecture { .. } => Some("choose another folder with --out".into()),
            Error::Twice { .. } => Some("name each only once".into()),
            Error::NoValidation { .. } => {
                Some(format!("leave it out, or compare it under protocol {}", Protocol::Official))
            }
        }
    }

    /// Reports whether a run was stopped on request.
    pub fn is_interrupted(&self) -> bool {
        matches!(self, Error::Run(error) if error.is_interrupted())
    }
}

impl From<zodarts_run::Error> for Error {
    fn from(error: zodarts_run::Error) -> Self {
        Self::Run(error)
    }
}

impl From<zodarts_nas::Error> for Error {
    fn from(error: zodarts_nas::Error) -> Self {
        Self::Run(error.into())
    }
}

impl From<RunError> for Error {
    fn from(error: RunError) -> Self {
        Self::Run(error.into())
    }
}

impl From<FileError> for Error {
    fn from(error: FileError) -> Self {
        Self::Run(error.into())
    }
}

impl From<ModelError> for Error {
    fn from(error: ModelError) -> Self {
        Self::Run(error.into())
    }
}
