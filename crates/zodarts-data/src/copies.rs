//! Exact copies: images with the same pixels, within and across splits.

use crate::samples::Samples;
use rayon::prelude::*;
use std::collections::HashMap;

/// The index of a split in the order training, validation, test.
pub(crate) type SplitIndex = usize;

/// Names of the splits by [`SplitIndex`].
pub(crate) const SPLITS: [&str; 3] = ["train", "val", "test"];

/// A case by split and position: an image or a volume, see [`Samples`]. Cases are ordered by split first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ImageIndex {
    pub split: SplitIndex,
    pub position: usize,
}

/// An image of a split that is like another image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CopyPair {
    /// The position of the image in its split.
    pub position: usize,
    /// The other image.
    pub like: ImageIndex,
}

/// Words for images whose pixels repeat an earlier one of their split.
pub(crate) const REPEATED: &str = "repeated within the split";
/// Words for images whose pixels are also in the training split.
pub(crate) const ALSO_IN_TRAIN: &str = "also in train";
/// Words for images whose pixels are also in the validation split.
pub(crate) const ALSO_IN_VAL: &str = "also in val";

/// Some cases of a split, for a sentence.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CaseCount<'a> {
    pub count: usize,
    /// The name of the split.
    pub split: &'a str,
    /// The word for a case, see [`Samples::noun`].
    pub noun: &'a str,
}

impl CaseCount<'_> {
    /// Returns a sentence such as `1 test image also in train`, or `no val image of class …`.
    pub fn sentence(self, what: &str) -> String {
        let Self { count, split, noun } = self;
        match count {
            0 => format!("no {split} {noun} {what}"),
            1 => format!("1 {split} {noun} {what}"),
            count => format!("{count} {split} {noun}s {what}"),
        }
    }
}

/// Returns the finding that every case of a split has a label, from which nothing can be learned.
pub(crate) fn every_case(split: &str, noun: &str, label: &str) -> String {
    format!("every {split} {noun} has label `{label}`")
}

/// The cases of all splits, grouped by equal pixels, in the order of each group's first one.
pub(crate) struct Copies {
    pub groups: Vec<Vec<ImageIndex>>,
}

impl Copies {
    /// Compares the cases of three splits by a hash of their pixels.
    pub fn of(splits: [&Samples; 3]) -> Self {
        let hashes: [Vec<[u8; 32]>; 3] = splits
            .map(|samples| (0..samples.cases()).into_par_iter().map(|case| samples.hash(case)).collect());
        let mut known: HashMap<[u8; 32], usize> = HashMap::new();
        let mut groups: Vec<Vec<ImageIndex>> = Vec::new();
        for (split, hashes) in hashes.into_iter().enumerate() {
            for (position, hash) in hashes.into_iter().enumerate() {
                let group = *known.entry(hash).or_insert(groups.len());
                if group == groups.len() {
                    groups.push(Vec::new());
                }
                groups[group].push(ImageIndex { split, position });
            }
        }
        Self { groups }
    }

    /// Returns the images of `split` that are copies of one in `other`, in order. Within one split, they are
    /// copies of an earlier image.
    pub fn between(&self, split: SplitIndex, other: SplitIndex) -> Vec<CopyPair> {
        let mut copies = Vec::new();
        for group in &self.groups {
            let Some(&like) = group.iter().find(|image| image.split == other) else { continue };
            let found = group.iter().filter(|image| image.split == split && **image != like);
            copies.extend(found.map(|image| CopyPair { position: image.position, like }));
        }
        copies.sort_unstable();
        copies
    }
}
