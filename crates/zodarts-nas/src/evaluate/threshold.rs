//! Decision thresholds other than one half, for a class that must not be missed.

use super::judged::Judged;
use super::{Bootstrap, ClassReport, DecisionRule, Labels, Scores};
use serde::{Deserialize, Serialize};
use zodarts_data::Task;

/// The most images that a sensitivity needs, which holds for all from 0.99 on.
const MOST_NEEDED: usize = 100;

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

/// The result of decisions at a threshold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// Accuracy, classes and confusion matrix; `None` in records of versions that did not compute them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<DecisionReport>,
}

/// The quality of decisions at a threshold, or at the thresholds of several labels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DecisionReport {
    /// Accuracy.
    pub acc: f64,
    /// Lower and upper end of the accuracy's 95 % interval.
    pub acc_ci95: [f64; 2],
    /// The mean sensitivity of the classes that have images; `None` for several labels per image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balanced_acc: Option<f64>,
    /// One entry per class or label.
    pub classes: Vec<ClassReport>,
    /// Number of images `[truth][predicted]`; `None` for several labels per image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confusion: Option<Vec<Vec<u64>>>,
}

impl Threshold {
    /// Returns the number of a class's images that can carry a sensitivity: with fewer, all of them would
    /// have to be found, and the threshold would hang on the least likely one.
    pub fn images_needed(wanted: f64) -> usize {
        // A rounding error must not require one more image.
        let needed = (1.0 / (1.0 - wanted) - 1e-9).ceil();
        if needed < MOST_NEEDED as f64 { (needed as usize).max(1) } else { MOST_NEEDED }
    }

    /// Returns the highest threshold up to one half at which at least the share `wanted` of a class's images
    /// is found, or `None` if the class has no image. A higher threshold would miss more than one half does.
    pub fn for_sensitivity(scores: &Scores, labels: &Labels, class: usize, wanted: f64) -> Option<Self> {
        let truths = labels.positive(class, Task::BinaryClass);
        let probability = Self::lowest(&scores.column(class), &truths, wanted)?;
        Some(Self { class, probability, wanted })
    }

    /// Returns the highest probability up to one half that at least the share `wanted` of the scores of true
    /// images reach, or `None` without such images.
    pub(super) fn lowest(scores: &[f32], truths: &[bool], wanted: f64) -> Option<f32> {
        let scores = scores.iter().zip(truths).filter(|(_, truth)| **truth);
        let mut positives: Vec<f32> = scores.map(|(score, _)| *score).collect();
        positives.sort_by(|a, b| b.total_cmp(a));
        // A rounding error must not require one more image.
        let needed = (wanted * positives.len() as f64 - 1e-9).ceil() as usize;
        positives.get(needed.max(1) - 1).map(|score| score.min(0.5))
    }

    /// Returns the class that is decided for, given the scores of an image.
    pub fn decide(&self, scores: &[f32]) -> usize {
        if scores[self.class] >= self.probability { self.class } else { 1 - self.class }
    }

    /// Returns the result of the threshold on images of two classes with these names.
    pub fn on(&self, scores: &Scores, labels: &Labels, names: &[String]) -> AtThreshold {
        let judged = Judged { scores, labels, task: Task::BinaryClass, names };
        // The interval of one decision per image needs no bootstrap.
        let decided = judged.decided(DecisionRule::Class(self), &Bootstrap::default());
        let ClassReport { sensitivity, specificity, .. } = decided.classes[self.class];
        AtThreshold { threshold: *self, sensitivity, specificity, n: scores.n(), decided: Some(decided) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> [String; 2] {
        ["a", "b"].map(String::from)
    }

    fn case() -> (Scores, Labels) {
        let second = [0.9, 0.4, 0.3, 0.2, 0.1];
        let values = second.iter().flat_map(|p| [1.0 - p, *p]).collect();
        (Scores::new(5, 2, values).unwrap(), Labels::new(5, 1, vec![1, 1, 0, 1, 0]).unwrap())
    }

    #[test]
    fn the_threshold_is_as_high_as_the_wanted_sensitivity_allows() {
        let (scores, labels) = case();
        for (wanted, probability, specificity) in
            [(0.3, 0.5, 1.0), (0.5, 0.4, 1.0), (2.0 / 3.0, 0.4, 1.0), (0.67, 0.2, 0.5), (1.0, 0.2, 0.5)]
        {
            let found = Threshold::for_sensitivity(&scores, &labels, 1, wanted).unwrap();
            assert_eq!(found.probability, probability, "{wanted}");
            let at = found.on(&scores, &labels, &names());
            assert!(at.sensitivity.unwrap() >= wanted - 1e-9, "{wanted}: {at:?}");
            assert_eq!(at.specificity, Some(specificity), "{wanted}");
        }
    }

    #[test]
    fn the_first_class_can_be_the_one_not_to_miss() {
        let (scores, labels) = case();
        let found = Threshold::for_sensitivity(&scores, &labels, 0, 1.0).unwrap();
        // All are found at 0.7 already, but a threshold for a sensitivity misses no more than one half does.
        assert_eq!(found.probability, 0.5);
        assert_eq!((found.decide(&[0.5, 0.5]), found.decide(&[0.4, 0.6])), (0, 1));
        let at = found.on(&scores, &labels, &names());
        assert_eq!((at.sensitivity, at.specificity), (Some(1.0), Some(1.0 / 3.0)));
        let decided = at.decided.unwrap();
        assert_eq!((decided.acc, decided.confusion), (0.6, Some(vec![vec![2, 0], vec![2, 1]])));
        assert_eq!(decided.classes[0].ppv, Some(0.5));
    }

    #[test]
    fn a_sensitivity_needs_as_many_images_as_one_of_them_may_be_missed() {
        let needed = [0.5, 0.9, 0.95, 0.98, 0.99, 0.999, 1.0].map(Threshold::images_needed);
        assert_eq!(needed, [2, 10, 20, 50, 100, 100, 100]);
    }

    #[test]
    fn without_an_image_of_the_class_there_is_no_threshold() {
        let scores = Scores::new(1, 2, vec![0.5, 0.5]).unwrap();
        let labels = Labels::new(1, 1, vec![0]).unwrap();
        assert_eq!(Threshold::for_sensitivity(&scores, &labels, 1, 0.9), None);
    }
}
