//! Versions of what a run folder holds.
//!
//! * 1: as written up to version 0.1.0 before runs could be gone on with; nothing says so.
//! * 2: `config.toml` says which command made the run, and a checkpoint may be one within an epoch.
//! * 3: the settings of the search method stand in `[method]` of `config.toml`, and no other method's beside
//!   them. Earlier keys are read by `settings/flat.rs`.
//!
//! Files of every format are kept in `tests/legacy/` of the command and read in its tests.

use std::path::Path;
use zodarts_nas::files::FileError;

/// The format that is written.
pub const FORMAT: u32 = 3;

/// That of files that do not say.
pub fn unsaid() -> u32 {
    1
}

/// Refuses a format that only a later version knows.
pub fn check(path: &Path, found: u32) -> Result<(), FileError> {
    if found <= FORMAT { Ok(()) } else { Err(FileError::Newer { path: path.into(), found, known: FORMAT }) }
}
