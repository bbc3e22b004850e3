//! Near copies: images that look alike though their pixels differ, such as frames of one recording.

use super::finding::{FindingCollector, Likeness, Problem};
use crate::alike::{Thumbnails, like_pairs};
use crate::copies::{Copies, ImageIndex};
use crate::samples::Samples;

/// Finds near copies among images that differ in some pixel, and reports them.
pub(super) fn report(splits: [&Samples; 3], copies: &Copies, found: &mut FindingCollector) {
    let firsts: Vec<ImageIndex> = copies.groups.iter().map(|group| group[0]).collect();
    let thumbnails = Thumbnails::of(splits, &firsts);
    let mut nearest = NearestImages::new(splits);
    for pair in like_pairs(&thumbnails) {
        for (one, other) in [(pair.first, pair.second), (pair.second, pair.first)] {
            nearest.take(&copies.groups[one], &copies.groups[other], pair.correlation);
        }
    }
    nearest.report(found);
}

/// The nearest image in each split, with the correlation.
type NearestBySplit = [Option<(ImageIndex, f32)>; 3];

/// The nearest other images of each image.
struct NearestImages {
    /// By split and position.
    found: [Vec<NearestBySplit>; 3],
}

impl NearestImages {
    fn new(splits: [&Samples; 3]) -> Self {
        Self { found: splits.map(|samples| vec![[None; 3]; samples.len()]) }
    }

    /// Records that each image of `group` looks like those of `others`.
    fn take(&mut self, group: &[ImageIndex], others: &[ImageIndex], correlation: f32) {
        for &ImageIndex { split, position } in group {
            for (other, slot) in self.found[split][position].iter_mut().enumerate() {
                // Within a split, an image is compared with earlier ones only.
                let allowed = |image: &ImageIndex| {
                    image.split == other && (other != split || image.position < position)
                };
                let Some(&like) = others.iter().find(|image| allowed(image)) else { continue };
                // An image with a copy there is reported as a copy.
                let copied = group.iter().any(allowed);
                if !copied && slot.is_none_or(|(_, best)| correlation > best) {
                    *slot = Some((like, correlation));
                }
            }
        }
    }

    fn report(&self, found: &mut FindingCollector) {
        for (split, other, problem) in [
            (1, 0, Problem::NearlyInTrain),
            (2, 0, Problem::NearlyInTrain),
            (2, 1, Problem::NearlyInVal),
            (0, 0, Problem::NearlyRepeated),
            (1, 1, Problem::NearlyRepeated),
            (2, 2, Problem::NearlyRepeated),
        ] {
            let matched = self.found[split].iter().enumerate();
            let nearest = matched.filter_map(|(position, nearest)| {
                let (like, correlation) = nearest[other]?;
                Some(Likeness { position, like, correlation: f64::from(correlation) })
            });
            let pairs: Vec<Likeness> = nearest.collect();
            found.pairs(problem, split, &pairs);
        }
    }
}
