//! What is wrong with a data set: images without content, copies and near copies within and across splits, labels that
//! contradict each other, classes that are missing.

mod finding;
mod near;
mod thumbnails;

pub use finding::{Finding, Image, Match, Problem};

use crate::copies::{Copies, Place};
use crate::dataset::Dataset;
use crate::samples::Samples;
use crate::summary::Summary;
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

impl Dataset {
    /// Looks for everything that makes a number wrong or a data set doubtful.
    ///
    /// As in [`Dataset::summary`], test images are looked at without unsealing the split. Near copies are found by a perceptual hash
    /// in n·log n steps, not by comparing every pair: some may be missed.
    pub fn check(&self) -> Check {
        let splits = self.splits();
        let mut found = Collector::new(splits);
        let copies = Copies::of(splits);
        exact(&copies, &mut found);
        contradictions(splits, &copies, &mut found);
        near::report(splits, &copies, &mut found);
        blank(splits, &mut found);
        classes(self, splits, &mut found);
        Check { summary: Summary::of(self, &copies), findings: found.sorted() }
    }
}

/// Images whose pixels stand in another split, or earlier in their own.
fn exact(copies: &Copies, found: &mut Collector) {
    for (split, other, problem) in [
        (0, 0, Problem::Repeated),
        (1, 1, Problem::Repeated),
        (2, 2, Problem::Repeated),
        (1, 0, Problem::AlsoInTrain),
        (2, 0, Problem::AlsoInTrain),
        (2, 1, Problem::AlsoInVal),
    ] {
        let pairs = copies.between(split, other).into_iter();
        found.pairs(problem, split, &pairs.map(|(position, like)| (position, like, 1.0)).collect::<Vec<_>>());
    }
}

/// Images whose pixels stand earlier under another label.
fn contradictions(splits: [&Samples; 3], copies: &Copies, found: &mut Collector) {
    let labels = |place: Place| splits[place.0].labels(place.1);
    let mut pairs: [Vec<(usize, Place, f64)>; 3] = Default::default();
    for group in &copies.groups {
        for (at, &place) in group.iter().enumerate() {
            if let Some(&like) = group[..at].iter().find(|other| labels(**other) != labels(place)) {
                pairs[place.0].push((place.1, like, 1.0));
            }
        }
    }
    for (split, pairs) in pairs.iter_mut().enumerate() {
        pairs.sort_unstable_by_key(|pair| pair.0);
        found.pairs(Problem::OtherLabel, split, pairs);
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
