//! Views of a data set's images, which are cheap to clone, to merge and to cut.

use crate::info::noun;
use crate::origin::ImageOrigin;
use crate::patients::{self, UNKNOWN};
use crate::rng::stream;
use crate::split::{CutImages, CutShare};
use crate::store::ImageStore;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// Some images of a data set with their labels. Cloning copies indices, never pixels.
///
/// A *case* is what has a label and gets an answer: an image or, where images are the slices of volumes, a
/// volume. The slices of a volume are all there, one after the other.
#[derive(Clone, Debug)]
pub struct Samples {
    store: Arc<ImageStore>,
    indices: Vec<u32>,
    /// The number of each stored image's unit of patients and like images, if these were looked for.
    groups: Option<Arc<Vec<u32>>>,
}

impl Samples {
    pub(crate) fn new(store: Arc<ImageStore>, indices: Vec<u32>) -> Self {
        Samples { store, indices, groups: None }
    }

    /// Returns the images with the unit of each stored image, which no cut divides.
    pub(crate) fn with_groups(self, groups: Option<Arc<Vec<u32>>>) -> Self {
        Samples { groups, ..self }
    }

    /// Returns the number of each image's unit in order of appearance, if groups of like images join what
    /// patients do not.
    pub(crate) fn like_units(&self) -> Option<Vec<u32>> {
        let units = self.cut_images(&self.indices).joined()?;
        let mut numbers = HashMap::new();
        let of = |index: &u32| match units[*index as usize] {
            UNKNOWN => UNKNOWN,
            unit => {
                let next = numbers.len() as u32;
                *numbers.entry(unit).or_insert(next)
            }
        };
        Some(self.indices.iter().map(of).collect())
    }

    /// Tells if groups of like images were looked for.
    pub(crate) fn has_groups(&self) -> bool {
        self.groups.is_some()
    }

    /// Returns the number of the unit of patients and like images of the image at `position`, or [`UNKNOWN`];
    /// `None` if like images were not looked for.
    pub(crate) fn unit(&self, position: usize) -> Option<u32> {
        self.groups.as_ref().map(|groups| groups[self.index(position)])
    }

    /// Returns the number of the patient of the image at `position`, or [`UNKNOWN`].
    pub(crate) fn patient(&self, position: usize) -> u32 {
        self.store.patients.as_ref().map_or(UNKNOWN, |patients| patients[self.index(position)])
    }

    /// Returns the store, which is not copied if nothing else uses it.
    pub(crate) fn into_store(self) -> ImageStore {
        Arc::unwrap_or_clone(self.store)
    }

    pub(crate) fn store(&self) -> &ImageStore {
        &self.store
    }

    pub(crate) fn index(&self, position: usize) -> usize {
        self.indices[position] as usize
    }

    /// Returns the number of the image at `position` in the data set, from 0: training images come first,
    /// then those for validation and test.
    pub fn number(&self, position: usize) -> usize {
        self.index(position)
    }

    /// Returns the number of images.
    pub fn len(&self) -> usize {
        self.indices.len()
    }

    /// Tells if there are no images.
    pub fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }

    /// Returns the number of images of a case: 1, or the slices of a volume.
    pub fn slices(&self) -> usize {
        self.store.slices.unwrap_or(1)
    }

    /// Returns the number of cases: of volumes, or else of images.
    pub fn cases(&self) -> usize {
        self.len() / self.slices()
    }

    /// Returns the positions of the images of a case.
    pub fn images_of(&self, case: usize) -> Range<usize> {
        case * self.slices()..(case + 1) * self.slices()
    }

    /// Returns the position of the image that shows a case: the middle slice of a volume, or the image.
    pub fn shown_of(&self, case: usize) -> usize {
        case * self.slices() + self.slices() / 2
    }

    /// Returns the word for a case.
    pub(crate) fn noun(&self) -> &'static str {
        noun(self.store.slices)
    }

    /// Returns the labels of a case: one class index, or 0/1 for each label.
    pub fn labels_of(&self, case: usize) -> &[u16] {
        self.labels(case * self.slices())
    }

    /// Returns the number of classes, or of labels if an image may have several.
    pub fn classes(&self) -> usize {
        self.store.classes
    }

    /// Returns channels, height and width of the stored images.
    pub fn shape(&self) -> (usize, usize, usize) {
        (self.store.shape.channels, self.store.shape.height, self.store.shape.width)
    }

    /// Returns the labels of the image at `position`: one class index, or 0/1 for each label.
    pub fn labels(&self, position: usize) -> &[u16] {
        self.store.label_row(self.index(position))
    }

    /// Returns the class of the image at `position`; with several labels, the first one present, if any.
    pub fn class_of(&self, position: usize) -> Option<usize> {
        let labels = self.labels(position);
        if self.store.is_multi_label() {
            labels.iter().position(|&present| present == 1)
        } else {
            Some(usize::from(labels[0]))
        }
    }

    /// Tells if a case is of a class, or has a label.
    pub(crate) fn has(&self, case: usize, class: usize) -> bool {
        let labels = self.labels_of(case);
        if self.store.is_multi_label() { labels[class] == 1 } else { usize::from(labels[0]) == class }
    }

    /// Returns the number of cases per class, or per present label.
    pub fn class_counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.classes()];
        for case in 0..self.cases() {
            let labels = self.labels_of(case);
            if self.store.is_multi_label() {
                counts.iter_mut().zip(labels).for_each(|(count, &present)| *count += usize::from(present));
            } else {
                counts[usize::from(labels[0])] += 1;
            }
        }
        counts
    }

    /// Returns the file of the image at `position`, or `None` for images of an archive.
    pub fn file(&self, position: usize) -> Option<&str> {
        self.store.files.as_ref().map(|files| &*files[self.index(position)])
    }

    /// Returns the file facts of the image at `position`, or `None` for images of an archive.
    pub(crate) fn origin(&self, position: usize) -> Option<ImageOrigin> {
        self.store.origins.as_ref().map(|origins| origins[self.index(position)])
    }

    /// Returns the number of patients, or `None` if no patient is known. An image of an unknown patient
    /// counts as one.
    pub(crate) fn patients(&self) -> Option<usize> {
        let patients = self.store.patients.as_ref()?;
        Some(patients::count(self.indices.iter().map(|&index| patients[index as usize])))
    }

    /// Returns the image at `position` in the shape `(channels, height, width)`, values in [0, 1], at its
    /// stored size.
    pub fn image(&self, position: usize) -> Vec<f32> {
        let mut planes = vec![0.0; self.store.shape.values()];
        self.store.planes(self.index(position), &mut planes);
        planes
    }

    /// Returns the SHA-256 of a case's pixels.
    pub(crate) fn hash(&self, case: usize) -> [u8; 32] {
        let mut hash = Sha256::new();
        for position in self.images_of(case) {
            self.store.with_bytes(self.index(position), |bytes| hash.update(bytes));
        }
        hash.finalize().into()
    }

    /// Returns the first 64 bits of the SHA-256 of each case's pixels, by which equal cases are known.
    pub fn short_hashes(&self) -> Vec<u64> {
        let short = |case| {
            let [a, b, c, d, e, f, g, h, ..] = self.hash(case);
            u64::from_le_bytes([a, b, c, d, e, f, g, h])
        };
        (0..self.cases()).into_par_iter().map(short).collect()
    }

    /// Returns these images followed by `other`'s.
    ///
    /// # Panics
    /// If the two are not of the same data set.
    #[must_use]
    pub fn merged(&self, other: &Samples) -> Samples {
        assert!(Arc::ptr_eq(&self.store, &other.store), "only samples of one data set can be merged");
        self.of([&self.indices[..], &other.indices].concat())
    }

    /// Returns the images of some cases, in that order.
    ///
    /// # Panics
    /// If a case is not below [`Samples::cases`].
    #[must_use]
    pub fn select(&self, cases: &[usize]) -> Samples {
        self.of(cases.iter().flat_map(|case| &self.indices[self.images_of(*case)]).copied().collect())
    }

    /// Returns two halves, equal to within one image per class, cut at random by `seed`. A bilevel search
    /// shares the merged training and validation data between weights and architecture in this way. Where
    /// patients are known, no patient is in both, and no group of like images if these were looked for (see
    /// [`Alike`](crate::Alike)); the halves are as equal as that allows. No volume is divided.
    pub fn halves(&self, seed: u64) -> (Samples, Samples) {
        self.cut_by(0.5, seed, "halves")
    }

    /// Returns two parts of a stratified cut: the first gets `fraction` of each class, at random by `seed`.
    /// With several labels an image counts for its rarest one. Where patients are known, no patient is in
    /// both parts, and no group of like images as in [`Samples::halves`]. No volume is divided.
    pub fn cut(&self, fraction: f64, seed: u64) -> (Samples, Samples) {
        self.cut_by(fraction, seed, "cut")
    }

    /// Returns parts of equal size, cut as by [`Samples::cut`].
    pub(crate) fn parts(&self, count: usize, seed: u64) -> Vec<Samples> {
        let mut parts = Vec::with_capacity(count);
        let mut rest = self.clone();
        for left in (1..count).rev() {
            let share = CutShare { fraction: 1.0 / (left + 1) as f64, left };
            let (part, others) = rest.cut_share(share, &mut stream(seed, "folds", left as u64));
            parts.push(part);
            rest = others;
        }
        parts.push(rest);
        parts
    }

    fn cut_by(&self, fraction: f64, seed: u64, purpose: &str) -> (Samples, Samples) {
        self.cut_share(CutShare::of(fraction), &mut stream(seed, purpose, 0))
    }

    fn cut_share(&self, share: CutShare, rng: &mut ChaCha8Rng) -> (Samples, Samples) {
        if self.store.slices.is_none() {
            let (first, second) = self.cut_images(&self.indices).cut(share, rng);
            return (self.of(first), self.of(second));
        }
        // A volume is cut by its first slice, which the others follow.
        let slices = self.slices() as u32;
        let members: Vec<u32> = self.indices.iter().copied().step_by(self.slices()).collect();
        let (first, second) = self.cut_images(&members).cut(share, rng);
        let whole = |members: Vec<u32>| members.into_iter().flat_map(|first| first..first + slices).collect();
        (self.of(whole(first)), self.of(whole(second)))
    }

    fn cut_images<'a>(&'a self, members: &'a [u32]) -> CutImages<'a> {
        let groups = self.groups.as_ref().map(|groups| &***groups);
        CutImages { store: &self.store, groups, members }
    }

    /// Returns these images of the same data set.
    fn of(&self, indices: Vec<u32>) -> Samples {
        Samples { store: self.store.clone(), indices, groups: self.groups.clone() }
    }
}

/// Returns the mean of an image's planes, which have `area` values each.
pub(crate) fn grey(planes: &[f32], area: usize) -> Cow<'_, [f32]> {
    let (first, others) = planes.split_at(area);
    if others.is_empty() {
        return first.into();
    }
    let mut grey = first.to_vec();
    for plane in others.chunks_exact(area) {
        grey.iter_mut().zip(plane).for_each(|(sum, value)| *sum += value);
    }
    let channels = (planes.len() / area) as f32;
    for sum in &mut grey {
        *sum /= channels;
    }
    grey.into()
}
