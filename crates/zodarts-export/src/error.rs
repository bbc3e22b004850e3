use crate::TOLERANCE;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;
use zodarts_nas::files::FileError;

/// An export that cannot be made.
#[derive(Debug, Error)]
pub enum ExportError {
    /// A file cannot be written.
    #[error(transparent)]
    Write(#[from] FileError),
    /// There is no place to try the files in.
    #[error("{path}: not written: no temporary folder: {source}")]
    Temporary {
        /// The file that was to be written.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A name that Python cannot import.
    #[error(
        "{path}: expected a file name of letters, digits and `_` that ends in .py; choose another with --out"
    )]
    NoModule {
        /// The file that was to be written.
        path: PathBuf,
    },
    /// A file that cannot be run, or not be read back.
    #[error(
        "{path}: not written: it could not be held against the engine: {reason}; this is a bug of zodarts"
    )]
    Unusable {
        /// The file that was to be written.
        path: PathBuf,
        /// What went wrong.
        reason: String,
    },
    /// A file that says something else than the engine.
    #[error(
        "{path}: not written: its probabilities differ from the engine's by {difference:e}, expected {TOLERANCE:e} at \
         most; this is a bug of zodarts"
    )]
    Differs {
        /// The file that was to be written.
        path: PathBuf,
        /// By how much, at most.
        difference: f32,
    },
}

impl ExportError {
    pub(crate) fn unusable(path: &Path, reason: String) -> Self {
        Self::Unusable { path: path.into(), reason }
    }

    pub(crate) fn temporary(path: &Path, source: io::Error) -> Self {
        Self::Temporary { path: path.into(), source }
    }
}
