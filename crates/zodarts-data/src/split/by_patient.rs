//! Cuts that keep the images of a patient together.

use super::share::CutShare;
use crate::patients::UNKNOWN;
use crate::rng::shuffle;
use rand_chacha::ChaCha8Rng;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Number of random orders that are tried. The cut nearest to the share is taken.
const TRIES: usize = 16;
/// Most rounds over all patients; a few are enough until none changes sides.
const MAX_ROUNDS: usize = 50;
/// The least gain for which a patient changes sides. A smaller gain may be rounding, and could go back and
/// forth.
const LEAST: f64 = 1e-9;

/// Cuts `members` in two so that no patient is in both parts.
///
/// The first part gets the share of each stratum and of the whole, as nearly as the patients allow. Each part
/// gets images of every stratum that two patients or more have. An image of an [`UNKNOWN`] patient is on its
/// own. Both parts are in ascending order; a single patient goes to the second.
///
/// Patients are visited in a random order, and each changes sides as long as that brings the parts nearer to
/// the share. The best of several orders is taken.
pub(super) fn cut_by_patient(
    members: &[u32],
    stratum_of: impl Fn(u32) -> usize,
    patients: &[u32],
    share: CutShare,
    rng: &mut ChaCha8Rng,
) -> (Vec<u32>, Vec<u32>) {
    let cut = PatientCut::new(members, stratum_of, patients, share);
    let tries: Vec<(CutCost, Vec<bool>)> = (0..TRIES).map(|_| cut.draw(rng)).collect();
    let best = tries.iter().min_by(|a, b| a.0.order(b.0)).map_or(&[][..], |best| &best.1);
    let part = |wanted: bool| {
        let units = cut.units.iter().zip(best).filter(|(_, taken)| **taken == wanted);
        let mut part: Vec<u32> = units.flat_map(|(unit, _)| unit.members.iter().copied()).collect();
        part.sort_unstable();
        part
    };
    (part(true), part(false))
}

/// The images of one patient.
#[derive(Debug, Default)]
struct PatientImages {
    members: Vec<u32>,
    /// Images by stratum; the last is the whole.
    counts: Vec<(usize, f64)>,
}

/// An amount of a stratum, or of the whole.
#[derive(Clone, Copy, Debug, Default)]
struct Amount {
    images: f64,
    patients: f64,
}

/// The distance of a cut from its share; the first field counts before the second.
#[derive(Clone, Copy, Debug, Default)]
struct CutCost {
    /// Patients that a part lacks to have a stratum.
    missing: f64,
    /// Images that are too many or too few, squared, in parts of their stratum.
    off: f64,
}

impl CutCost {
    fn plus(self, other: CutCost) -> CutCost {
        CutCost { missing: self.missing + other.missing, off: self.off + other.off }
    }

    fn order(self, other: CutCost) -> Ordering {
        self.missing.total_cmp(&other.missing).then(self.off.total_cmp(&other.off))
    }
}

/// A cut to be made.
#[derive(Debug)]
struct PatientCut {
    units: Vec<PatientImages>,
    /// The amount of each stratum; the last is the whole.
    strata: Vec<Amount>,
    share: CutShare,
}

impl PatientCut {
    fn new(members: &[u32], stratum_of: impl Fn(u32) -> usize, patients: &[u32], share: CutShare) -> Self {
        let mut names: Vec<usize> = members.iter().map(|&member| stratum_of(member)).collect();
        names.sort_unstable();
        names.dedup();
        let unit = |members: Vec<u32>| {
            let mut counts: BTreeMap<usize, f64> = BTreeMap::from([(names.len(), members.len() as f64)]);
            for &member in &members {
                let stratum = names.partition_point(|name| *name < stratum_of(member));
                *counts.entry(stratum).or_default() += 1.0;
            }
            PatientImages { members, counts: counts.into_iter().collect() }
        };
        let units: Vec<PatientImages> = together(members, patients).into_iter().map(unit).collect();
        let mut strata = vec![Amount::default(); names.len() + 1];
        for unit in &units {
            unit.bring(&mut strata, 1.0);
        }
        Self { units, strata, share }
    }

    /// Draws a cut from a random order. Returns its cost, and for each patient if they are in the first part.
    fn draw(&self, rng: &mut ChaCha8Rng) -> (CutCost, Vec<bool>) {
        let mut order: Vec<usize> = (0..self.units.len()).collect();
        shuffle(&mut order, rng);
        let mut taken = vec![false; self.units.len()];
        let mut held = vec![Amount::default(); self.strata.len()];
        // A single patient cannot be in both parts.
        let rounds = if self.units.len() > 1 { MAX_ROUNDS } else { 0 };
        for _ in 0..rounds {
            let changes = order.iter().filter(|unit| self.change(**unit, &mut taken, &mut held)).count();
            if changes == 0 {
                break;
            }
        }
        let costs = held.iter().enumerate().map(|(stratum, held)| self.cost(stratum, *held));
        (costs.fold(CutCost::default(), CutCost::plus), taken)
    }

    /// Moves a patient to the other part if that costs less.
    fn change(&self, unit: usize, taken: &mut [bool], held: &mut [Amount]) -> bool {
        let sign = if taken[unit] { -1.0 } else { 1.0 };
        let counts = &self.units[unit].counts;
        let cost = |held: &[Amount]| {
            let costs = counts.iter().map(|&(stratum, _)| self.cost(stratum, held[stratum]));
            costs.fold(CutCost::default(), CutCost::plus)
        };
        let before = cost(held);
        self.units[unit].bring(held, sign);
        let after = cost(held);
        let worth = after.missing < before.missing
            || after.missing == before.missing && after.off < before.off - LEAST;
        if worth {
            taken[unit] = !taken[unit];
        } else {
            self.units[unit].bring(held, -sign);
        }
        worth
    }

    /// Returns the cost of `held` of a stratum in the first part.
    fn cost(&self, stratum: usize, held: Amount) -> CutCost {
        let whole = self.strata[stratum];
        let left = (self.share.left as f64).min(whole.patients - 1.0);
        let lacking = (1.0 - held.patients).max(0.0) + (left - (whole.patients - held.patients)).max(0.0);
        let off = held.images - whole.images * self.share.fraction;
        CutCost { missing: if whole.patients > 1.0 { lacking } else { 0.0 }, off: off * off / whole.images }
    }
}

impl PatientImages {
    /// Adds the images to amounts, or subtracts them with a `sign` of −1.
    fn bring(&self, amounts: &mut [Amount], sign: f64) {
        for (stratum, images) in &self.counts {
            amounts[*stratum].images += sign * images;
            amounts[*stratum].patients += sign;
        }
    }
}

/// Returns the members by patient, in the order of each patient's first.
fn together(members: &[u32], patients: &[u32]) -> Vec<Vec<u32>> {
    let mut places: BTreeMap<u32, usize> = BTreeMap::new();
    let mut units: Vec<Vec<u32>> = Vec::new();
    for &member in members {
        let patient = patients[member as usize];
        let next = units.len();
        let place = if patient == UNKNOWN { next } else { *places.entry(patient).or_insert(next) };
        if place == next {
            units.push(Vec::new());
        }
        units[place].push(member);
    }
    units
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::stream;
    use proptest::prelude::*;

    /// Cuts images of these classes and patients.
    fn cut(images: &[(usize, u32)], fraction: f64, seed: u64) -> (Vec<u32>, Vec<u32>) {
        let members: Vec<u32> = (0..images.len() as u32).collect();
        let patients: Vec<u32> = images.iter().map(|image| image.1).collect();
        let rng = &mut stream(seed, "split", 0);
        cut_by_patient(&members, |member| images[member as usize].0, &patients, CutShare::of(fraction), rng)
    }

    fn of_class(part: &[u32], images: &[(usize, u32)], class: usize) -> usize {
        part.iter().filter(|member| images[**member as usize].0 == class).count()
    }

    proptest! {
        #[test]
        fn no_patient_is_in_both_parts_and_nothing_is_lost(
            images in prop::collection::vec((0usize..4, prop_oneof![0u32..30, Just(UNKNOWN)]), 0..150),
            fraction in 0.05f64..0.95,
            seed: u64,
        ) {
            let (first, second) = cut(&images, fraction, seed);
            prop_assert_eq!(cut(&images, fraction, seed), (first.clone(), second.clone()));
            let mut all = [first.clone(), second.clone()].concat();
            all.sort_unstable();
            prop_assert!(all.into_iter().eq(0..images.len() as u32));
            let known = |part: &[u32]| -> std::collections::BTreeSet<u32> {
                part.iter().map(|member| images[*member as usize].1).filter(|one| *one != UNKNOWN).collect()
            };
            prop_assert!(known(&first).is_disjoint(&known(&second)));
        }

        #[test]
        fn each_part_sees_every_class_that_two_patients_have_and_shares_are_kept(
            // The class of each patient, and how many images there are.
            patients in prop::collection::vec((0usize..3, 1usize..6), 12..60),
            fraction in 0.1f64..0.9,
            seed: u64,
        ) {
            let images: Vec<(usize, u32)> = patients.iter().enumerate()
                .flat_map(|(patient, &(class, count))| vec![(class, patient as u32); count])
                .collect();
            let (first, second) = cut(&images, fraction, seed);
            for class in 0..3 {
                let whole = of_class(&first, &images, class) + of_class(&second, &images, class);
                let of_patients = patients.iter().filter(|patient| patient.0 == class).count();
                let taken = of_class(&first, &images, class);
                prop_assert!(of_patients < 2 || (1..whole).contains(&taken), "{taken} of {whole}");
                // Off by the largest patient at most, but where both parts have to see the class.
                prop_assert!(of_patients < 6 || (taken as f64 - whole as f64 * fraction).abs() <= 5.0);
            }
        }
    }

    #[test]
    fn strangers_are_cut_exactly() {
        let images: Vec<(usize, u32)> = (0..100).map(|at| (usize::from(at >= 60), UNKNOWN)).collect();
        let (first, _) = cut(&images, 0.2, 3);
        assert_eq!((of_class(&first, &images, 0), of_class(&first, &images, 1)), (12, 8));
        assert_ne!(cut(&images, 0.2, 4).0, first, "the seed decides");
    }

    #[test]
    fn a_second_cut_is_left_patients_to_choose_from() {
        // Without them, both small patients would be nearest to a fifth of the images.
        let images: Vec<(usize, u32)> = (0..12).map(|at: u32| (0, at.min(2))).collect();
        let patients: Vec<u32> = images.iter().map(|image| image.1).collect();
        let members: Vec<u32> = (0..12).collect();
        let cut = |left| {
            let share = CutShare { fraction: 0.2, left };
            cut_by_patient(&members, |_| 0, &patients, share, &mut stream(0, "split", 0)).0
        };
        assert_eq!(cut(1), [0, 1]);
        assert_eq!(cut(2).len(), 1);
    }

    #[test]
    fn a_single_patient_is_not_divided() {
        assert_eq!(cut(&[(0, 7), (1, 7), (0, 7)], 0.5, 0), (vec![], vec![0, 1, 2]));
    }
}
