//! A folder of images, one folder per class, either cut in splits here or already laid out as
//! `train|val|test/class`.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::walk::{self, Listing};
use super::{RawDataset, name_of};
use crate::decode::{Traits, decode, traits};
use crate::error::DataError;
use crate::options::{OpenOptions, Progress};
use crate::rng::stream;
use crate::split::{self, Share};
use crate::store::{ImageShape, ImageStore, Pixels};
use crate::task::Task;

/// The largest size that is kept when all images share it.
const MAX_KEPT: usize = 224;
/// The size images are brought to when they do not share one.
const DEFAULT_SIZE: usize = 64;
/// Images decoded between two reports of progress.
const CHUNK: usize = 256;
/// Fewest images of a class that can be cut in three.
const MIN_PER_CLASS: usize = 3;

/// Image files with their class.
type Files = Vec<(PathBuf, u16)>;

/// The pixel format of a whole folder.
#[derive(Clone, Copy, Debug)]
struct Format {
    shape: ImageShape,
    deep: bool,
}

/// Reads a folder. Paths are taken in sorted order, so equal folders give equal data.
pub(super) fn read(
    path: &Path,
    options: &OpenOptions,
    progress: &dyn Fn(Progress),
) -> Result<RawDataset, DataError> {
    let (classes, [train, val, test]) = plan(path, options.seed, progress)?;
    let all: Vec<&Path> =
        [&train, &val, &test].into_iter().flatten().map(|(file, _)| file.as_path()).collect();
    let format = survey(&all, options.image_size)?;
    let done = std::cell::Cell::new(0);
    let report = |images| {
        done.set(done.get() + images);
        progress(Progress::Decode { done: done.get(), total: all.len() });
    };
    let load = |files: &Files| load(files, format, classes.len(), &report);
    Ok(RawDataset {
        name: name_of(path),
        size_flag: String::new(),
        task: Task::of_classes(classes.len()),
        train: load(&train)?,
        val: load(&val)?,
        test: load(&test)?,
        classes,
    })
}

/// Reads every image of a `class/…` folder as one split, brought to `shape`.
pub(super) fn read_all(
    path: &Path,
    classes: &[String],
    shape: ImageShape,
    progress: &dyn Fn(Progress),
) -> Result<ImageStore, DataError> {
    let listing = walk::classes(path)?;
    report_skipped(listing.skipped, progress);
    if listing.classes != classes {
        let (found, expected) = (format!("{:?}", listing.classes), format!("{classes:?}"));
        return Err(DataError::ValidationMismatch {
            path: path.to_owned(),
            field: "classes",
            found,
            expected,
        });
    }
    let files = listing.files;
    let paths: Vec<&Path> = files.iter().map(|(file, _)| file.as_path()).collect();
    let format = survey(&paths, Some(shape.height))?;
    if format.shape.channels > shape.channels {
        return Err(DataError::ValidationMismatch {
            path: path.to_owned(),
            field: "channels",
            found: format.shape.channels.to_string(),
            expected: shape.channels.to_string(),
        });
    }
    load(&files, Format { shape, ..format }, classes.len(), &|_| ())
}

/// Class names and the files of each split.
fn plan(path: &Path, seed: u64, progress: &dyn Fn(Progress)) -> Result<(Vec<String>, [Files; 3]), DataError> {
    let folders = walk::split_folders(path)?;
    if !folders.train {
        let listing = walk::classes(path)?;
        report_skipped(listing.skipped, progress);
        return cut_in_three(path, listing, seed);
    }
    if !folders.test {
        return Err(DataError::Folder {
            path: path.to_owned(),
            problem: "there is a train folder but no test folder".to_owned(),
            hint: "add test/CLASS/…, or put the class folders directly below it to have it cut in splits",
        });
    }
    let train = walk::classes(&path.join("train"))?;
    let test = same_classes(&path.join("test"), &train.classes)?;
    let val = if folders.val { Some(same_classes(&path.join("val"), &train.classes)?) } else { None };
    let skipped = train.skipped + test.skipped + val.as_ref().map_or(0, |val| val.skipped);
    report_skipped(skipped, progress);
    let (val, train_files) = match val {
        Some(val) => (val.files, train.files),
        None => cut(&train.files, 0.1, seed, 0),
    };
    Ok((train.classes, [train_files, val, test.files]))
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

/// 70 % for training, 10 % for validation, 20 % for test, of each class.
fn cut_in_three(path: &Path, listing: Listing, seed: u64) -> Result<(Vec<String>, [Files; 3]), DataError> {
    for (class, name) in listing.classes.iter().enumerate() {
        let count = listing.files.iter().filter(|(_, other)| usize::from(*other) == class).count();
        if count < MIN_PER_CLASS {
            return Err(DataError::Folder {
                path: path.join(name),
                problem: format!("class `{name}` has {count} image(s), expected at least {MIN_PER_CLASS}"),
                hint: "training, validation and test each need one of every class",
            });
        }
    }
    let (test, rest) = cut(&listing.files, 0.2, seed, 0);
    let (val, train) = cut(&rest, 0.125, seed, 1);
    Ok((listing.classes, [train, val, test]))
}

fn cut(files: &Files, fraction: f64, seed: u64, index: u64) -> (Files, Files) {
    let members: Vec<u32> = (0..files.len() as u32).collect();
    let class = |member: u32| usize::from(files[member as usize].1);
    let rng = &mut stream(seed, "folder", index);
    let (first, second) = split::cut(&members, class, None, Share::of(fraction), rng);
    let pick = |members: Vec<u32>| members.into_iter().map(|at| files[at as usize].clone()).collect();
    (pick(first), pick(second))
}

/// The format that holds every image: colour if one has it, 16 bits if one has them.
fn survey(files: &[&Path], image_size: Option<usize>) -> Result<Format, DataError> {
    let found: Vec<Result<Traits, DataError>> = files.par_iter().map(|file| traits(file)).collect();
    // The first error in path order, not in order of time.
    let found = found.into_iter().collect::<Result<Vec<Traits>, DataError>>()?;
    let first = found[0];
    let shared = found.iter().all(|one| (one.height, one.width) == (first.height, first.width));
    let kept = shared && first.height == first.width && first.height <= MAX_KEPT;
    let size = image_size.unwrap_or(if kept { first.height } else { DEFAULT_SIZE });
    let channels = found.iter().map(|one| one.channels).max().unwrap_or(1);
    let shape = ImageShape { height: size, width: size, channels };
    Ok(Format { shape, deep: found.iter().any(|one| one.deep) })
}

fn load(
    files: &Files,
    format: Format,
    classes: usize,
    report: &dyn Fn(usize),
) -> Result<ImageStore, DataError> {
    let shape = format.shape;
    let mut pixels = if format.deep { Pixels::U16(Vec::new()) } else { Pixels::U8(Vec::new()) };
    for chunk in files.chunks(CHUNK) {
        let decoded: Vec<Result<Vec<f32>, DataError>> = chunk
            .par_iter()
            .map(|(file, _)| {
                Ok(decode(file)?.into_channels(shape.channels).resized(shape.height, shape.width).planes)
            })
            .collect();
        for planes in decoded {
            pixels.push_planes(&planes?, shape.channels);
        }
        report(chunk.len());
    }
    let labels = files.iter().map(|(_, class)| *class).collect();
    let files = Some(files.iter().map(|(file, _)| file.display().to_string()).collect());
    Ok(ImageStore { shape, pixels, labels, label_width: 1, classes, files, patients: None })
}
