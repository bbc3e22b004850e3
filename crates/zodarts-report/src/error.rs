//! Errors of making a page.

use thiserror::Error;
use zodarts::evaluate::EvaluateError;
use zodarts::run::RunError;

/// A page that cannot be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A run folder cannot be read, or the page cannot be written.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The model cannot be loaded, or the data are not those of the run.
    #[error(transparent)]
    Zodarts(#[from] zodarts::Error),
    /// The scores of the run are invalid.
    #[error(transparent)]
    Evaluate(#[from] EvaluateError),
}
