//! Calibration of probabilities: confidence compared with accuracy, bin by bin.

use super::decision::Decisions;
use super::{EvaluateError, Labels, Scores, inputs};
use serde::{Deserialize, Serialize};
use zodarts_data::Task;

/// Number of bins of confidence between 0 and 1, as in Guo et al. (2017).
const BINS: usize = 15;

/// Decisions of similar confidence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// Number of decisions.
    pub count: usize,
    /// Mean confidence, which is the probability of the decision.
    pub confidence: f64,
    /// Share of correct decisions.
    pub accuracy: f64,
}

/// The distance between confidence and accuracy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reliability {
    /// Expected calibration error: the mean over decisions of the distance between confidence and accuracy of
    /// their bin.
    pub ece: f64,
    /// Bins of equal width from 0 to 1.
    pub bins: Vec<Bin>,
}

/// Compares the confidence of decisions with the share of them that is correct. A decision is an image's
/// class, or yes or no for each of several labels.
///
/// # Errors
/// Returns an error if the shapes do not fit each other or the task, or there is no image.
pub fn reliability(
    scores: &Scores,
    labels: &Labels,
    task: Task,
    names: &[String],
) -> Result<Reliability, EvaluateError> {
    inputs::check(scores, labels, task, names)?;
    let confidences: Vec<f64> = match task {
        Task::MultiLabel => {
            let columns = 0..scores.columns();
            columns.flat_map(|label| scores.column(label)).map(|p| f64::from(p.max(1.0 - p))).collect()
        }
        _ => scores.rows().map(|row| f64::from(row.iter().copied().fold(0.0, f32::max))).collect(),
    };
    let right = match Decisions::new(scores, labels, task) {
        Decisions::Single(pairs) => pairs.iter().map(|(truth, decided)| truth == decided).collect(),
        Decisions::Multi(labels) => {
            labels.iter().flatten().map(|(truth, decided)| truth == decided).collect::<Vec<bool>>()
        }
    };
    Ok(Reliability::of(&confidences, &right))
}

impl Reliability {
    pub(super) fn of(confidences: &[f64], right: &[bool]) -> Self {
        let mut bins = vec![Bin::default(); BINS];
        for (confidence, right) in confidences.iter().zip(right) {
            let bin = &mut bins[((confidence * BINS as f64) as usize).min(BINS - 1)];
            bin.count += 1;
            bin.confidence += confidence;
            bin.accuracy += f64::from(u8::from(*right));
        }
        let distance: f64 = bins.iter().map(|bin| (bin.confidence - bin.accuracy).abs()).sum();
        for bin in bins.iter_mut().filter(|bin| bin.count > 0) {
            bin.confidence /= bin.count as f64;
            bin.accuracy /= bin.count as f64;
        }
        Self { ece: distance / confidences.len() as f64, bins }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certain_and_half_right_is_off_by_a_half() {
        let found = Reliability::of(&[1.0, 1.0, 0.5, 0.5], &[true, false, true, false]);
        assert!((found.ece - 0.25).abs() < 1e-12, "half of the decisions are off by a half: {found:?}");
        assert_eq!(found.bins[BINS - 1], Bin { count: 2, confidence: 1.0, accuracy: 0.5 });
        assert_eq!(found.bins.iter().map(|bin| bin.count).sum::<usize>(), 4);
    }

    #[test]
    fn confidence_is_that_of_the_decision() {
        let names = ["a".to_owned(), "b".to_owned()];
        let labels = Labels::new(2, 1, vec![0, 1]).unwrap();
        let scores = Scores::new(2, 2, vec![0.9, 0.1, 0.7, 0.3]).unwrap();
        let found = reliability(&scores, &labels, Task::BinaryClass, &names).unwrap();
        assert!((found.ece - 0.4).abs() < 1e-6, "{found:?}");
        let labels = Labels::new(1, 2, vec![1, 1]).unwrap();
        let scores = Scores::new(1, 2, vec![0.9, 0.2]).unwrap();
        let found = reliability(&scores, &labels, Task::MultiLabel, &names).unwrap();
        assert!((found.ece - 0.45).abs() < 1e-6, "the second label is denied with 0.8: {found:?}");
    }
}
