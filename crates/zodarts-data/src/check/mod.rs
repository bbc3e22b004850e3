//! Checks of a data set: images without content, copies and near copies within and across splits, labels that
//! contradict each other, missing classes, and numbers that give a class away.

mod finding;
mod near;
mod shortcuts;

use crate::copies::{Copies, ImageIndex};
use crate::dataset::Dataset;
use crate::samples::Samples;
use crate::summary::Summary;
use crate::task::Task;
pub use finding::{Finding, ImageName, Match, Problem};
use finding::{FindingCollector, Likeness};
use rayon::prelude::*;
use serde::Serialize;
pub use shortcuts::Shortcut;

/// The fewest images of a class in a split without a finding.
const FEW: usize = 5;

/// A data set's description and the findings on it.
#[derive(Clone, Debug, Serialize)]
pub struct CheckReport {
    /// Counts and statistics.
    pub summary: Summary,
    /// The findings, the worst first.
    pub findings: Vec<Finding>,
}

impl Dataset {
    /// Checks the data for everything that makes a result wrong or the data doubtful.
    ///
    /// As in [`Dataset::summary`], test images are compared without unsealing the split. Near copies are
    /// found by a perceptual hash in n·log n steps, not by comparing every pair: some may be missed.
    pub fn check(&self) -> CheckReport {
        let splits = self.splits();
        let mut found = FindingCollector::new(splits);
        let copies = Copies::of(splits);
        exact(&copies, &mut found);
        contradictions(splits, &copies, &mut found);
        // Thumbnails are of images, and the slices of a volume look alike.
        if self.info.slices.is_none() {
            near::report(splits, &copies, &mut found);
        }
        blank(splits, &mut found);
        for shortcuts in shortcuts::of_classes(splits[0], &self.info) {
            found.shortcuts(shortcuts);
        }
        classes(self, splits, &mut found);
        CheckReport { summary: Summary::of(self, &copies), findings: found.sorted() }
    }
}

/// Finds images whose pixels are in another split, or earlier in their own.
fn exact(copies: &Copies, found: &mut FindingCollector) {
    for (split, other, problem) in [
        (0, 0, Problem::Repeated),
        (1, 1, Problem::Repeated),
        (2, 2, Problem::Repeated),
        (1, 0, Problem::AlsoInTrain),
        (2, 0, Problem::AlsoInTrain),
        (2, 1, Problem::AlsoInVal),
    ] {
        let pairs: Vec<Likeness> = copies.between(split, other).into_iter().map(Likeness::of_copy).collect();
        found.pairs(problem, split, &pairs);
    }
}

/// Finds images whose pixels are earlier in the data set under another label.
fn contradictions(splits: [&Samples; 3], copies: &Copies, found: &mut FindingCollector) {
    let labels = |image: ImageIndex| splits[image.split].labels_of(image.position);
    let mut pairs: [Vec<Likeness>; 3] = Default::default();
    for group in &copies.groups {
        for (at, &image) in group.iter().enumerate() {
            if let Some(&like) = group[..at].iter().find(|other| labels(**other) != labels(image)) {
                let likeness = Likeness { position: image.position, like, correlation: 1.0 };
                pairs[image.split].push(likeness);
            }
        }
    }
    for (split, pairs) in pairs.iter_mut().enumerate() {
        pairs.sort_unstable_by_key(|pair| pair.position);
        found.pairs(Problem::OtherLabel, split, pairs);
    }
}

/// Finds images whose pixels are all equal, and volumes of such slices alone.
fn blank(splits: [&Samples; 3], found: &mut FindingCollector) {
    for (split, samples) in splits.iter().enumerate() {
        let is_blank = |case: &usize| {
            samples.images_of(*case).all(|position| {
                let planes = samples.image(position);
                planes
                    .chunks_exact(planes.len() / samples.shape().0)
                    .all(|plane| plane.iter().all(|p| *p == plane[0]))
            })
        };
        let positions: Vec<usize> = (0..samples.cases()).into_par_iter().filter(is_blank).collect();
        found.images(Problem::Blank, split, &positions);
    }
}

/// Finds classes with no image or few images in a split, and labels that all its images have.
fn classes(dataset: &Dataset, splits: [&Samples; 3], found: &mut FindingCollector) {
    let several = dataset.info.task == Task::MultiLabel;
    for (split, samples) in splits.iter().enumerate() {
        for (name, count) in dataset.info.classes.iter().zip(samples.class_counts()) {
            match count {
                0 => found.class(Problem::MissingClass, split, name, count),
                _ if several && count == samples.len() => {
                    found.class(Problem::EveryImage, split, name, count);
                }
                1..FEW => found.class(Problem::FewImages, split, name, count),
                _ => (),
            }
        }
    }
}
