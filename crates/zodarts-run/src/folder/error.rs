//! The errors of a run folder.

use std::path::PathBuf;
use thiserror::Error;
use zodarts_nas::files::FileError;

/// A run folder that cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RunError {
    /// A file that cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The folder is not a run.
    #[error("{path}: not a run folder: `{missing}` is missing")]
    NotARun {
        /// The folder.
        path: PathBuf,
        /// The missing file.
        missing: &'static str,
        /// The command that writes it.
        command: &'static str,
    },
    /// The folder is in use.
    #[error("{path}: already holds files")]
    Exists {
        /// The folder.
        path: PathBuf,
    },
}

impl RunError {
    /// Returns what a user can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            RunError::File(error) => error.hint(),
            RunError::NotARun { command, .. } => {
                Some(format!("pass the folder that `zodarts {command}` wrote"))
            }
            RunError::Exists { .. } => Some("choose another folder with --out, or delete it".into()),
        }
    }
}
