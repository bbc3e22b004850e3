//! Why there are no event files.

use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Events that cannot be written. No reason to stop a run.
#[derive(Debug, Error)]
#[error("{path}: cannot be written: {source}; the run goes on without events for TensorBoard")]
pub struct EventsError {
    /// The event file, or its folder.
    pub path: PathBuf,
    /// Why not.
    pub source: io::Error,
}
