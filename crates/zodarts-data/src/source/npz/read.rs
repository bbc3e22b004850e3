//! Reading of a MedMNIST-style file as a data set, or as validation data.

use super::archive::{Archive, NpzSplit};
use super::image_axes::{ImageAxes, ImageForm};
use super::labels::LabelMeaning;
use super::pixels::PixelScale;
use super::scale::{scale_of, scale_of_itself};
use super::wrapped::looks_wrapped;
use crate::error::DataError;
use crate::event::{Notice, OpenEvent};
use crate::memory;
use crate::options::{OpenOptions, Volumes};
use crate::patients::Patients;
use crate::source::medmnist::MedMnistFile;
use crate::source::raw::{RawDataset, name_of};
use crate::store::ImageStore;
use std::path::Path;

/// Reads a MedMNIST-style file. If its stem is a MedMNIST name, the labels have that data set's meaning.
pub(in crate::source) fn read(
    path: &Path,
    options: &OpenOptions,
    on_event: &dyn Fn(OpenEvent),
) -> Result<RawDataset, DataError> {
    let known = MedMnistFile::of_path(path);
    let form = ImageForm { known, volumes: are_volumes(known, options) };
    let mut archive = Archive::open(path)?;
    let hint = "take some of the images out of it";
    memory::check(&path.display().to_string(), archive.bytes(), options.memory, hint)?;
    // Other images are to be the validation images.
    let without_val = options.val.is_some() && !archive.has("val");
    let read = |name| Archive::open(path)?.split(name, form);
    let val = || if without_val { Ok(None) } else { read("val").map(Some) };
    // Decompression takes most of the time, so the splits are read side by side.
    let (train, (val, test)) = rayon::join(|| read("train"), || rayon::join(val, || read("test")));
    let train = train?;
    let val = val?.unwrap_or_else(|| NpzSplit::empty("val", &train));
    let mut splits = [train, val, test?];
    for split in &splits[1..] {
        check_shape(path, split, splits[0].axes)?;
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
    if let Some(slices) = train.slices {
        on_event(Notice::VolumesSliced { slices }.into());
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
    let form = ImageForm { known: None, volumes: raw.train.slices.is_some() };
    let mut split = Archive::open(path)?.split("val", form)?;
    let shape = raw.train.shape;
    let mismatch = |field, found: usize, expected: usize| {
        let (found, expected) = (found.to_string(), expected.to_string());
        Err(DataError::ValidationMismatch { path: path.to_owned(), field, found, expected })
    };
    let found = split.axes.shape;
    for (field, found, expected) in [
        ("channels", found.channels, shape.channels),
        ("height", found.height, shape.height),
        ("width", found.width, shape.width),
        ("slices", split.axes.slices.unwrap_or(1), raw.train.slices.unwrap_or(1)),
    ] {
        if found != expected {
            return mismatch(field, found, expected);
        }
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

/// Tells if the samples of a file are read as volumes.
fn are_volumes(known: Option<MedMnistFile>, options: &OpenOptions) -> bool {
    let of_network = options.network.as_ref().is_some_and(|network| network.slices.is_some());
    options.volumes == Volumes::Slices || of_network || known.is_some_and(|file| file.set.volumes)
}

fn check_shape(path: &Path, split: &NpzSplit, expected: ImageAxes) -> Result<(), DataError> {
    if (split.axes.shape, split.axes.slices) == (expected.shape, expected.slices) {
        return Ok(());
    }
    Err(DataError::ArrayShape {
        path: path.to_owned(),
        array: format!("{}_images", split.name),
        found: split.axes.text().into(),
        expected: format!("{} as in train_images", expected.text()).into(),
        hint: None,
    })
}
