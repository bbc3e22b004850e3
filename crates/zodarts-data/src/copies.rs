//! Exact copies: images with the same pixels, within and across splits.

use crate::samples::Samples;
use rayon::prelude::*;
use std::collections::HashMap;

/// A split by its place in the order training, validation, test.
pub(crate) type SplitIndex = usize;

/// Their names.
pub(crate) const SPLITS: [&str; 3] = ["train", "val", "test"];

/// An image by split and position.
pub(crate) type Place = (SplitIndex, usize);

/// What is said of images whose pixels repeat an earlier one of their split.
pub(crate) const REPEATED: &str = "repeated within the split";
/// What is said of images whose pixels are in the training split, too.
pub(crate) const ALSO_IN_TRAIN: &str = "also in train";
/// What is said of images whose pixels are in the validation split, too.
pub(crate) const ALSO_IN_VAL: &str = "also in val";

/// Such as `1 test image also in train`, or `no val image of class …`.
pub(crate) fn sentence(count: usize, split: &str, what: &str) -> String {
    match count {
        0 => format!("no {split} image {what}"),
        1 => format!("1 {split} image {what}"),
        count => format!("{count} {split} images {what}"),
    }
}

/// The images of all splits, those with the same pixels together, in the order of their first.
pub(crate) struct Copies {
    pub groups: Vec<Vec<Place>>,
}

impl Copies {
    pub fn of(splits: [&Samples; 3]) -> Self {
        let hashes: [Vec<[u8; 32]>; 3] = splits.map(|samples| {
            (0..samples.len()).into_par_iter().map(|position| samples.hash(position)).collect()
        });
        let mut known: HashMap<[u8; 32], usize> = HashMap::new();
        let mut groups: Vec<Vec<Place>> = Vec::new();
        for (split, hashes) in hashes.into_iter().enumerate() {
            for (position, hash) in hashes.into_iter().enumerate() {
                let group = *known.entry(hash).or_insert(groups.len());
                if group == groups.len() {
                    groups.push(Vec::new());
                }
                groups[group].push((split, position));
            }
        }
        Self { groups }
    }

    /// The images of a split that are copies of one in another, or of an earlier one in the same, each with that one, in their order.
    pub fn between(&self, split: SplitIndex, other: SplitIndex) -> Vec<(usize, Place)> {
        let mut pairs = Vec::new();
        for group in &self.groups {
            let Some(&like) = group.iter().find(|place| place.0 == other) else { continue };
            let copies = group.iter().filter(|place| place.0 == split && **place != like);
            pairs.extend(copies.map(|place| (place.1, like)));
        }
        pairs.sort_unstable();
        pairs
    }
}
