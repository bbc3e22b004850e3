//! Locks that let only one process at a time work in a folder.
//!
//! The operating system holds a lock for the process that took it, until the process ends in whatever way. So
//! the file of a process that was killed blocks nobody. The file names the process that holds the lock.

use crate::error::Error;
use crate::folder::names;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use sysinfo::System;
use zodarts_nas::files::FileError;

/// The most bytes read of the owner's description.
const OWNER: u64 = 200;

/// A lock, held until it is dropped.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    file: File,
}

impl Lock {
    /// Takes the lock of an existing folder: a file in it.
    ///
    /// # Errors
    /// Returns [`Error::InUse`] if another process has the lock, or another error if the file cannot be
    /// written.
    pub fn inside(folder: &Path) -> Result<Self, Error> {
        Self::take(&folder.join(names::LOCK), folder)
    }

    /// Takes the lock of a folder that need not exist: a file beside it.
    ///
    /// # Errors
    /// Returns the errors of [`Lock::inside`].
    pub fn beside(folder: &Path) -> Result<Self, Error> {
        Self::take(&folder.with_extension("lock"), folder)
    }

    /// Takes the lock as [`Lock::beside`] does, as soon as nobody else has it. Calls `waiting` first if it
    /// has to wait.
    ///
    /// # Errors
    /// Returns an error if it cannot be written.
    pub fn wait_beside(folder: &Path, waiting: impl FnOnce()) -> Result<Self, Error> {
        match Self::beside(folder) {
            Err(Error::InUse { .. }) => {
                waiting();
                let locked = |file: &File| file.lock().map(|()| true);
                let path = folder.with_extension("lock");
                attempt(&path, locked).and_then(|(file, _)| Self::new(&path, file))
            }
            other => other,
        }
    }

    fn take(path: &Path, folder: &Path) -> Result<Self, Error> {
        let locked = |file: &File| match file.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        };
        match attempt(path, locked)? {
            (file, true) => Self::new(path, file),
            (file, false) => Err(Error::InUse { path: folder.into(), owner: owner(file) }),
        }
    }

    /// Writes the owner into the file.
    fn new(path: &Path, mut file: File) -> Result<Self, Error> {
        let host = System::host_name().unwrap_or_else(|| "this computer".into());
        let text = format!("process {} on {host}\n", std::process::id());
        let written =
            file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(text.as_bytes()));
        written.map_err(|source| failed(path, source))?;
        Ok(Self { path: path.into(), file })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The file may be removed while others wait for it only if they can tell it from a new one; see
        // `is_at`.
        if cfg!(unix) {
            let _ = fs::remove_file(&self.path);
        }
        let _ = self.file.unlock();
    }
}

/// Opens the file of a lock and tries to lock it. Tries again if the previous owner removed the file.
fn attempt(path: &Path, lock: impl Fn(&File) -> io::Result<bool>) -> Result<(File, bool), Error> {
    let refused = |source| failed(path, source);
    path.parent().map_or(Ok(()), fs::create_dir_all).map_err(refused)?;
    loop {
        let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let file = options.map_err(refused)?;
        let locked = lock(&file).map_err(refused)?;
        if !locked || is_at(&file, path) {
            return Ok((file, locked));
        }
    }
}

/// Reports whether an open file is the one at this path.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (own, named) = (file.metadata(), fs::metadata(path));
    own.ok().zip(named.ok()).is_some_and(|(own, named)| (own.dev(), own.ino()) == (named.dev(), named.ino()))
}

#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

/// Returns the owner that the file of a lock names.
fn owner(file: File) -> String {
    let mut text = String::new();
    // What cannot be read is not worth an error of its own.
    let _ = file.take(OWNER).read_to_string(&mut text);
    let line: String = text.lines().next().unwrap_or_default().chars().filter(|c| !c.is_control()).collect();
    if line.is_empty() { "an unknown process".into() } else { line }
}

fn failed(path: &Path, source: io::Error) -> Error {
    FileError::Write { path: path.into(), source }.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    #[test]
    fn a_lock_is_had_once_and_says_by_whom() {
        let folder = tempfile::tempdir().unwrap();
        let lock = Lock::inside(folder.path()).unwrap();
        let error = Lock::inside(folder.path()).unwrap_err();
        let (text, hint) = (error.to_string(), error.hint().unwrap());
        let own = format!("another zodarts (process {} on ", std::process::id());
        assert!(text.contains(&own) && hint.starts_with("wait for it"), "{text} {hint}");
        drop(lock);
        assert!(cfg!(not(unix)) || !folder.path().join("lock").exists());
        Lock::inside(folder.path()).unwrap();
    }

    #[test]
    fn a_file_that_a_killed_process_left_holds_nobody_up() {
        let folder = tempfile::tempdir().unwrap();
        for left in ["process 1 on elsewhere\n", "", "\u{1b}[2J"] {
            fs::write(folder.path().join("lock"), left).unwrap();
            Lock::inside(folder.path()).unwrap();
        }
    }

    #[test]
    fn no_two_have_it_at_once_though_the_file_comes_and_goes() {
        let folder = tempfile::tempdir().unwrap();
        let (run, inside, turns) = (folder.path().join("run"), AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let _lock = Lock::wait_beside(&run, || ()).unwrap();
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        inside.fetch_sub(1, Ordering::SeqCst);
                        turns.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(turns.into_inner(), 1600);
    }
}
