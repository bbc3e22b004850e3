//! Statistics of the samples on a data set: how much the architecture matters, and how much of that is its
//! size.

use super::ranks::spearman;
use super::sample::Sampled;
use super::spread::Spread;
use super::trial::TrialResult;
use serde::Serialize;
use std::sync::Arc;

/// The samples of a data set, over seeds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SampleRow {
    /// The data set.
    pub dataset: String,
    /// The seeds whose samples are finished.
    pub seeds: Vec<u64>,
    /// Smallest validation ACC of the short trainings.
    pub smallest: Spread,
    /// Their median validation ACC.
    pub median: Spread,
    /// Their largest validation ACC.
    pub largest: Spread,
    /// Spearman's rank correlation of validation ACC with the number of parameters; `None` if one of them is
    /// the same everywhere.
    pub params_correlation: Option<Spread>,
    /// The same with the multiply-accumulates of one image.
    pub macs_correlation: Option<Spread>,
}

impl SampleRow {
    /// Returns one row for each data set, in the order of the results.
    pub fn all(results: &[Arc<TrialResult>]) -> Vec<Self> {
        let mut groups: Vec<Vec<(&TrialResult, &[Sampled])>> = Vec::new();
        for result in results {
            let Some(sample) = result.sample.as_deref() else { continue };
            let fingerprint = |result: &TrialResult| result.test().fingerprint.clone();
            match groups.iter_mut().find(|group| fingerprint(group[0].0) == fingerprint(result)) {
                // Best and worst of a seed come from the same sample.
                Some(group) if group.iter().any(|(other, _)| other.seed == result.seed) => {}
                Some(group) => group.push((result, sample)),
                None => groups.push(vec![(result, sample)]),
            }
        }
        groups.iter().filter_map(|group| Self::of(group)).collect()
    }

    fn of(group: &[(&TrialResult, &[Sampled])]) -> Option<Self> {
        let over = |value: &dyn Fn(&[Sampled]) -> Option<f64>| {
            let values: Option<Vec<f64>> = group.iter().map(|(_, sample)| value(sample)).collect();
            Spread::of(&values?)
        };
        Some(Self {
            dataset: group[0].0.test().dataset.clone(),
            seeds: group.iter().map(|(result, _)| result.seed).collect(),
            smallest: over(&|sample| sorted_acc(sample).first().copied())?.of_shares(),
            median: over(&|sample| median(&sorted_acc(sample)))?.of_shares(),
            largest: over(&|sample| sorted_acc(sample).last().copied())?.of_shares(),
            params_correlation: over(&|sample| correlation(sample, |sampled| sampled.params)),
            macs_correlation: over(&|sample| correlation(sample, |sampled| sampled.macs)),
        })
    }
}

fn sorted_acc(sample: &[Sampled]) -> Vec<f64> {
    let mut values: Vec<f64> = sample.iter().map(|sampled| sampled.val_acc).collect();
    values.sort_by(f64::total_cmp);
    values
}

/// Returns the median of sorted values, or `None` without a value.
fn median(sorted: &[f64]) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    Some(f64::midpoint(sorted[last / 2], sorted[last.div_ceil(2)]))
}

fn correlation(sample: &[Sampled], size: impl Fn(&Sampled) -> u64) -> Option<f64> {
    let pairs: Vec<(f64, f64)> = sample.iter().map(|one| (size(one) as f64, one.val_acc)).collect();
    spearman(&pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_or_between_the_two_there() {
        assert_eq!(median(&[1.0, 2.0, 9.0]), Some(2.0));
        assert_eq!(median(&[1.0, 2.0, 4.0, 9.0]), Some(3.0));
        assert_eq!(median(&[]), None);
    }
}
