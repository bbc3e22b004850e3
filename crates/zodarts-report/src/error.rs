//! What can go wrong between a run folder and a page.

use std::path::PathBuf;
use thiserror::Error;
use zodarts_nas::evaluate::EvaluateError;
use zodarts_nas::files::FileError;

/// A page or picture that cannot be made.
#[derive(Debug, Error)]
pub enum ReportError {
    /// A run folder cannot be read, or the page not be written.
    #[error(transparent)]
    Run(#[from] zodarts_run::Error),
    /// Scores that cannot be drawn.
    #[error(transparent)]
    Evaluate(#[from] EvaluateError),
    /// A picture cannot be encoded.
    #[error("{path}: the picture cannot be encoded: {reason}")]
    Picture {
        /// The file it was for.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
}

impl From<FileError> for ReportError {
    fn from(error: FileError) -> Self {
        Self::Run(error.into())
    }
}
