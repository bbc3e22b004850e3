//! The wrong decisions on each of several labels.

use super::mistakes::{confidence, present};
use super::{DecisionRule, Labels, Mistake, Scores};

/// The wrong decisions on a label.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LabelMistakes {
    /// Number of images that are decided to have the label, and do not have it.
    pub false_alarms: usize,
    /// Number of images that have the label, and are decided not to have it.
    pub missed: usize,
    /// The false alarm of the highest probability.
    pub surest_alarm: Option<Mistake>,
    /// The missed image of the lowest probability.
    pub surest_miss: Option<Mistake>,
}

/// Returns the wrong decisions of a rule on each label.
///
/// # Panics
/// Panics if scores and labels are not of the same images.
pub fn label_mistakes(scores: &Scores, labels: &Labels, rule: DecisionRule<'_>) -> Vec<LabelMistakes> {
    assert_eq!(scores.n(), labels.n(), "images");
    let mut found = vec![LabelMistakes::default(); labels.columns()];
    for (image, (scores, labels)) in scores.rows().zip(labels.rows()).enumerate() {
        let (truth, decided) = (present(labels), rule.decide(scores));
        for (class, found) in found.iter_mut().enumerate() {
            let (is_decided, is_true) = (decided.contains(&class), truth.contains(&class));
            if is_decided == is_true {
                continue;
            }
            let confidence = confidence(scores[class], is_decided);
            found.add(
                is_decided,
                Mistake { image, truth: truth.clone(), decided: decided.clone(), class, confidence },
            );
        }
    }
    found
}

impl LabelMistakes {
    /// Counts a mistake, and keeps it if it is surer than those before.
    fn add(&mut self, is_alarm: bool, mistake: Mistake) {
        let (count, surest) = if is_alarm {
            (&mut self.false_alarms, &mut self.surest_alarm)
        } else {
            (&mut self.missed, &mut self.surest_miss)
        };
        *count += 1;
        if surest.as_ref().is_none_or(|kept| kept.confidence < mistake.confidence) {
            *surest = Some(mistake);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::LabelThresholds;

    #[test]
    fn each_label_has_its_surest_alarm_and_its_surest_miss() {
        let scores = Scores::new(4, 2, vec![0.3, 0.9, 0.4, 0.8, 0.1, 0.2, 0.15, 0.1]).unwrap();
        let labels = Labels::new(4, 2, vec![0, 1, 0, 1, 1, 1, 1, 0]).unwrap();
        let thresholds = LabelThresholds { wanted: 0.9, probabilities: vec![Some(0.25), None] };
        let found = label_mistakes(&scores, &labels, DecisionRule::Labels(&thresholds));
        let of = |mistake: &Option<Mistake>| mistake.as_ref().map(|found| (found.image, found.confidence));
        let first = (found[0].false_alarms, found[0].missed);
        assert_eq!((first, of(&found[0].surest_alarm)), ((2, 2), Some((1, 0.4))));
        assert_eq!(of(&found[0].surest_miss), Some((2, 0.9)));
        assert_eq!((found[1].false_alarms, found[1].missed), (0, 1));
        assert_eq!((of(&found[1].surest_alarm), of(&found[1].surest_miss)), (None, Some((2, 0.8))));
    }
}
