//! Image files as a data set: one folder per class, either cut in splits here or already laid out as
//! `train|val|test/class`, or with a table of labels.

use super::class_folders::{self, ClassFolders};
use super::damaged::readable;
use super::labelled::{self, ImageRoot};
use super::layout::{SplitFolders, split_folders};
use super::left_out::LeftOut;
use super::planned_cut::{CutStores, PlannedCut};
use super::split_plan::{SplitPlan, divided};
use super::survey::{ImageSurvey, ListedFile, PixelFormat, ReadOptions};
use crate::error::DataError;
use crate::event::{LoadProgress, Notice, OpenEvent};
use crate::options::OpenOptions;
use crate::patients::Patients;
use crate::source::raw::{RawDataset, name_of};
use crate::store::{ImageShape, ImageStore};
use crate::task::Task;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Reads a folder, or the frames of one file if there is a table. Paths are taken in sorted order, so equal
/// folders give equal data.
pub(in crate::source) fn read(
    path: &Path,
    options: &OpenOptions,
    on_event: &dyn Fn(OpenEvent),
) -> Result<RawDataset, DataError> {
    let mut patients = Patients::default();
    let plan = match &options.labels {
        Some(table) => labelled::plan(image_root(path), table, options, &mut patients, on_event)?,
        None => plan(path, options, &mut patients, on_event)?,
    };
    if plan.images.later_frames > 0 {
        on_event(Notice::LaterFrames { files: plan.images.later_frames }.into());
    }
    if plan.images.own_range > 0 {
        on_event(Notice::OwnRange { files: plan.images.own_range }.into());
    }
    let total = plan.splits.iter().map(Vec::len).sum();
    let done = std::cell::Cell::new(0);
    let report = |images| {
        done.set(done.get() + images);
        on_event(LoadProgress::Decode { done: done.get(), total }.into());
    };
    let (images, classes) = (&plan.images, plan.classes.len());
    let load = |split: &[u32]| images.load(split, images.format, classes, &report);
    let [train, val, test] = &plan.splits;
    let loaded = [load(train)?, load(val)?, load(test)?];
    let CutStores { splits, groups } = plan.cut.make(loaded, &plan.classes, options, on_event);
    let [train, val, test] = splits;
    Ok(RawDataset {
        name: name_of(path),
        size_flag: String::new(),
        task: if plan.images.several.is_some() { Task::MultiLabel } else { Task::of_classes(classes) },
        train,
        val,
        test,
        classes: plan.classes,
        patients,
        cut: plan.cut != PlannedCut::None,
        groups,
    })
}

/// Returns the root of DATA's images, of a folder or a file.
fn image_root(path: &Path) -> ImageRoot<'_> {
    if path.is_dir() {
        return ImageRoot { folder: path, only: None };
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    ImageRoot { folder: folder.unwrap_or(Path::new(".")), only: Some(path) }
}

/// Reads every image of a `class/…` folder as one split, resized to `shape`.
pub(in crate::source) fn read_all(
    path: &Path,
    classes: &[String],
    shape: ImageShape,
    options: &OpenOptions,
    patients: &mut Patients,
    on_event: &dyn Fn(OpenEvent),
) -> Result<ImageStore, DataError> {
    let listing = class_folders::classes(path, 2)?;
    listing.left_out.report(on_event);
    let mismatch = |field, found, expected| {
        Err(DataError::ValidationMismatch { path: path.to_owned(), field, found, expected })
    };
    if listing.classes != classes {
        return mismatch("classes", format!("{:?}", listing.classes), format!("{classes:?}"));
    }
    let reading = ReadOptions { image_size: Some(shape.height), ..ReadOptions::new(path, options) };
    let files = listed(listing.files, &reading, on_event)?;
    let images = ImageSurvey::survey(files, false, reading, patients)?;
    let found = images.format.shape.channels;
    if found > shape.channels {
        return mismatch("channels", found.to_string(), shape.channels.to_string());
    }
    let format = PixelFormat { shape, ..images.format };
    images.load(&images.all(), format, classes.len(), &|_| ())
}

/// Plans the splits by folders.
fn plan<'a>(
    path: &'a Path,
    options: &OpenOptions,
    patients: &mut Patients,
    on_event: &dyn Fn(OpenEvent),
) -> Result<SplitPlan<'a>, DataError> {
    let reading = ReadOptions::new(path, options);
    if let Some(folders) = split_folders(path)? {
        return in_splits(reading, &folders, patients, on_event);
    }
    let listing = class_folders::classes(path, reading.least_classes())?;
    listing.left_out.report(on_event);
    report_alike(&listing.classes, on_event);
    let files = listed(listing.files, &reading, on_event)?;
    let images = ImageSurvey::survey(files, false, reading, patients)?;
    SplitPlan::in_three(path, images, listing.classes)
}

/// Plans the splits of a folder that is laid out in splits, with or without validation images.
fn in_splits<'a>(
    reading: ReadOptions<'a>,
    folders: &SplitFolders,
    patients: &mut Patients,
    on_event: &dyn Fn(OpenEvent),
) -> Result<SplitPlan<'a>, DataError> {
    let path = reading.root;
    let Some(test) = &folders.test else {
        return Err(DataError::Folder {
            path: path.to_owned(),
            problem: "there is a train folder but no test folder".to_owned(),
            hint: "add test/CLASS/…, or put the class folders directly below it to have it cut in splits",
        });
    };
    let train = class_folders::classes(&folders.train, reading.least_classes())?;
    report_alike(&train.classes, on_event);
    let test = same_classes(test, &train.classes)?;
    let val = folders.val.as_ref().map(|val| same_classes(val, &train.classes)).transpose()?;
    let mut left_out = LeftOut::default();
    left_out.merge(train.left_out);
    left_out.merge(test.left_out);
    let val = val.map_or_else(Vec::new, |val| {
        left_out.merge(val.left_out);
        val.files
    });
    left_out.report(on_event);
    let (mut files, mut ends) = (listed(train.files, &reading, on_event)?, [0; 2]);
    for (end, more) in ends.iter_mut().zip([val, test.files]) {
        *end = files.len();
        files.extend(listed(more, &reading, on_event)?);
    }
    let images = ImageSurvey::survey(files, false, reading, patients)?;
    let split_of = |entry: usize| ends.iter().filter(|end| entry >= **end).count();
    let splits = [0, 1, 2].map(|split| images.of_entries(|entry| split_of(entry) == split));
    if let Some(pair) = images.divided(splits.each_ref().map(Vec::as_slice)) {
        return Err(divided(path, pair.map(|image| images.listed[images.entry(image)].path.clone())));
    }
    Ok(SplitPlan::given(train.classes, images, splits))
}

/// Returns the list of some files, without those that are left out as damaged.
fn listed(
    files: Vec<(PathBuf, u16)>,
    reading: &ReadOptions<'_>,
    on_event: &dyn Fn(OpenEvent),
) -> Result<Vec<ListedFile>, DataError> {
    let files = readable(files, |(path, _)| path.as_path(), reading, on_event)?;
    let listed = |(path, class)| ListedFile { path, class, frame: None, patient: None };
    Ok(files.into_iter().map(listed).collect())
}

/// Tells of classes whose names differ by capitals only.
pub(super) fn report_alike(classes: &[String], on_event: &dyn Fn(OpenEvent)) {
    let mut first: HashMap<String, &String> = HashMap::new();
    for name in classes {
        if let Some(like) = first.insert(name.to_lowercase(), name) {
            on_event(Notice::AlikeClasses { names: [like.clone(), name.clone()] }.into());
        }
    }
}

fn same_classes(path: &Path, expected: &[String]) -> Result<ClassFolders, DataError> {
    let listing = class_folders::classes(path, expected.len())?;
    if listing.classes == expected {
        return Ok(listing);
    }
    Err(DataError::Folder {
        path: path.to_owned(),
        problem: format!("its classes are {:?}, expected {expected:?} as in train", listing.classes),
        hint: "every split needs the same class folders",
    })
}
