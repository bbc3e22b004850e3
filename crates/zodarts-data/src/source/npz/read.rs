//! Reading of a MedMNIST-style file as a data set, or as validation data.

use super::archive::{Archive, NpzSplit};
use super::labels::LabelMeaning;
use crate::error::DataError;
use crate::memory;
use crate::patients::Patients;
use crate::source::medmnist::MedMnistFile;
use crate::source::raw::{RawDataset, name_of};
use crate::store::{ImageShape, ImageStore};
use std::path::Path;

/// Reads a MedMNIST-style file. If its stem is a MedMNIST name, the labels have that data set's meaning.
pub(in crate::source) fn read(path: &Path, memory: Option<u64>) -> Result<RawDataset, DataError> {
    let known = MedMnistFile::of_path(path);
    let bytes = Archive::open(path)?.bytes();
    memory::check(&path.display().to_string(), bytes, memory, "take some of the images out of it")?;
    let read = |name| Archive::open(path)?.split(name, known);
    // Decompression takes most of the time, so the splits are read side by side.
    let (train, (val, test)) = rayon::join(|| read("train"), || rayon::join(|| read("val"), || read("test")));
    let splits = [train?, val?, test?];
    for split in &splits[1..] {
        check_shape(path, split, splits[0].shape)?;
    }
    let meaning =
        LabelMeaning::infer(path, known, splits.each_ref().map(|split| (split.name, &split.labels)))?;
    let (name, size_flag) = match known {
        Some(file) => (file.set.name.to_owned(), file.size_flag()),
        None => (name_of(path), String::new()),
    };
    let [train, val, test] = splits.map(|split| split.into_store(&meaning));
    let (task, classes, patients) = (meaning.task, meaning.classes, Patients::default());
    Ok(RawDataset { name, size_flag, task, classes, train, val, test, patients, cut: false })
}

/// Reads `val_images` and `val_labels` of a file as validation data for `raw`.
pub(in crate::source) fn read_validation(path: &Path, raw: &RawDataset) -> Result<ImageStore, DataError> {
    let split = Archive::open(path)?.split("val", None)?;
    let shape = raw.train.shape;
    let mismatch = |field, found: usize, expected: usize| {
        let (found, expected) = (found.to_string(), expected.to_string());
        Err(DataError::ValidationMismatch { path: path.to_owned(), field, found, expected })
    };
    if split.shape.channels != shape.channels {
        return mismatch("channels", split.shape.channels, shape.channels);
    }
    if split.shape.height != shape.height {
        return mismatch("height", split.shape.height, shape.height);
    }
    if split.shape.width != shape.width {
        return mismatch("width", split.shape.width, shape.width);
    }
    if split.labels.columns != raw.train.label_width {
        return mismatch("label columns", split.labels.columns, raw.train.label_width);
    }
    let meaning = LabelMeaning { task: raw.task, classes: raw.classes.clone() };
    meaning.check_range(path, split.name, &split.labels)?;
    Ok(split.into_store(&meaning))
}

fn check_shape(path: &Path, split: &NpzSplit, expected: ImageShape) -> Result<(), DataError> {
    if split.shape == expected {
        return Ok(());
    }
    let text = |shape: ImageShape| format!("(N, {}, {}, {})", shape.height, shape.width, shape.channels);
    Err(DataError::ArrayShape {
        path: path.to_owned(),
        array: format!("{}_images", split.name),
        found: text(split.shape).into(),
        expected: format!("{} as in train_images", text(expected)).into(),
        hint: None,
    })
}
