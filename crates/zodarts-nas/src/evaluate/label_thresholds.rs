//! Decision thresholds other than one half, for labels that must not be missed.

use super::decision::above_half;
use super::judged::Judged;
use super::{Bootstrap, DecisionReport, DecisionRule, EvaluateError, Labels, Scores, Threshold};
use serde::{Deserialize, Serialize};
use zodarts_data::Task;

/// A decision threshold for each of several labels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelThresholds {
    /// The sensitivity that was asked for: the share of a label's images to find.
    pub wanted: f64,
    /// The lowest probability at which each label is decided for; `None` for a label that is decided for
    /// above one half.
    pub probabilities: Vec<Option<f32>>,
}

/// The result of decisions at the thresholds of several labels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AtLabelThresholds {
    /// The thresholds.
    #[serde(flatten)]
    pub thresholds: LabelThresholds,
    /// Number of images.
    pub n: usize,
    /// Accuracy and labels.
    pub decided: DecisionReport,
}

impl LabelThresholds {
    /// Returns the thresholds of the labels that `chosen` names: of each, the highest up to one half at which
    /// at least the share `wanted` of its images is found. Other labels, and those with fewer images than
    /// [`Threshold::images_needed`], have none.
    pub fn for_sensitivity(
        scores: &Scores,
        labels: &Labels,
        wanted: f64,
        chosen: impl Fn(usize) -> bool,
    ) -> Self {
        let needed = Threshold::images_needed(wanted);
        let threshold = |label: usize| {
            let truths = labels.positive(label, Task::MultiLabel);
            let images = truths.iter().filter(|truth| **truth).count();
            let may_have_one = chosen(label) && images >= needed;
            may_have_one.then(|| Threshold::lowest(&scores.column(label), &truths, wanted)).flatten()
        };
        Self { wanted, probabilities: (0..scores.columns()).map(threshold).collect() }
    }

    /// Reports whether a label with this probability is decided for.
    pub fn has(&self, label: usize, probability: f32) -> bool {
        match self.probabilities[label] {
            Some(least) => probability >= least,
            None => above_half(probability),
        }
    }

    /// Returns the labels that are decided for, given the scores of an image.
    pub fn decide(&self, scores: &[f32]) -> Vec<usize> {
        (0..scores.len()).filter(|label| self.has(*label, scores[*label])).collect()
    }

    /// Returns the result of the thresholds on images of labels with these names.
    ///
    /// # Errors
    /// Returns an error if scores and labels do not fit each other, or no bootstrap replicates are asked for.
    pub fn on(
        &self,
        scores: &Scores,
        labels: &Labels,
        names: &[String],
        bootstrap: &Bootstrap,
    ) -> Result<AtLabelThresholds, EvaluateError> {
        let judged = Judged { scores, labels, task: Task::MultiLabel, names };
        judged.check()?;
        bootstrap.check()?;
        let decided = judged.decided(DecisionRule::Labels(self), bootstrap);
        Ok(AtLabelThresholds { thresholds: self.clone(), n: scores.n(), decided })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEW: Bootstrap = Bootstrap { replicates: 200, seed: 0 };

    fn names() -> [String; 3] {
        ["effusion", "nodule", "hernia"].map(String::from)
    }

    /// Returns four images: two have an effusion, three a nodule, one has a hernia.
    fn case() -> (Scores, Labels) {
        let values = vec![0.3, 0.9, 0.01, 0.2, 0.7, 0.02, 0.25, 0.6, 0.3, 0.1, 0.2, 0.04];
        let truth = vec![1, 1, 0, 1, 1, 0, 0, 1, 0, 0, 0, 1];
        (Scores::new(4, 3, values).unwrap(), Labels::new(4, 3, truth).unwrap())
    }

    #[test]
    fn each_label_has_the_threshold_that_finds_enough_of_its_own_images() {
        let (scores, labels) = case();
        // A half needs two images: the hernia has one, and keeps one half.
        let found = LabelThresholds::for_sensitivity(&scores, &labels, 0.5, |_| true);
        assert_eq!(found.probabilities, [Some(0.3), Some(0.5), None]);
        assert_eq!(found.decide(&[0.3, 0.5, 0.5]), [0, 1]);
        assert_eq!(found.decide(&[0.29, 0.49, 0.51]), [2]);
        let one = LabelThresholds::for_sensitivity(&scores, &labels, 0.5, |label| label == 1);
        assert_eq!(one.probabilities, [None, Some(0.5), None]);
    }

    #[test]
    fn the_result_is_that_of_the_decisions() {
        let (scores, labels) = case();
        let thresholds = LabelThresholds { wanted: 0.9, probabilities: vec![Some(0.2), None, Some(0.04)] };
        let AtLabelThresholds { n, decided, .. } = thresholds.on(&scores, &labels, &names(), &FEW).unwrap();
        let shares: Vec<_> =
            decided.classes.iter().map(|label| (label.sensitivity, label.specificity)).collect();
        let third = Some(2.0 / 3.0);
        assert_eq!(shares, [(Some(1.0), Some(0.5)), (Some(1.0), Some(1.0)), (Some(1.0), third)]);
        assert_eq!((n, decided.acc), (4, 10.0 / 12.0));
        assert_eq!((decided.balanced_acc, decided.confusion), (None, None));
        let other = thresholds.on(&scores, &Labels::new(3, 3, vec![0; 9]).unwrap(), &names(), &FEW);
        assert!(matches!(other, Err(EvaluateError::Images { .. })));
    }

    #[test]
    fn thresholds_read_back_as_they_were() {
        let thresholds = LabelThresholds { wanted: 0.9, probabilities: vec![Some(0.2), None] };
        let text = serde_json::to_string(&thresholds).unwrap();
        assert_eq!(text, r#"{"wanted":0.9,"probabilities":[0.2,null]}"#);
        assert_eq!(serde_json::from_str::<LabelThresholds>(&text).unwrap(), thresholds);
    }
}
