//! Cuts that keep the share of each class.

use crate::rng::shuffle;
use crate::store::ImageStore;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// Cuts `members` in two; the first part gets about `fraction` of each stratum, at random.
///
/// The next stratum makes up for the remainder of one, so that the first part holds `fraction` of the whole
/// to within one member per stratum. A stratum of two or more members gives at least one to each part; a
/// single member goes to the second part. Both parts are in ascending order.
pub(super) fn stratified_cut(
    members: &[u32],
    stratum_of: impl Fn(u32) -> usize,
    fraction: f64,
    rng: &mut ChaCha8Rng,
) -> (Vec<u32>, Vec<u32>) {
    let mut strata: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
    for &member in members {
        strata.entry(stratum_of(member)).or_default().push(member);
    }
    let (mut first, mut second, mut seen) = (Vec::new(), Vec::new(), 0);
    for mut stratum in strata.into_values() {
        shuffle(&mut stratum, rng);
        seen += stratum.len();
        let wanted = ((seen as f64 * fraction).round() as usize).saturating_sub(first.len());
        let taken = if stratum.len() > 1 { wanted.clamp(1, stratum.len() - 1) } else { 0 };
        first.extend_from_slice(&stratum[..taken]);
        second.extend_from_slice(&stratum[taken..]);
    }
    first.sort_unstable();
    second.sort_unstable();
    (first, second)
}

/// Returns the function from an image among `members` to its stratum: its class, or with several labels its
/// rarest present label, so that each part of a cut has rare labels. Only members are counted: labels of a
/// test split decide nothing.
pub(super) fn strata(store: &ImageStore, members: &[u32]) -> impl Fn(u32) -> usize {
    let mut counts = vec![0usize; store.label_width];
    if store.is_multi_label() {
        for row in members.iter().map(|&member| store.label_row(member as usize)) {
            counts.iter_mut().zip(row).for_each(|(count, &present)| *count += usize::from(present));
        }
    }
    move |member| {
        let row = store.label_row(member as usize);
        if !store.is_multi_label() {
            return usize::from(row[0]);
        }
        let present = (0..row.len()).filter(|&label| row[label] == 1);
        present.min_by_key(|&label| counts[label]).unwrap_or(row.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::stream;
    use crate::store::{ImageShape, Pixels};
    use proptest::prelude::*;

    #[test]
    fn labels_of_other_splits_decide_nothing() {
        // Both labels are present in image 0; which is rarer depends on who is counted.
        let shape = ImageShape { height: 1, width: 1, channels: 1 };
        let store = |rest: [u16; 4]| {
            let labels = [[1, 1, 1, 0], rest].concat();
            ImageStore { label_width: 2, ..ImageStore::new(shape, Pixels::U8(vec![0; 4]), labels, 2) }
        };
        for rest in [[0, 1, 0, 1], [1, 0, 1, 0]] {
            assert_eq!(strata(&store(rest), &[0, 1])(0), 1, "label 1 is the rarer of the members' {rest:?}");
        }
    }

    proptest! {
        #[test]
        fn parts_are_disjoint_complete_seeded_and_stratified(
            classes in prop::collection::vec(0usize..4, 0..200),
            fraction in 0.05f64..0.95,
            seed: u64,
        ) {
            let members: Vec<u32> = (0..classes.len() as u32).collect();
            let cut = || {
                let rng = &mut stream(seed, "split", 0);
                stratified_cut(&members, |member| classes[member as usize], fraction, rng)
            };
            let (first, second) = cut();
            prop_assert_eq!(cut(), (first.clone(), second.clone()));
            let mut all = [first.clone(), second].concat();
            all.sort_unstable();
            prop_assert_eq!(all, members);
            for class in 0..4 {
                let whole = classes.iter().filter(|&&other| other == class).count();
                let taken = first.iter().filter(|&&member| classes[member as usize] == class).count();
                prop_assert!((taken as f64 - whole as f64 * fraction).abs() <= 4.0);
                prop_assert!(whole < 2 || (1..whole).contains(&taken));
            }
        }
    }

    #[test]
    fn halves_of_odd_strata_balance_out() {
        let cut = stratified_cut(
            &[0, 1, 2, 3, 4, 5],
            |member| member as usize % 2,
            0.5,
            &mut stream(0, "split", 0),
        );
        assert_eq!((cut.0.len(), cut.1.len()), (3, 3));
    }
}
