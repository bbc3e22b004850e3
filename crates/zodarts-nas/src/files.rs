//! Atomic writes, bounded reads, and the error of both.

use serde::Serialize;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// A file that cannot be read or written, or is not what it should be.
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
    /// A file's content is not what it should be.
    #[error("{path}: {reason}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The fault.
        reason: String,
    },
    /// The file was written by a later version.
    #[error("{path}: has format {found}, but this zodarts knows formats up to {known}")]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The latest known format.
        known: u32,
    },
}

impl FileError {
    /// Returns what a user can do about it.
    pub fn hint(&self) -> Option<String> {
        matches!(self, Self::Newer { .. }).then(|| "it was written by a newer one, use that".into())
    }
}

/// Writes a file at once or not at all; the error names it.
///
/// # Errors
/// Returns [`FileError::Write`] if it cannot be written.
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
        let reason = format!("larger than {} MiB", limit >> 20);
        return Err(FileError::Damaged { path: path.into(), reason });
    }
    Ok(bytes)
}

/// Writes a file at once or not at all: a temporary file beside it, flushed to disk, then renamed.
///
/// # Errors
/// If it cannot be written.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_then(path, bytes, || Ok(()))
}

/// As [`write_atomically`], with something to do once the new content is safe on disk and before it takes the
/// old one's place.
///
/// # Errors
/// If it cannot be written, or `before` fails.
pub fn write_then(path: &Path, bytes: &[u8], before: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = temporary(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    before()?;
    file.persist(path).map_err(|error| error.error)?;
    // The rename itself is durable once the folder is; not every platform can flush a folder.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// What names of temporary files begin with: one that is left was being written by a process that was killed.
const TEMPORARY: &str = ".writing-";

/// Removes what killed processes left half written in a folder. Nobody may be writing there.
///
/// # Errors
/// If the folder is there and cannot be read, or a file not be removed.
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

/// Whether a file is one that was being written.
pub fn is_temporary(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(TEMPORARY.as_bytes())
}

/// A temporary file that others may read as far as the user's mask allows, like any other result.
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

/// Reads a file of at most `limit` bytes; one byte more than that if it is larger.
///
/// # Errors
/// If it cannot be read.
pub fn read_up_to(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A plain value as indented JSON, with a final newline.
pub fn json(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).expect("plain values have a form in JSON") + "\n"
}

/// A plain value as one line of JSON, with a final newline.
pub fn json_line(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain values have a form in JSON") + "\n"
}
