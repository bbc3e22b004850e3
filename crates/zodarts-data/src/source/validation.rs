//! Validation images from a file or folder of their own.

use super::raw::RawDataset;
use super::{files, npz};
use crate::error::DataError;
use crate::event::OpenEvent;
use crate::options::OpenOptions;
use crate::patients;
use std::path::{Path, PathBuf};

/// Replaces the validation split by the images of `path`. The data set's own validation images join its
/// training images.
pub(crate) fn replace(
    raw: &mut RawDataset,
    path: &Path,
    options: &OpenOptions,
    on_event: &dyn Fn(OpenEvent),
) -> Result<(), DataError> {
    if path.is_dir() && raw.train.label_width > 1 {
        let (found, expected) = ("one class for each image".into(), "several".into());
        return Err(DataError::ValidationMismatch {
            path: path.to_owned(),
            field: "labels",
            found,
            expected,
        });
    }
    if path.is_dir() && raw.train.slices.is_some() {
        let (found, expected) = ("of images".into(), "of volumes".into());
        return Err(DataError::ValidationMismatch {
            path: path.to_owned(),
            field: "samples",
            found,
            expected,
        });
    }
    let new = if path.is_dir() {
        files::read_all(path, &raw.classes, raw.train.shape, options, &mut raw.patients, on_event)?
    } else {
        npz::read_validation(path, raw, on_event)?
    };
    let old = std::mem::replace(&mut raw.val, new);
    raw.train.append(old);
    // They are looked for again, among other images.
    raw.groups = None;
    check_patients(raw, path)
}

/// Refuses validation images of patients who are also in another split.
fn check_patients(raw: &RawDataset, path: &Path) -> Result<(), DataError> {
    let stores = [&raw.train, &raw.val, &raw.test];
    let [train, val, test] = stores.map(crate::store::ImageStore::patients);
    let Some(images) = patients::divided([&train, &val, &test]) else { return Ok(()) };
    let file = |(split, position): (usize, usize)| {
        let files = stores[split].files.as_ref();
        files.map_or_else(PathBuf::new, |files| PathBuf::from(&files[position]))
    };
    Err(files::divided(path, images.map(file)))
}
