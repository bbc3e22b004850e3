//! The layout of a folder: splits with classes in them, or classes only.

use super::listing::{Listing, name};
use super::split_names::split_named;
use crate::error::DataError;
use std::path::{Path, PathBuf};

/// Most folders that an error names.
const NAMED: usize = 12;

/// The folders of the splits.
#[derive(Debug)]
pub(super) struct SplitFolders {
    pub train: PathBuf,
    pub val: Option<PathBuf>,
    pub test: Option<PathBuf>,
}

/// Finds a layout in splits: a folder for the training, and no folders but those of splits.
///
/// # Errors
/// If some folders are named like splits and the layout is not exactly that. As class names, they would mix
/// test images into the training.
pub(super) fn split_folders(path: &Path) -> Result<Option<SplitFolders>, DataError> {
    let folders = Listing::of(path)?.folders;
    let mut found: [Option<&PathBuf>; 3] = [None; 3];
    for folder in &folders {
        let Some(split) = split_named(&name(folder)) else { continue };
        if let Some(first) = found[split].replace(folder) {
            let names = [name(first), name(folder)];
            let problem =
                format!("`{}` is named like a split, and `{}` like the same one", names[0], names[1]);
            return Err(refused(path, problem, "keep one folder for each split"));
        }
    }
    let Some(split) = found.iter().flatten().next() else { return Ok(None) };
    let [Some(train), val, test] = found else { return Err(mixed(path, split, &folders)) };
    match folders.iter().find(|folder| split_named(&name(folder)).is_none()) {
        Some(other) if holds_splits(other) => {
            let problem = format!("`{}` stands beside splits and holds splits itself", name(other));
            Err(refused(path, problem, "pass the inner folder as DATA, or move it elsewhere"))
        }
        Some(_) => Err(mixed(path, train, &folders)),
        None => Ok(Some(SplitFolders { train: train.clone(), val: val.cloned(), test: test.cloned() })),
    }
}

/// Tells if a folder has a folder for the training and one for the test.
pub(super) fn holds_splits(path: &Path) -> bool {
    let Ok(listing) = Listing::of(path) else { return false };
    let splits: Vec<_> = listing.folders.iter().filter_map(|folder| split_named(&name(folder))).collect();
    splits.contains(&0) && splits.contains(&2)
}

/// Returns the error of splits among other folders.
fn mixed(path: &Path, split: &Path, folders: &[PathBuf]) -> DataError {
    let names: Vec<String> = folders.iter().map(|folder| name(folder)).collect();
    let problem = format!("`{}` is named like a split, but its neighbours are {}", name(split), some(&names));
    let hint = "keep only folders for the training, validation and test beside each other (train, val, \
                test), or class folders only";
    refused(path, problem, hint)
}

fn refused(path: &Path, problem: String, hint: &'static str) -> DataError {
    DataError::Folder { path: path.to_owned(), problem, hint }
}

/// Returns the first of many names, with the number of the others.
fn some(names: &[String]) -> String {
    let (first, others) = names.split_at(names.len().min(NAMED));
    let more = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
    first.join(", ") + &more
}
