//! Images of many files, of which the headers are read, and cuts that leave patients together.

use crate::decode::Traits;
use crate::dicom::Window;
use crate::error::DataError;
use crate::image_file::ImageFile;
use crate::memory;
use crate::options::OpenOptions;
use crate::patients::{self, PatientKey, Patients};
use crate::rng::stream;
use crate::split::{self, Share};
use crate::store::ImageShape;
use rayon::prelude::*;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The largest size that is kept when all images share it.
const MAX_KEPT: usize = 224;
/// The size images are brought to when they do not share one.
const DEFAULT_SIZE: usize = 64;

/// How files are read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading<'a> {
    /// The folder that their anonymous names do not depend on.
    pub root: &'a Path,
    pub window: Option<Window>,
    pub image_size: Option<usize>,
    pub anonymous: bool,
    pub memory: Option<u64>,
}

impl<'a> Reading<'a> {
    /// Of the files below `root`.
    pub fn new(root: &'a Path, options: &OpenOptions) -> Self {
        let OpenOptions { window, image_size, anonymous, memory, .. } = *options;
        Self { root, window, image_size, anonymous, memory }
    }
}

/// A file, or one frame of it, with the class of its images.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    pub path: PathBuf,
    pub class: u16,
    /// The frame that is meant, from 0; none for every one.
    pub frame: Option<usize>,
    /// Whose images they are, if a table says so.
    pub patient: Option<PatientKey>,
}

/// The pixel format of all images.
#[derive(Clone, Copy, Debug)]
pub(super) struct Format {
    pub shape: ImageShape,
    pub deep: bool,
}

/// An image: what it was listed with, and its frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub entry: usize,
    pub frame: usize,
}

/// Images whose headers are read.
#[derive(Debug)]
pub(super) struct Images<'a> {
    pub reading: Reading<'a>,
    pub listed: Vec<Listed>,
    /// How many frames the file of each of them has.
    pub frames: Vec<usize>,
    /// In the order of what is listed.
    pub items: Vec<Item>,
    /// The number of each image's patient, where any is known.
    pub patients: Option<Vec<u32>>,
    pub format: Format,
    /// How many files have grey that goes from their own smallest value to their largest.
    pub own_range: usize,
}

impl<'a> Images<'a> {
    /// Reads the headers of some files. Files say whose images they are unless `told` by whoever listed them, who also sees to it
    /// that files have the frames that are listed.
    pub fn survey(
        listed: Vec<Listed>,
        told: bool,
        reading: Reading<'a>,
        patients: &mut Patients,
    ) -> Result<Self, DataError> {
        let (files, file_of) = distinct(&listed);
        let read = |path: &&Path| ImageFile::open(path, reading.window)?.traits();
        let found: Vec<Result<Traits, DataError>> = files.par_iter().map(read).collect();
        // The first error in path order, not in order of time.
        let found = found.into_iter().collect::<Result<Vec<Traits>, DataError>>()?;
        let format = Format::of(&found, reading.image_size);
        let own_range = found.iter().filter(|traits| traits.own_range).count();
        let traits_of = || file_of.iter().map(|file| &found[*file]);
        let frames: Vec<usize> = traits_of().map(|traits| traits.frames).collect();
        let items_of = |(entry, listed): (usize, &Listed)| {
            let wanted = listed.frame.map_or(0..frames[entry], |frame| frame..frame + 1);
            wanted.map(move |frame| Item { entry, frame })
        };
        let items: Vec<Item> = listed.iter().enumerate().flat_map(items_of).collect();
        format.check_memory(items.len(), reading)?;
        let keys = listed.iter().zip(traits_of()).map(|(listed, traits)| key(listed, traits, told));
        let numbers: Vec<u32> = keys.map(|key| patients.number(key)).collect();
        let known = numbers.iter().any(|number| *number != patients::UNKNOWN);
        let patients = known.then(|| items.iter().map(|item| numbers[item.entry]).collect());
        Ok(Self { reading, listed, frames, items, patients, format, own_range })
    }

    /// All images, by number.
    pub fn all(&self) -> Vec<u32> {
        (0..self.items.len() as u32).collect()
    }

    /// The images of the entries that `wanted` holds for.
    pub fn of_entries(&self, wanted: impl Fn(usize) -> bool) -> Vec<u32> {
        self.all().into_iter().filter(|image| wanted(self.entry(*image))).collect()
    }

    /// The place in the list of what an image was listed with.
    pub fn entry(&self, image: u32) -> usize {
        self.items[image as usize].entry
    }

    /// The class of an image.
    pub fn class(&self, image: u32) -> u16 {
        self.listed[self.entry(image)].class
    }

    /// How many patients some images are of, where any is known.
    pub fn patients_of(&self, images: impl Iterator<Item = u32>) -> Option<usize> {
        let patients = self.patients.as_ref()?;
        Some(patients::count(images.map(|image| patients[image as usize])))
    }

    /// A seeded, stratified cut; no patient is in both parts.
    pub fn cut(&self, images: &[u32], share: Share, seed: u64, index: u64) -> (Vec<u32>, Vec<u32>) {
        let class = |image: u32| usize::from(self.class(image));
        split::cut(images, class, self.patients.as_deref(), share, &mut stream(seed, "folder", index))
    }

    /// Two images of one patient in different splits, each with its split, if there are such.
    pub fn divided(&self, splits: [&[u32]; 3]) -> Option<[(usize, u32); 2]> {
        let numbers = self.patients.as_ref()?;
        let of = |images: &[u32]| images.iter().map(|image| numbers[*image as usize]).collect::<Vec<u32>>();
        let [train, val, test] = splits.map(of);
        let places = patients::divided([&train, &val, &test])?;
        Some(places.map(|(split, position)| (split, splits[split][position])))
    }
}

impl Format {
    /// The format that holds every image: colour if one has it, 16 bits if one has them.
    fn of(found: &[Traits], image_size: Option<usize>) -> Self {
        let first = &found[0];
        let shared = found.iter().all(|one| (one.height, one.width) == (first.height, first.width));
        let kept = shared && first.height == first.width && first.height <= MAX_KEPT;
        let size = image_size.unwrap_or(if kept { first.height } else { DEFAULT_SIZE });
        let channels = found.iter().map(|one| one.channels).max().unwrap_or(1);
        let shape = ImageShape { height: size, width: size, channels };
        Self { shape, deep: found.iter().any(|one| one.deep) }
    }

    /// Refuses more images than memory holds, before any is decoded.
    fn check_memory(self, images: usize, reading: Reading<'_>) -> Result<(), DataError> {
        let values = images as u128 * self.shape.values() as u128;
        let bytes = if self.deep { 2 * values } else { values };
        memory::check(&reading.root.display().to_string(), bytes, reading.memory, memory::SMALLER)
    }
}

/// The files of a list, each once, and which of them each entry is of: a file whose frames are listed one by one is read once.
fn distinct(listed: &[Listed]) -> (Vec<&Path>, Vec<usize>) {
    let (mut files, mut places) = (Vec::new(), HashMap::new());
    let mut file_of = Vec::with_capacity(listed.len());
    for Listed { path, .. } in listed {
        let place = *places.entry(path.as_path()).or_insert(files.len());
        if place == files.len() {
            files.push(path.as_path());
        }
        file_of.push(place);
    }
    (files, file_of)
}

/// Whose images a file holds: as whoever listed it has `told`, else as it says itself.
fn key(listed: &Listed, traits: &Traits, told: bool) -> Option<PatientKey> {
    let key = if told { listed.patient } else { traits.patient };
    // Whoever it is: the frames of a recording are of one patient, by whatever path they are listed.
    let file = || PatientKey::of_file(&listed.path.canonicalize().unwrap_or_else(|_| listed.path.clone()));
    key.or_else(|| (traits.frames > 1).then(file))
}
