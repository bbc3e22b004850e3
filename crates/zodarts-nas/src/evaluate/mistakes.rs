//! The images that a network gets wrong, the most confident mistake first.

use super::{DecisionRule, Labels, Scores};
use zodarts_data::Task;

/// An image that a network gets wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Mistake {
    /// Index of the image in its split, from 0.
    pub image: usize,
    /// The true class, or the true labels.
    pub truth: Vec<usize>,
    /// The class or labels that were decided for.
    pub decided: Vec<usize>,
    /// The class or label of the most confident wrong decision. Of several labels, it may be one that was
    /// denied.
    pub class: usize,
    /// The probability of that decision.
    pub confidence: f32,
}

/// Returns every image that a rule decides wrongly, the most confident mistake first.
///
/// # Panics
/// Panics if scores and labels are not of the same images.
pub fn mistakes(scores: &Scores, labels: &Labels, task: Task, rule: DecisionRule<'_>) -> Vec<Mistake> {
    assert_eq!(scores.n(), labels.n(), "images");
    let images = scores.rows().zip(labels.rows()).enumerate();
    let mut found: Vec<Mistake> =
        images.filter_map(|(image, (scores, labels))| mistake(image, (scores, labels), task, rule)).collect();
    found.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then(a.image.cmp(&b.image)));
    found
}

fn mistake(
    image: usize,
    (scores, labels): (&[f32], &[u16]),
    task: Task,
    rule: DecisionRule<'_>,
) -> Option<Mistake> {
    let decided = rule.decide(scores);
    let truth: Vec<usize> = match task {
        Task::MultiLabel => present(labels),
        _ => vec![usize::from(labels[0])],
    };
    let (class, confidence) = match task {
        Task::MultiLabel => (0..labels.len())
            .filter(|label| decided.contains(label) != truth.contains(label))
            .map(|label| (label, confidence(scores[label], decided.contains(&label))))
            .max_by(|a, b| a.1.total_cmp(&b.1))?,
        _ if decided == truth => return None,
        // If there is a single column, it is the score of class 1.
        _ if scores.len() == 1 => (decided[0], scores[0].max(1.0 - scores[0])),
        _ => (decided[0], scores[decided[0]]),
    };
    Some(Mistake { image, truth, decided, class, confidence })
}

/// Returns the labels that an image has.
pub(super) fn present(labels: &[u16]) -> Vec<usize> {
    (0..labels.len()).filter(|label| labels[*label] == 1).collect()
}

/// Returns the probability of a decision for or against a label.
pub(super) fn confidence(score: f32, decided: bool) -> f32 {
    if decided { score } else { 1.0 - score }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_surest_comes_first() {
        let scores = Scores::new(3, 3, vec![0.6, 0.3, 0.1, 0.1, 0.9, 0.0, 0.2, 0.2, 0.6]).unwrap();
        let labels = Labels::new(3, 1, vec![1, 0, 2]).unwrap();
        let found = mistakes(&scores, &labels, Task::MultiClass, DecisionRule::Usual(Task::MultiClass));
        let of = |image, truth, class, confidence| Mistake {
            image,
            truth: vec![truth],
            decided: vec![class],
            class,
            confidence,
        };
        assert_eq!(found, [of(1, 0, 1, 0.9), of(0, 1, 0, 0.6)]);
    }

    #[test]
    fn a_label_that_is_denied_can_be_the_mistake() {
        let scores = Scores::new(2, 2, vec![0.6, 0.05, 0.7, 0.2]).unwrap();
        let labels = Labels::new(2, 2, vec![0, 1, 1, 0]).unwrap();
        let found = mistakes(&scores, &labels, Task::MultiLabel, DecisionRule::Usual(Task::MultiLabel));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].image, found[0].class, &found[0].decided[..]), (0, 1, &[0][..]));
        assert!((found[0].confidence - 0.95).abs() < 1e-6);
    }
}
