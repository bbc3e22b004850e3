//! Validation images from a file or folder of their own.

use super::{RawDataset, folder, npz, plan};
use crate::error::DataError;
use crate::options::{OpenOptions, Progress};
use crate::patients;
use std::path::{Path, PathBuf};

/// Takes the validation split from `path`; the one the data set came with joins its training images.
pub(crate) fn replace(
    raw: &mut RawDataset,
    path: &Path,
    options: &OpenOptions,
    progress: &dyn Fn(Progress),
) -> Result<(), DataError> {
    let new = if path.is_dir() {
        folder::read_all(path, &raw.classes, raw.train.shape, options, &mut raw.patients, progress)?
    } else {
        npz::read_validation(path, raw)?
    };
    let old = std::mem::replace(&mut raw.val, new);
    raw.train.append(old);
    check_patients(raw, path)
}

/// Refuses validation images of patients who are in another split, too.
fn check_patients(raw: &RawDataset, path: &Path) -> Result<(), DataError> {
    let stores = [&raw.train, &raw.val, &raw.test];
    let [train, val, test] = stores.map(crate::store::ImageStore::patients);
    let Some(places) = patients::divided([&train, &val, &test]) else { return Ok(()) };
    let file = |(split, position): (usize, usize)| {
        let files = stores[split].files.as_ref();
        files.map_or_else(PathBuf::new, |files| PathBuf::from(&files[position]))
    };
    Err(plan::divided(path, places.map(file)))
}
