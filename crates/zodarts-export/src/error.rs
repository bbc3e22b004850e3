//! Errors of exports, and the reasons for which a file is refused.

use crate::onnx::OnnxFault;
use crate::tolerance::TOLERANCE;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;
use zodarts_nas::evaluate::EvaluateError;
use zodarts_nas::files::FileError;

/// An export that cannot be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ExportError {
    /// A file cannot be written.
    #[error(transparent)]
    Write(#[from] FileError),
    /// There is no temporary folder to try the files in.
    #[error("{path}: not written: no temporary folder: {source}")]
    #[non_exhaustive]
    Temporary {
        /// The file that was to be written.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// Python cannot import a file of this name.
    #[error("{path}: expected a file name of letters, digits and `_` that ends in .py")]
    #[non_exhaustive]
    NoModule {
        /// The file that was to be written.
        path: PathBuf,
    },
    /// A file cannot be compared with the engine.
    #[error("{path}: not written: it cannot be compared with the engine: {fault}")]
    #[non_exhaustive]
    Unusable {
        /// The file that was to be written.
        path: PathBuf,
        /// The reason.
        fault: CheckFault,
    },
    /// A file's probabilities differ from the engine's by more than [`TOLERANCE`].
    #[error(
        "{path}: not written: its probabilities differ from the engine's by {difference:e}, expected \
         {TOLERANCE:e} at most"
    )]
    #[non_exhaustive]
    Differs {
        /// The file that was to be written.
        path: PathBuf,
        /// The largest difference.
        difference: f32,
    },
}

impl ExportError {
    /// Returns what to do about the error, in a form that can follow it after a semicolon.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Write(_) | Self::Temporary { .. } => None,
            Self::NoModule { .. } => Some("choose another with --out".into()),
            Self::Unusable { .. } | Self::Differs { .. } => {
                Some("this is a bug of zodarts, please report it".into())
            }
        }
    }

    pub(crate) fn unusable(path: &Path, fault: CheckFault) -> Self {
        Self::Unusable { path: path.into(), fault }
    }

    pub(crate) fn temporary(path: &Path, source: io::Error) -> Self {
        Self::Temporary { path: path.into(), source }
    }
}

/// A reason why a file cannot be compared with the engine.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CheckFault {
    /// An ONNX file cannot be read or run.
    #[error(transparent)]
    Onnx(#[from] OnnxFault),
    /// A file gives another number of probabilities than the engine.
    #[error("{found} probabilities, expected {expected}")]
    #[non_exhaustive]
    Count {
        /// The number of the file's.
        found: usize,
        /// The number of the engine's.
        expected: usize,
    },
    /// The engine gives no probabilities.
    #[error("the engine: {0}")]
    Engine(#[from] EvaluateError),
    /// A Python file does not run.
    #[error("{0}")]
    Python(String),
    /// Weights cannot be read back.
    #[error(transparent)]
    Weights(#[from] FileError),
    /// A weight reads back as another number.
    #[error("a value does not read back as it was written")]
    Bits,
}
