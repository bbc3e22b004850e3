//! The error of writing event files.

use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// An event file that cannot be created or written. The run does not stop for it.
#[derive(Debug, Error)]
#[error("{path}: cannot be written: {source}")]
#[non_exhaustive]
pub struct EventsError {
    /// The event file.
    pub path: PathBuf,
    /// The error of the operating system.
    pub source: io::Error,
}

impl EventsError {
    /// Returns the consequence for the run, in a form that can follow the error after a semicolon.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let folder = self.path.parent()?.display();
        Some(format!("the run goes on without event files in {folder}"))
    }
}
