//! What is wrong with a data set: images without content, copies and near copies within and across splits, labels that
//! contradict each other, classes that are missing.

mod copies;
mod finding;
mod near;
mod thumbnails;

pub use finding::{Finding, Image, Match, Problem};

use crate::dataset::Dataset;
use crate::samples::Samples;
use crate::summary::Summary;
use copies::Copies;
use finding::Collector;
use rayon::prelude::*;
use serde::Serialize;

/// Images of a class in a split below which a finding says so.
const FEW: usize = 5;

/// A data set's description and everything found wrong with it.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// Counts and statistics.
    pub summary: Summary,
    /// What is wrong, the worst first; empty if nothing is.
    pub findings: Vec<Finding>,
}

/// A split by its place in the order training, validation, test.
type SplitIndex = usize;

/// Their names.
const SPLITS: [&str; 3] = ["train", "val", "test"];

impl Dataset {
    /// Looks for everything that makes a number wrong or a data set doubtful.
    ///
    /// As in [`Dataset::summary`], test images are looked at without unsealing the split. Near copies are found by a perceptual hash
    /// in n·log n steps: of pairs that alike, a few in ten thousand may be missed.
    pub fn check(&self) -> Check {
        let splits = [&self.train, &self.val, self.test.inspect()];
        let mut found = Collector::new(splits);
        let copies = Copies::of(splits);
        copies.report(&mut found);
        near::report(splits, &copies, &mut found);
        blank(splits, &mut found);
        classes(self, splits, &mut found);
        Check { summary: self.summary(), findings: found.sorted() }
    }
}

/// Images whose pixels are all equal.
fn blank(splits: [&Samples; 3], found: &mut Collector) {
    for (split, samples) in splits.iter().enumerate() {
        let is_blank = |position: &usize| {
            let planes = samples.image(*position);
            planes
                .chunks_exact(planes.len() / samples.shape().0)
                .all(|plane| plane.iter().all(|p| *p == plane[0]))
        };
        let positions: Vec<usize> = (0..samples.len()).into_par_iter().filter(is_blank).collect();
        found.images(Problem::Blank, split, &positions);
    }
}

/// Classes without an image in a split, or with a few.
fn classes(dataset: &Dataset, splits: [&Samples; 3], found: &mut Collector) {
    for (split, samples) in splits.iter().enumerate() {
        for (name, count) in dataset.info.classes.iter().zip(samples.class_counts()) {
            match count {
                0 => found.class(Problem::MissingClass, split, name, count),
                1..FEW => found.class(Problem::FewImages, split, name, count),
                _ => (),
            }
        }
    }
}
