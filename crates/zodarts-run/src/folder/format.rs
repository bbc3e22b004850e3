//! The formats of a run folder.
//!
//! * 1: written before runs could be resumed; the files do not record it.
//! * 2: `config.toml` records the command of the run, and a checkpoint can be within an epoch.
//! * 3: the settings of the search method are in `[method]` of `config.toml`, and those of other methods are
//!   not stored. `settings/flat.rs` reads the keys of earlier formats.
//!
//! Files of every format are kept in `tests/legacy/` of the command and read in its tests.

use std::path::Path;
use zodarts_nas::files::FileError;

/// The format that is written.
pub const FORMAT: u32 = 3;

/// Returns the format of files that do not record one.
pub fn unrecorded() -> u32 {
    1
}

/// Refuses a format that only a later version knows.
pub fn check(path: &Path, found: u32) -> Result<(), FileError> {
    if found <= FORMAT { Ok(()) } else { Err(FileError::Newer { path: path.into(), found, known: FORMAT }) }
}
