//! Image files that cannot be read, found before splits are planned.

use super::survey::ReadOptions;
use crate::error::DataError;
use crate::event::{Notice, OpenEvent};
use crate::image_file::ImageFile;
use crate::options::DamagedImages;
use rayon::prelude::*;
use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

/// Returns the items whose files can be read, and tells of each file that cannot; all items, if damaged files
/// are not to be left out.
///
/// # Errors
/// Returns the first fault if no item is left.
pub(super) fn readable<T>(
    items: Vec<T>,
    path: impl Fn(&T) -> &Path,
    reading: &ReadOptions<'_>,
    on_event: &dyn Fn(OpenEvent),
) -> Result<Vec<T>, DataError> {
    if reading.damaged == DamagedImages::Refuse {
        return Ok(items);
    }
    let paths: BTreeSet<&Path> = items.iter().map(&path).collect();
    let faults: Vec<(PathBuf, DataError)> = paths
        .into_par_iter()
        .filter_map(|path| Some((path.to_owned(), decoded(path, reading).err()?)))
        .collect();
    let damaged: HashSet<PathBuf> = faults.iter().map(|(path, _)| path.clone()).collect();
    let kept: Vec<T> = items.into_iter().filter(|item| !damaged.contains(path(item))).collect();
    for (path, fault) in &faults {
        on_event(Notice::Damaged { file: reading.name(path), reason: fault.reason() }.into());
    }
    match faults.into_iter().next() {
        Some((_, fault)) if kept.is_empty() => Err(fault),
        _ => Ok(kept),
    }
}

/// Decodes every frame of a file.
fn decoded(path: &Path, reading: &ReadOptions<'_>) -> Result<(), DataError> {
    let mut file = ImageFile::open(path, reading.window)?;
    (0..file.frames()).try_for_each(|frame| file.decode(frame).map(drop))
}
