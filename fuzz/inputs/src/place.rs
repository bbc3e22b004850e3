//! A folder for inputs that have to be files.

use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

thread_local! {
    /// One for all inputs: making folders would take longer than most inputs do.
    static PLACE: TempDir = tempfile::tempdir().expect("a temporary folder");
}

/// A file or folder there.
pub fn path(name: &str) -> PathBuf {
    PLACE.with(|place| place.path().join(name))
}

/// Writes an input to a file there, whose folder has to exist.
pub fn write(name: impl AsRef<Path>, bytes: &[u8]) -> PathBuf {
    let path = PLACE.with(|place| place.path().join(name));
    fs::write(&path, bytes).expect("the temporary folder can be written");
    path
}

/// A folder there.
pub fn folder(name: &str) -> PathBuf {
    let path = path(name);
    if !path.is_dir() {
        fs::create_dir_all(&path).expect("the temporary folder can be written");
    }
    path
}
