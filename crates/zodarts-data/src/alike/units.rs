//! The units of a cut: patients and groups of like images, joined.

use super::disjoint::DisjointSets;
use super::groups::LikeGroups;
use crate::patients::UNKNOWN;
use crate::samples::Samples;
use std::collections::HashMap;

/// The units that a cut does not divide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CutUnits {
    /// The number of each image's unit, by position; [`UNKNOWN`] for an image on its own.
    pub numbers: Vec<u32>,
    /// The groups that the units keep together.
    pub kept: LikeGroups,
    /// The classes that have so few different images that their groups are divided.
    pub poor: Vec<usize>,
}

impl CutUnits {
    /// Joins groups of like images with patients. An image's unit is its patient with all groups that have an
    /// image of the patient, and so on.
    ///
    /// A class needs `least` units, or it could not be in every part of a cut. If groups leave fewer, those
    /// with an image of the class are not kept together.
    pub fn of(samples: &Samples, groups: LikeGroups, least: usize) -> Self {
        let mut kept = groups;
        let mut poor = Vec::new();
        loop {
            let numbers = numbers(samples, &kept);
            let counts = counts(samples, &numbers);
            let found: Vec<usize> = (0..samples.classes())
                .filter(|class| counts[*class] < least && touches(samples, &kept, *class))
                .collect();
            if found.is_empty() {
                return Self { numbers, kept, poor };
            }
            let of_found = |group: &Vec<u32>| {
                group.iter().any(|image| found.iter().any(|class| samples.has(*image as usize, *class)))
            };
            kept.groups.retain(|group| !of_found(group));
            poor.extend(found);
        }
    }
}

/// Tells if a group has an image of a class.
fn touches(samples: &Samples, groups: &LikeGroups, class: usize) -> bool {
    groups.groups.iter().flatten().any(|image| samples.has(*image as usize, class))
}

/// Returns the number of each image's unit.
fn numbers(samples: &Samples, groups: &LikeGroups) -> Vec<u32> {
    let count = samples.len();
    let mut sets = DisjointSets::of(vec![1; count]);
    let mut alone = vec![true; count];
    let mut join = |one: usize, other: usize| {
        sets.join(one, other, usize::MAX);
        (alone[one], alone[other]) = (false, false);
    };
    let mut first: HashMap<u32, usize> = HashMap::new();
    for position in 0..count {
        let patient = samples.patient(position);
        if patient != UNKNOWN {
            join(*first.entry(patient).or_insert(position), position);
        }
    }
    for group in &groups.groups {
        group[1..].iter().for_each(|image| join(group[0] as usize, *image as usize));
    }
    (0..count).map(|at| if alone[at] { UNKNOWN } else { sets.root(at) as u32 }).collect()
}

/// Returns the number of units with images of each class, by the units that the images have.
pub(crate) fn unit_counts(samples: &Samples) -> Vec<usize> {
    if samples.slices() > 1 {
        return samples.class_counts();
    }
    let unit = |position| samples.unit(position).unwrap_or_else(|| samples.patient(position));
    counts(samples, &(0..samples.len()).map(unit).collect::<Vec<u32>>())
}

/// Returns the number of units with images of each class.
fn counts(samples: &Samples, numbers: &[u32]) -> Vec<usize> {
    let mut pairs: Vec<(usize, u32)> = Vec::new();
    let mut counts = vec![0; samples.classes()];
    for (position, &number) in numbers.iter().enumerate() {
        for (class, count) in counts.iter_mut().enumerate().filter(|(class, _)| samples.has(position, *class))
        {
            if number == UNKNOWN { *count += 1 } else { pairs.push((class, number)) }
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    for (class, _) in pairs {
        counts[class] += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{ImageShape, ImageStore, Pixels};
    use std::sync::Arc;

    /// Images of these classes and patients.
    fn images(labels: &[u16], patients: Option<&[u32]>) -> Samples {
        let shape = ImageShape { height: 1, width: 1, channels: 1 };
        let store = ImageStore {
            patients: patients.map(<[u32]>::to_vec),
            ..ImageStore::new(shape, Pixels::U8(vec![0; labels.len()]), labels.to_vec(), 2)
        };
        Samples::new(Arc::new(store), (0..labels.len() as u32).collect())
    }

    fn groups(groups: &[&[u32]]) -> LikeGroups {
        LikeGroups { groups: groups.iter().map(|group| group.to_vec()).collect(), divided: 0 }
    }

    #[test]
    fn a_unit_is_a_patient_with_all_that_is_alike() {
        let patients = [7, 7, UNKNOWN, UNKNOWN, 9, UNKNOWN, UNKNOWN, UNKNOWN];
        let samples = images(&[0, 0, 0, 0, 1, 1, 0, 1], Some(&patients));
        let units = CutUnits::of(&samples, groups(&[&[1, 2], &[2, 4]]), 2);
        assert_eq!(units.numbers, [0, 0, 0, UNKNOWN, 0, UNKNOWN, UNKNOWN, UNKNOWN]);
        assert_eq!((units.kept.images(), units.poor), (4, vec![]));
    }

    #[test]
    fn a_class_of_few_different_images_is_divided_and_told() {
        // Two different images of class 1, which has to be in three parts.
        let samples = images(&[0, 0, 0, 0, 1, 1, 1, 1], None);
        let units = CutUnits::of(&samples, groups(&[&[0, 1], &[4, 5, 6]]), 3);
        assert_eq!(units.kept, groups(&[&[0, 1]]));
        assert_eq!(units.poor, [1]);
        let units = CutUnits::of(&samples, groups(&[&[0, 1], &[4, 5, 6]]), 2);
        assert_eq!((units.kept.groups.len(), units.poor.len()), (2, 0));
    }
}
