//! Groups of copies and near copies.

use super::disjoint::DisjointSets;
use super::pairs::{LikePair, like_pairs};
use super::thumbnails::Thumbnails;
use crate::copies::{Copies, ImageIndex};
use crate::samples::Samples;

/// The largest group by near copies, as a share of all images: what is larger fits in no small part of a cut.
const LARGEST: f64 = 0.1;
/// The size up to which a group may always grow.
const ALWAYS: usize = 64;

/// Groups of images that are copies or near copies of another, by position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LikeGroups {
    /// Groups of two images or more.
    pub groups: Vec<Vec<u32>>,
    /// Pairs of near copies that are not in one group, because it would be too large.
    pub divided: usize,
}

impl LikeGroups {
    /// Finds the groups among some images.
    ///
    /// Copies are always in one group. Near copies are joined pair by pair, the most alike first, so that an
    /// image between two others brings them together. Such a chain could bind all images of one organ: a join
    /// that makes a group too large is left out.
    pub fn of(samples: &Samples) -> Self {
        let empty = samples.select(&[]);
        let splits = [samples, &empty, &empty];
        let copies = Copies::of(splits).groups;
        let firsts: Vec<ImageIndex> = copies.iter().map(|group| group[0]).collect();
        let mut pairs = like_pairs(&Thumbnails::of(splits, &firsts));
        let by_likeness = |a: &LikePair, b: &LikePair| b.correlation.total_cmp(&a.correlation);
        pairs.sort_by(by_likeness);
        let most = ALWAYS.max((samples.len() as f64 * LARGEST) as usize);
        let mut sets = DisjointSets::of(copies.iter().map(Vec::len).collect());
        let divided = pairs.iter().filter(|pair| !sets.join(pair.first, pair.second, most)).count();
        let mut groups: Vec<Vec<u32>> = vec![Vec::new(); copies.len()];
        for (at, group) in copies.iter().enumerate() {
            groups[sets.root(at)].extend(group.iter().map(|image| image.position as u32));
        }
        groups.retain(|group| group.len() > 1);
        for group in &mut groups {
            group.sort_unstable();
        }
        Self { groups, divided }
    }

    /// Returns the number of images in the groups.
    pub fn images(&self) -> usize {
        self.groups.iter().map(Vec::len).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::stream;
    use crate::store::{ImageShape, ImageStore, Pixels};
    use rand::RngExt as _;
    use std::sync::Arc;

    /// Images of 16×16 pixels from planes of values around 0.
    fn images(planes: &[Vec<f32>]) -> Samples {
        let pixels = planes.iter().flatten().map(|value| (128.0 + 60.0 * value) as u8).collect();
        let shape = ImageShape { height: 16, width: 16, channels: 1 };
        let store = ImageStore::new(shape, Pixels::U8(pixels), vec![0; planes.len()], 1);
        Samples::new(Arc::new(store), (0..planes.len() as u32).collect())
    }

    fn noise(seed: u64) -> Vec<f32> {
        let rng = &mut stream(seed, "noise", 0);
        (0..256).map(|_| rng.random_range(-1.0..1.0)).collect()
    }

    #[test]
    fn copies_and_near_copies_of_copies_are_one_group() {
        let near = |plane: &[f32]| plane.iter().map(|value| 0.97 * value + 0.02).collect::<Vec<f32>>();
        let planes = [noise(1), noise(2), noise(1), near(&noise(1)), noise(3), noise(2)];
        let found = LikeGroups::of(&images(&planes));
        assert_eq!(found, LikeGroups { groups: vec![vec![0, 2, 3], vec![1, 5]], divided: 0 });
        assert_eq!(found.images(), 5);
    }

    #[test]
    fn a_chain_does_not_bind_all_images() {
        // Each image is like the next, and the ends are not alike.
        let (one, other) = (noise(1), noise(2));
        let turned = |at: usize| {
            let (sin, cos) = (at as f32 * 0.1).sin_cos();
            one.iter().zip(&other).map(|(one, other)| cos * one + sin * other).collect::<Vec<f32>>()
        };
        let planes: Vec<Vec<f32>> = (0..200).map(turned).collect();
        let found = LikeGroups::of(&images(&planes));
        assert!(found.divided > 0 && found.images() == 200, "{found:?}");
        assert!(found.groups.iter().all(|group| group.len() <= ALWAYS), "{found:?}");
        // A circle of a few may be one group.
        let found = LikeGroups::of(&images(&planes[..63]));
        assert_eq!((found.groups.len(), found.divided), (1, 0));
    }
}
