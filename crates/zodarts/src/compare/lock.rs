//! Folders that only one process works in at a time.
//!
//! The lock of a folder is a file beside it, for the folder is not there yet when two begin at once. It ends with the file that is
//! returned, and with the process.

use crate::error::Error;
use crate::run::RunError;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The lock of a folder, unless somebody else has it.
///
/// # Errors
/// [`Error::InUse`] if somebody has; otherwise if it cannot be written.
pub fn take(folder: &Path) -> Result<File, Error> {
    let lock = Lock::of(folder)?;
    match lock.file.try_lock() {
        Ok(()) => Ok(lock.file),
        Err(TryLockError::WouldBlock) => Err(Error::InUse { path: folder.into() }),
        Err(TryLockError::Error(source)) => Err(lock.failed(source)),
    }
}

/// The lock of a folder, as soon as nobody else has it. Calls `waiting` first if somebody has.
///
/// # Errors
/// If it cannot be written.
pub fn wait(folder: &Path, waiting: impl FnOnce()) -> Result<File, Error> {
    match take(folder) {
        Err(Error::InUse { .. }) => {
            waiting();
            let lock = Lock::of(folder)?;
            lock.file.lock().map_err(|source| lock.failed(source))?;
            Ok(lock.file)
        }
        other => other,
    }
}

struct Lock {
    path: PathBuf,
    file: File,
}

impl Lock {
    fn of(folder: &Path) -> Result<Self, Error> {
        let path = folder.with_extension("lock");
        let made = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| File::create(&path));
        let file = made.map_err(|source| RunError::Write { path: path.clone(), source })?;
        Ok(Self { path, file })
    }

    fn failed(&self, source: io::Error) -> Error {
        RunError::Write { path: self.path.clone(), source }.into()
    }
}
