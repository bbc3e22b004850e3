//! Atomic writes, bounded reads, and their errors.

use serde::Serialize;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// An error of reading or writing a file, or in a file's content.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FileError {
    /// A file or folder cannot be read.
    #[error("{path}: cannot be read: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// A file or folder cannot be written.
    #[error("{path}: cannot be written: {source}")]
    Write {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// A file's content is damaged.
    #[error("{path}: {reason}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The fault.
        reason: String,
    },
    /// The file was written by a later version.
    #[error("{path}: has format {found}, but this version of zodarts reads formats up to {known}")]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The latest format that this version knows.
        known: u32,
    },
}

impl FileError {
    /// Returns advice for the user, if there is any.
    pub fn hint(&self) -> Option<String> {
        matches!(self, Self::Newer { .. })
            .then(|| "it was written by a newer version of zodarts; use that one".into())
    }
}

/// Writes a file atomically.
///
/// # Errors
/// Returns [`FileError::Write`], which names the file, if it cannot be written.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    write_atomically(path, bytes).map_err(|source| FileError::Write { path: path.into(), source })
}

/// Reads a file of at most `limit` bytes.
///
/// # Errors
/// Returns an error if it cannot be read or is larger.
pub fn read_limited(path: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
    let bytes = read_up_to(path, limit).map_err(|source| FileError::Read { path: path.into(), source })?;
    if bytes.len() as u64 > limit {
        let reason = format!("is larger than {} MiB", limit >> 20);
        return Err(FileError::Damaged { path: path.into(), reason });
    }
    Ok(bytes)
}

/// Writes a file atomically: writes a temporary file beside it, flushes that to disk and renames it.
///
/// # Errors
/// Returns an error if the file cannot be written.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_then(path, bytes, || Ok(()))
}

/// Writes a file as [`write_atomically`] does, and calls `before` once the new content is on disk but has not
/// yet replaced the old.
///
/// # Errors
/// Returns an error if the file cannot be written or `before` fails.
pub fn write_then(path: &Path, bytes: &[u8], before: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = temporary(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    before()?;
    file.persist(path).map_err(|error| error.error)?;
    // The rename is durable only once the folder is flushed; not every platform can do that.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Prefix of the names of temporary files. A file that still has it was left by a process that was killed
/// while writing.
const TEMPORARY: &str = ".writing-";

/// Removes the temporary files that killed processes left in a folder. No other process may be writing there.
///
/// # Errors
/// Returns an error if the folder exists but cannot be read, or a file cannot be removed.
pub fn clear_temporary(folder: &Path) -> io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if is_temporary(&entry.file_name()) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Returns true if a file name is that of a temporary file.
pub fn is_temporary(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(TEMPORARY.as_bytes())
}

/// Creates a temporary file that others may read as far as the user's mask allows, like any other result.
fn temporary(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// Reads a file of at most `limit` bytes; of a larger one, the first `limit + 1` bytes.
///
/// # Errors
/// Returns an error if it cannot be read.
pub fn read_up_to(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Returns a plain value as indented JSON with a final newline.
///
/// # Panics
/// Panics if the value has no form in JSON, which a plain value always has.
pub fn json(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).expect("plain values have a form in JSON") + "\n"
}

/// Returns a plain value as one line of JSON with a final newline.
///
/// # Panics
/// Panics if the value has no form in JSON, which a plain value always has.
pub fn json_line(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain values have a form in JSON") + "\n"
}
