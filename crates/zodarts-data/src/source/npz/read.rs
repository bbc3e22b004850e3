//! Reading of a MedMNIST-style file as a data set, or as validation data.

use super::archive::{Archive, NpzSplit};
use super::labels::LabelMeaning;
use super::pixels::PixelScale;
use super::scale::{scale_of, scale_of_itself};
use super::wrapped::looks_wrapped;
use crate::error::DataError;
use crate::event::{Notice, OpenEvent};
use crate::memory;
use crate::options::OpenOptions;
use crate::patients::Patients;
use crate::source::medmnist::MedMnistFile;
use crate::source::raw::{RawDataset, name_of};
use crate::store::{ImageShape, ImageStore};
use std::path::Path;

/// Reads a MedMNIST-style file. If its stem is a MedMNIST name, the labels have that data set's meaning.
pub(in crate::source) fn read(
    path: &Path,
    options: &OpenOptions,
    on_event: &dyn Fn(OpenEvent),
) -> Result<RawDataset, DataError> {
    let known = MedMnistFile::of_path(path);
    let mut archive = Archive::open(path)?;
    let hint = "take some of the images out of it";
    memory::check(&path.display().to_string(), archive.bytes(), options.memory, hint)?;
    // Other images are to be the validation images.
    let without_val = options.val.is_some() && !archive.has("val");
    let read = |name| Archive::open(path)?.split(name, known);
    let val = || if without_val { Ok(None) } else { read("val").map(Some) };
    // Decompression takes most of the time, so the splits are read side by side.
    let (train, (val, test)) = rayon::join(|| read("train"), || rayon::join(val, || read("test")));
    let train = train?;
    let val = val?.unwrap_or_else(|| NpzSplit::empty("val", &train));
    let mut splits = [train, val, test?];
    for split in &splits[1..] {
        check_shape(path, split, splits[0].shape)?;
    }
    if known.is_none() && splits.iter().all(|split| split.labels.is_one_hot()) {
        on_event(Notice::OneHotLabels { classes: splits[0].labels.columns }.into());
        for split in &mut splits {
            split.labels = split.labels.one_hot_classes();
        }
    }
    let meaning =
        LabelMeaning::infer(path, known, splits.each_ref().map(|split| (split.name, &split.labels)))?;
    let scale = scale_of(path, &splits, on_event)?;
    let (name, size_flag) = match known {
        Some(file) => (file.set.name.to_owned(), file.size_flag()),
        None => (name_of(path), String::new()),
    };
    let [train, val, test] = splits.map(|split| split.into_store(&meaning, scale));
    if scale == PixelScale::Bytes && looks_wrapped(&train) {
        on_event(Notice::LostBits.into());
    }
    let (task, classes, patients) = (meaning.task, meaning.classes, Patients::default());
    Ok(RawDataset { name, size_flag, task, classes, train, val, test, patients, cut: false, groups: None })
}

/// Reads `val_images` and `val_labels` of a file as validation data for `raw`.
pub(in crate::source) fn read_validation(
    path: &Path,
    raw: &RawDataset,
    on_event: &dyn Fn(OpenEvent),
) -> Result<ImageStore, DataError> {
    let mut split = Archive::open(path)?.split("val", None)?;
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
    if raw.train.label_width == 1 && split.labels.columns == raw.classes.len() && split.labels.is_one_hot() {
        split.labels = split.labels.one_hot_classes();
    }
    if split.labels.columns != raw.train.label_width {
        return mismatch("label columns", split.labels.columns, raw.train.label_width);
    }
    let meaning = LabelMeaning { task: raw.task, classes: raw.classes.clone() };
    meaning.check_range(path, split.name, &split.labels)?;
    let scale = scale_of_itself(path, &split, on_event)?;
    Ok(split.into_store(&meaning, scale))
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
