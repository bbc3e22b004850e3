//! Lists of folders.

use crate::error::DataError;
use crate::image_folder::is_hidden;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// The entries of a folder, sorted.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub folders: Vec<PathBuf>,
    pub files: Vec<PathBuf>,
    /// Number of hidden files and folders.
    pub hidden: usize,
}

impl Listing {
    /// Lists a folder.
    pub fn of(path: &Path) -> Result<Self, DataError> {
        let list =
            || std::fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>();
        let mut entries = list().map_err(|source| io(path, "list the folder", source))?;
        entries.sort();
        let mut listing = Self::default();
        for entry in entries {
            if is_hidden(&name(&entry)) {
                listing.hidden += 1;
            } else if entry.is_dir() {
                listing.folders.push(entry);
            } else {
                listing.files.push(entry);
            }
        }
        Ok(listing)
    }
}

/// Passes the listing of a folder and of each folder below it to `visit`. Folders in `visited` are skipped,
/// and so are those that were listed before, to which a link leads back. Returns the number of folders
/// skipped.
pub(super) fn walk(
    folder: &Path,
    mut visited: HashSet<PathBuf>,
    mut visit: impl FnMut(Listing),
) -> Result<usize, DataError> {
    let (mut pending, mut skipped) = (vec![folder.to_owned()], 0);
    while let Some(folder) = pending.pop() {
        if !visited.insert(real(&folder)?) {
            skipped += 1;
            continue;
        }
        let mut listing = Listing::of(&folder)?;
        pending.append(&mut listing.folders);
        visit(listing);
    }
    Ok(skipped)
}

/// Returns the last part of a path.
pub(super) fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Returns the path without links.
pub(super) fn real(path: &Path) -> Result<PathBuf, DataError> {
    path.canonicalize().map_err(|source| io(path, "follow the link", source))
}

fn io(path: &Path, action: &'static str, source: std::io::Error) -> DataError {
    DataError::Io { path: path.to_owned(), action, source }
}
