//! Validation images from a file or folder of their own.

use std::path::Path;

use super::{RawDataset, folder, npz};
use crate::error::DataError;
use crate::options::Progress;

/// Takes the validation split from `path`; the one the data set came with joins its training images.
pub(crate) fn replace(
    raw: &mut RawDataset,
    path: &Path,
    progress: &dyn Fn(Progress),
) -> Result<(), DataError> {
    let new = if path.is_dir() {
        folder::read_all(path, &raw.classes, raw.train.shape, progress)?
    } else {
        npz::read_validation(path, raw)?
    };
    let old = std::mem::replace(&mut raw.val, new);
    raw.train.append(old);
    Ok(())
}
