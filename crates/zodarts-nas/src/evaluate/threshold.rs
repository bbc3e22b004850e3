//! Decision thresholds other than one half, for a class that must not be missed.

use super::decision::Outcome;
use super::{Labels, Scores};
use serde::{Deserialize, Serialize};
use zodarts_data::Task;

/// A decision threshold for one of two classes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Threshold {
    /// The class that must not be missed.
    pub class: usize,
    /// The lowest probability at which the class is decided for.
    pub probability: f32,
    /// The sensitivity that was asked for: the share of the class's images to find.
    pub wanted: f64,
}

/// Sensitivity and specificity at a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AtThreshold {
    /// The threshold.
    #[serde(flatten)]
    pub threshold: Threshold,
    /// Share of the class's images that are found; `None` without such images.
    pub sensitivity: Option<f64>,
    /// Share of the other images that are recognised as such; `None` without such images.
    pub specificity: Option<f64>,
    /// Number of images.
    pub n: usize,
}

impl Threshold {
    /// Returns the highest threshold at which at least the share `wanted` of a class's images is found, or
    /// `None` if the class has no image.
    pub fn for_sensitivity(scores: &Scores, labels: &Labels, class: usize, wanted: f64) -> Option<Self> {
        let truths = labels.positive(class, Task::BinaryClass);
        let column = scores.column(class);
        let mut positives: Vec<f32> =
            column.into_iter().zip(truths).filter(|(_, truth)| *truth).map(|(score, _)| score).collect();
        positives.sort_by(|a, b| b.total_cmp(a));
        // A rounding error must not require one more image.
        let needed = (wanted * positives.len() as f64 - 1e-9).ceil() as usize;
        let probability = *positives.get(needed.max(1) - 1)?;
        Some(Self { class, probability, wanted })
    }

    /// Returns the class that is decided for, given the scores of an image.
    pub fn decide(&self, scores: &[f32]) -> usize {
        if scores[self.class] >= self.probability { self.class } else { 1 - self.class }
    }

    /// Returns sensitivity and specificity on images.
    pub fn on(&self, scores: &Scores, labels: &Labels) -> AtThreshold {
        let truths = labels.positive(self.class, Task::BinaryClass);
        let decided = scores.rows().map(|row| self.decide(row) == self.class);
        let outcome = Outcome::count(truths.into_iter().zip(decided));
        let (sensitivity, specificity) = (outcome.sensitivity(), outcome.specificity());
        AtThreshold { threshold: *self, sensitivity, specificity, n: scores.n() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case() -> (Scores, Labels) {
        let second = [0.9, 0.4, 0.3, 0.2, 0.1];
        let values = second.iter().flat_map(|p| [1.0 - p, *p]).collect();
        (Scores::new(5, 2, values).unwrap(), Labels::new(5, 1, vec![1, 1, 0, 1, 0]).unwrap())
    }

    #[test]
    fn the_threshold_is_as_high_as_the_wanted_sensitivity_allows() {
        let (scores, labels) = case();
        for (wanted, probability, specificity) in
            [(0.3, 0.9, 1.0), (0.5, 0.4, 1.0), (2.0 / 3.0, 0.4, 1.0), (0.67, 0.2, 0.5), (1.0, 0.2, 0.5)]
        {
            let found = Threshold::for_sensitivity(&scores, &labels, 1, wanted).unwrap();
            assert_eq!(found.probability, probability, "{wanted}");
            let at = found.on(&scores, &labels);
            assert!(at.sensitivity.unwrap() >= wanted - 1e-9, "{wanted}: {at:?}");
            assert_eq!(at.specificity, Some(specificity), "{wanted}");
        }
    }

    #[test]
    fn the_first_class_can_be_the_one_not_to_miss() {
        let (scores, labels) = case();
        let found = Threshold::for_sensitivity(&scores, &labels, 0, 1.0).unwrap();
        assert_eq!(found.probability, 0.7);
        assert_eq!((found.decide(&[0.7, 0.3]), found.decide(&[0.6, 0.4])), (0, 1));
        let at = found.on(&scores, &labels);
        assert_eq!((at.sensitivity, at.specificity), (Some(1.0), Some(2.0 / 3.0)));
    }

    #[test]
    fn without_an_image_of_the_class_there_is_no_threshold() {
        let scores = Scores::new(1, 2, vec![0.5, 0.5]).unwrap();
        let labels = Labels::new(1, 1, vec![0]).unwrap();
        assert_eq!(Threshold::for_sensitivity(&scores, &labels, 1, 0.9), None);
    }
}
