//! The rule by which the class of an image, or its labels, are decided from its scores.

use super::decision::{Decisions, decide};
use super::{LabelThresholds, Labels, Scores, Threshold};
use zodarts_data::Task;

/// A rule of decisions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DecisionRule<'a> {
    /// As [`super::evaluate`] decides: the most probable class, and labels above one half.
    Usual(Task),
    /// By the threshold of one of two classes.
    Class(&'a Threshold),
    /// By a threshold for each of several labels.
    Labels(&'a LabelThresholds),
}

impl DecisionRule<'_> {
    /// Returns the class of an image, or its labels, decided from its scores.
    ///
    /// # Panics
    /// Panics if there is no score.
    pub fn decide(self, scores: &[f32]) -> Vec<usize> {
        match self {
            DecisionRule::Usual(task) => decide(scores, task),
            DecisionRule::Class(threshold) => vec![threshold.decide(scores)],
            DecisionRule::Labels(thresholds) => thresholds.decide(scores),
        }
    }

    /// Returns the decisions on images with their truth.
    pub(super) fn on(self, scores: &Scores, labels: &Labels) -> Decisions {
        match self {
            DecisionRule::Usual(task) => Decisions::new(scores, labels, task),
            DecisionRule::Class(threshold) => Decisions::by(scores, labels, |row| threshold.decide(row)),
            DecisionRule::Labels(thresholds) => {
                Decisions::labels(scores, labels, |label, score| thresholds.has(label, score))
            }
        }
    }
}
