//! Images in files: one folder per class, either cut in splits here or already laid out as `train|val|test/class`, or with a table of
//! labels.

use super::images::{Format, Images, Listed, Reading};
use super::labelled::Place;
use super::plan::{Plan, cut_in_three, divided};
use super::walk::{self, Listing, SplitFolders};
use super::{RawDataset, labelled, name_of};
use crate::error::DataError;
use crate::options::{OpenOptions, Progress};
use crate::patients::Patients;
use crate::store::{ImageShape, ImageStore};
use crate::task::Task;
use std::path::{Path, PathBuf};

/// Reads a folder, or the frames of one file if there is a table. Paths are taken in sorted order, so equal folders give equal data.
pub(super) fn read(
    path: &Path,
    options: &OpenOptions,
    progress: &dyn Fn(Progress),
) -> Result<RawDataset, DataError> {
    let mut patients = Patients::default();
    let plan = match &options.labels {
        Some(table) => labelled::plan(place(path), table, options, &mut patients, progress)?,
        None => plan(path, options, &mut patients, progress)?,
    };
    if plan.images.own_range > 0 {
        progress(Progress::OwnRange { files: plan.images.own_range });
    }
    let total = plan.splits.iter().map(Vec::len).sum();
    let done = std::cell::Cell::new(0);
    let report = |images| {
        done.set(done.get() + images);
        progress(Progress::Decode { done: done.get(), total });
    };
    let (images, classes) = (&plan.images, plan.classes.len());
    let load = |split: &[u32]| images.load(split, images.format, classes, &report);
    let [train, val, test] = &plan.splits;
    Ok(RawDataset {
        name: name_of(path),
        size_flag: String::new(),
        task: Task::of_classes(classes),
        train: load(train)?,
        val: load(val)?,
        test: load(test)?,
        classes: plan.classes,
        patients,
        cut: plan.cut,
    })
}

/// Where the images of DATA lie, a folder or a file.
fn place(path: &Path) -> Place<'_> {
    if path.is_dir() {
        return Place { folder: path, only: None };
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    Place { folder: folder.unwrap_or(Path::new(".")), only: Some(path) }
}

/// Reads every image of a `class/…` folder as one split, brought to `shape`.
pub(super) fn read_all(
    path: &Path,
    classes: &[String],
    shape: ImageShape,
    options: &OpenOptions,
    patients: &mut Patients,
    progress: &dyn Fn(Progress),
) -> Result<ImageStore, DataError> {
    let listing = walk::classes(path)?;
    report_skipped(listing.skipped, progress);
    let mismatch = |field, found, expected| {
        Err(DataError::ValidationMismatch { path: path.to_owned(), field, found, expected })
    };
    if listing.classes != classes {
        return mismatch("classes", format!("{:?}", listing.classes), format!("{classes:?}"));
    }
    let reading = Reading { image_size: Some(shape.height), ..Reading::new(path, options) };
    let images = Images::survey(listed(listing.files), false, reading, patients)?;
    let found = images.format.shape.channels;
    if found > shape.channels {
        return mismatch("channels", found.to_string(), shape.channels.to_string());
    }
    let format = Format { shape, ..images.format };
    images.load(&images.all(), format, classes.len(), &|_| ())
}

/// Class names and the images of each split, by folders.
fn plan<'a>(
    path: &'a Path,
    options: &OpenOptions,
    patients: &mut Patients,
    progress: &dyn Fn(Progress),
) -> Result<Plan<'a>, DataError> {
    let reading = Reading::new(path, options);
    let folders = walk::split_folders(path)?;
    if folders.train {
        return in_splits(reading, &folders, options.seed, patients, progress);
    }
    let listing = walk::classes(path)?;
    report_skipped(listing.skipped, progress);
    let images = Images::survey(listed(listing.files), false, reading, patients)?;
    cut_in_three(path, images, listing.classes, options.seed)
}

/// The images of a folder that is laid out in splits, validation perhaps not among them.
fn in_splits<'a>(
    reading: Reading<'a>,
    folders: &SplitFolders,
    seed: u64,
    patients: &mut Patients,
    progress: &dyn Fn(Progress),
) -> Result<Plan<'a>, DataError> {
    let path = reading.root;
    if !folders.test {
        return Err(DataError::Folder {
            path: path.to_owned(),
            problem: "there is a train folder but no test folder".to_owned(),
            hint: "add test/CLASS/…, or put the class folders directly below it to have it cut in splits",
        });
    }
    let train = walk::classes(&path.join("train"))?;
    let test = same_classes(&path.join("test"), &train.classes)?;
    let val = folders.val.then(|| same_classes(&path.join("val"), &train.classes)).transpose()?;
    report_skipped(train.skipped + test.skipped + val.as_ref().map_or(0, |val| val.skipped), progress);
    let val = val.map_or_else(Vec::new, |val| val.files);
    let ends = [train.files.len(), train.files.len() + val.len()];
    let files = listed([train.files, val, test.files].concat());
    let images = Images::survey(files, false, reading, patients)?;
    let split_of = |entry: usize| ends.iter().filter(|end| entry >= **end).count();
    let splits = [0, 1, 2].map(|split| images.of_entries(|entry| split_of(entry) == split));
    if let Some(places) = images.divided(splits.each_ref().map(Vec::as_slice)) {
        return Err(divided(path, places.map(|(_, image)| images.listed[images.entry(image)].path.clone())));
    }
    Ok(Plan::given(train.classes, images, splits, seed))
}

fn listed(files: Vec<(PathBuf, u16)>) -> Vec<Listed> {
    files.into_iter().map(|(path, class)| Listed { path, class, frame: None, patient: None }).collect()
}

fn report_skipped(files: usize, progress: &dyn Fn(Progress)) {
    if files > 0 {
        progress(Progress::Skipped { files });
    }
}

fn same_classes(path: &Path, expected: &[String]) -> Result<Listing, DataError> {
    let listing = walk::classes(path)?;
    if listing.classes == expected {
        return Ok(listing);
    }
    Err(DataError::Folder {
        path: path.to_owned(),
        problem: format!("its classes are {:?}, expected {expected:?} as in train", listing.classes),
        hint: "every split needs the same class folders",
    })
}
