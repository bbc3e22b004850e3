//! A survey of image files by their headers.

use super::several_labels::SeveralLabels;
use crate::decode::Traits;
use crate::dicom::Window;
use crate::error::DataError;
use crate::hex::hex;
use crate::image_file::ImageFile;
use crate::image_fit::ImageFit;
use crate::info::DatasetInfo;
use crate::memory;
use crate::options::{DamagedImages, OpenOptions, TestSplit};
use crate::origin::ImageOrigin;
use crate::patients::{self, PatientKey, Patients};
use crate::store::ImageShape;
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The largest size, in pixels, that is kept if all images share it.
const MAX_KEPT: usize = 224;
/// The size, in pixels, of images that do not share one.
const DEFAULT_SIZE: usize = 64;
/// Hexadecimal digits of an anonymous name.
const ANONYMOUS_NAME: usize = 12;

/// Options of reading files.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReadOptions<'a> {
    /// The folder that anonymous names do not depend on.
    pub root: &'a Path,
    pub window: Option<Window>,
    pub fit: ImageFit,
    pub image_size: Option<usize>,
    /// The shape that a network takes, if the data are opened for one: then nothing is cut.
    pub network: Option<ImageShape>,
    pub test: TestSplit,
    pub anonymous: bool,
    pub memory: Option<u64>,
    pub damaged: DamagedImages,
}

impl<'a> ReadOptions<'a> {
    /// Returns the options for files below `root`.
    pub fn new(root: &'a Path, options: &OpenOptions) -> Self {
        let OpenOptions { window, fit, image_size, test, anonymous, memory, damaged, .. } = *options;
        let shape = |info: &DatasetInfo| {
            let DatasetInfo { channels, height, width, .. } = *info;
            ImageShape { height, width, channels }
        };
        let network = options.network.as_ref().map(shape);
        Self { root, window, fit, image_size, network, test, anonymous, memory, damaged }
    }

    /// Returns the name of a file: its path, or, of anonymous images, the start of the SHA-256 of its path
    /// below the root, folders separated by `/`.
    pub fn name(&self, path: &Path) -> String {
        if !self.anonymous {
            return path.display().to_string();
        }
        let below = path.strip_prefix(self.root).unwrap_or(path);
        let parts: Vec<_> = below.components().map(|part| part.as_os_str().as_encoded_bytes()).collect();
        let mut name = hex(&Sha256::digest(parts.join(&b'/')));
        name.truncate(ANONYMOUS_NAME);
        name
    }

    /// Returns the fewest classes that data may have: a network has its own.
    pub fn least_classes(&self) -> usize {
        if self.network.is_some() { 1 } else { 2 }
    }
}

/// A file, or one frame of it, with the class of its images.
#[derive(Clone, Debug)]
pub(super) struct ListedFile {
    pub path: PathBuf,
    pub class: u16,
    /// The frame, from 0; `None` for every frame.
    pub frame: Option<usize>,
    /// The patient, if a table names one.
    pub patient: Option<PatientKey>,
}

/// The pixel format of all images.
#[derive(Clone, Copy, Debug)]
pub(super) struct PixelFormat {
    pub shape: ImageShape,
    pub deep: bool,
}

/// An image: the index of its listed file, and its frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct FrameRef {
    pub entry: usize,
    pub frame: usize,
}

/// Images whose headers are read.
#[derive(Debug)]
pub(super) struct ImageSurvey<'a> {
    pub reading: ReadOptions<'a>,
    pub listed: Vec<ListedFile>,
    /// The number of frames in the file of each list entry.
    pub frames: Vec<usize>,
    /// The facts of each list entry's file.
    pub origins: Vec<ImageOrigin>,
    /// Images in the order of the list.
    pub items: Vec<FrameRef>,
    /// The number of each image's patient, if any patient is known.
    pub patients: Option<Vec<u32>>,
    /// The labels of each list entry, if an image may have several.
    pub several: Option<SeveralLabels>,
    pub format: PixelFormat,
    /// Number of files that hold more images than are read.
    pub later_frames: usize,
    /// Number of files whose grey is scaled from their own smallest value to their largest.
    pub own_range: usize,
}

impl<'a> ImageSurvey<'a> {
    /// Reads the headers of some files. Patients are those of the headers, or of the list if `told`. The
    /// caller checks that files have the frames that are listed.
    pub fn survey(
        listed: Vec<ListedFile>,
        told: bool,
        reading: ReadOptions<'a>,
        patients: &mut Patients,
    ) -> Result<Self, DataError> {
        let (files, file_of) = distinct(&listed);
        let read = |path: &&Path| {
            let traits = ImageFile::open(path, reading.window)?.traits()?;
            Ok((traits, ImageOrigin::of(path, &traits)?))
        };
        let found: Vec<Result<(Traits, ImageOrigin), DataError>> = files.par_iter().map(read).collect();
        // The first error in path order, not in order of time.
        let found = found.into_iter().collect::<Result<Vec<_>, DataError>>()?;
        let (found, origins): (Vec<Traits>, Vec<ImageOrigin>) = found.into_iter().unzip();
        let origins = file_of.iter().map(|file| origins[*file]).collect();
        let format = PixelFormat::of(&found, reading);
        let own_range = found.iter().filter(|traits| traits.own_range).count();
        let later_frames = found.iter().filter(|traits| traits.later_frames).count();
        let traits_of = || file_of.iter().map(|file| &found[*file]);
        let frames: Vec<usize> = traits_of().map(|traits| traits.frames).collect();
        let items_of = |(entry, listed): (usize, &ListedFile)| {
            let wanted = listed.frame.map_or(0..frames[entry], |frame| frame..frame + 1);
            wanted.map(move |frame| FrameRef { entry, frame })
        };
        let items: Vec<FrameRef> = listed.iter().enumerate().flat_map(items_of).collect();
        format.check_memory(items.len(), reading)?;
        let keys = listed.iter().zip(traits_of()).map(|(listed, traits)| key(listed, traits, told));
        let numbers: Vec<u32> = keys.map(|key| patients.number(key)).collect();
        let known = numbers.iter().any(|number| *number != patients::UNKNOWN);
        let patients = known.then(|| items.iter().map(|item| numbers[item.entry]).collect());
        let several = None;
        Ok(Self {
            reading,
            listed,
            frames,
            origins,
            items,
            patients,
            several,
            format,
            later_frames,
            own_range,
        })
    }

    /// Returns the indices of all images.
    pub fn all(&self) -> Vec<u32> {
        (0..self.items.len() as u32).collect()
    }

    /// Returns the images of the list entries that `wanted` accepts.
    pub fn of_entries(&self, wanted: impl Fn(usize) -> bool) -> Vec<u32> {
        self.all().into_iter().filter(|image| wanted(self.entry(*image))).collect()
    }

    /// Returns the index of an image's list entry.
    pub fn entry(&self, image: u32) -> usize {
        self.items[image as usize].entry
    }

    /// Returns the class of an image.
    pub fn class(&self, image: u32) -> u16 {
        self.listed[self.entry(image)].class
    }

    /// Returns the number of patients of some images, if any patient is known.
    pub fn patients_of(&self, images: impl Iterator<Item = u32>) -> Option<usize> {
        let patients = self.patients.as_ref()?;
        Some(patients::count(images.map(|image| patients[image as usize])))
    }

    /// Returns two images of one patient in different splits, if there are any.
    pub fn divided(&self, splits: [&[u32]; 3]) -> Option<[u32; 2]> {
        let numbers = self.patients.as_ref()?;
        let of = |images: &[u32]| images.iter().map(|image| numbers[*image as usize]).collect::<Vec<u32>>();
        let [train, val, test] = splits.map(of);
        let places = patients::divided([&train, &val, &test])?;
        Some(places.map(|(split, position)| splits[split][position]))
    }
}

impl PixelFormat {
    /// Returns the format that holds every image: colour if one has it, 16 bits if one has them; of the
    /// network's shape if there is one.
    fn of(found: &[Traits], reading: ReadOptions<'_>) -> Self {
        let first = &found[0];
        let shared = found.iter().all(|one| (one.height, one.width) == (first.height, first.width));
        let kept = shared && first.height == first.width && first.height <= MAX_KEPT;
        let size = reading.image_size.unwrap_or(if kept { first.height } else { DEFAULT_SIZE });
        let channels = found.iter().map(|one| one.channels).max().unwrap_or(1);
        let own = ImageShape { height: size, width: size, channels };
        Self { shape: reading.network.unwrap_or(own), deep: found.iter().any(|one| one.deep) }
    }

    /// Refuses more images than memory holds, before any is decoded.
    fn check_memory(self, images: usize, reading: ReadOptions<'_>) -> Result<(), DataError> {
        let values = images as u128 * self.shape.values() as u128;
        let bytes = if self.deep { 2 * values } else { values };
        memory::check(&reading.root.display().to_string(), bytes, reading.memory, memory::SMALLER)
    }
}

/// Returns the files of a list, each once, and the index of each entry's file: a file whose frames are listed
/// one by one is read once.
fn distinct(listed: &[ListedFile]) -> (Vec<&Path>, Vec<usize>) {
    let (mut files, mut places) = (Vec::new(), HashMap::new());
    let mut file_of = Vec::with_capacity(listed.len());
    for ListedFile { path, .. } in listed {
        let place = *places.entry(path.as_path()).or_insert(files.len());
        if place == files.len() {
            files.push(path.as_path());
        }
        file_of.push(place);
    }
    (files, file_of)
}

/// Returns the patient of a file: the listed one if `told`, else the one in its header.
fn key(listed: &ListedFile, traits: &Traits, told: bool) -> Option<PatientKey> {
    let key = if told { listed.patient } else { traits.patient };
    // The frames of a recording are of one patient, by whatever path they are listed.
    let file = || PatientKey::of_file(&listed.path.canonicalize().unwrap_or_else(|_| listed.path.clone()));
    key.or_else(|| (traits.frames > 1).then(file))
}
