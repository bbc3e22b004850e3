//! Exact copies: images with the same pixels.

use super::Problem;
use super::finding::{Collector, Place};
use crate::samples::Samples;
use rayon::prelude::*;
use std::collections::HashMap;

/// The images of all splits, those with the same pixels together, in the order of their first.
pub(super) struct Copies<'a> {
    splits: [&'a Samples; 3],
    pub groups: Vec<Vec<Place>>,
}

impl<'a> Copies<'a> {
    pub fn of(splits: [&'a Samples; 3]) -> Self {
        let places: Vec<Place> = splits
            .iter()
            .enumerate()
            .flat_map(|(split, samples)| (0..samples.len()).map(move |at| (split, at)))
            .collect();
        let hashes: Vec<[u8; 32]> =
            splits.into_par_iter().flat_map_iter(|samples| samples.hashes().collect::<Vec<_>>()).collect();
        let mut known: HashMap<[u8; 32], usize> = HashMap::new();
        let mut groups: Vec<Vec<Place>> = Vec::new();
        for (place, hash) in places.into_iter().zip(hashes) {
            let group = *known.entry(hash).or_insert(groups.len());
            if group == groups.len() {
                groups.push(Vec::new());
            }
            groups[group].push(place);
        }
        Self { splits, groups }
    }

    /// The first of a group's images that lies in a split.
    pub fn first_in(group: &[Place], split: usize) -> Option<Place> {
        group.iter().copied().find(|place| place.0 == split)
    }

    pub fn report(&self, found: &mut Collector) {
        for (split, other, problem) in [
            (0, 0, Problem::Repeated),
            (1, 1, Problem::Repeated),
            (2, 2, Problem::Repeated),
            (1, 0, Problem::AlsoInTrain),
            (2, 0, Problem::AlsoInTrain),
            (2, 1, Problem::AlsoInVal),
        ] {
            let mut pairs = Vec::new();
            for group in &self.groups {
                let Some(like) = Self::first_in(group, other) else { continue };
                let copies = group.iter().filter(|place| place.0 == split && **place != like);
                pairs.extend(copies.map(|place| (place.1, like, 1.0)));
            }
            pairs.sort_unstable_by_key(|pair| pair.0);
            found.pairs(problem, split, &pairs);
        }
        self.contradictions(found);
    }

    /// Images whose pixels stand earlier under another label.
    fn contradictions(&self, found: &mut Collector) {
        let labels = |place: Place| self.splits[place.0].labels(place.1);
        let mut pairs: [Vec<(usize, Place, f64)>; 3] = Default::default();
        for group in &self.groups {
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
}
