//! Errors of making a page.

use thiserror::Error;
use zodarts_nas::evaluate::EvaluateError;
use zodarts_nas::files::FileError;

/// A page that cannot be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A run folder cannot be read, or the page cannot be written.
    #[error(transparent)]
    Run(#[from] zodarts_run::Error),
    /// The scores of the run are invalid.
    #[error(transparent)]
    Evaluate(#[from] EvaluateError),
}

impl ReportError {
    /// Returns what a user can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            ReportError::Run(error) => error.hint(),
            ReportError::Evaluate(error) => error.hint(),
        }
    }
}

impl From<FileError> for ReportError {
    fn from(error: FileError) -> Self {
        Self::Run(error.into())
    }
}
