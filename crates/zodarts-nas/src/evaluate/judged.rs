//! Scores beside the truth, and what decisions on them are worth.

use super::decision::Decisions;
use super::metrics::Measure;
use super::{
    Bootstrap, ClassReport, DecisionReport, DecisionRule, EvaluateError, Labels, Scores, inputs, report,
    wilson,
};
use zodarts_data::Task;

/// Scores with the labels that they are held against, and the names of the classes or labels.
#[derive(Clone, Copy)]
pub(super) struct Judged<'a> {
    pub scores: &'a Scores,
    pub labels: &'a Labels,
    pub task: Task,
    pub names: &'a [String],
}

impl Judged<'_> {
    /// Refuses scores and labels that do not fit each other or the task.
    pub fn check(self) -> Result<(), EvaluateError> {
        inputs::check(self.scores, self.labels, self.task, self.names)
    }

    /// Returns the result for each class or label.
    pub fn classes(self, decisions: &Decisions) -> Vec<ClassReport> {
        report::classes(decisions, self.names, |class| {
            super::ranking::of(self.scores, self.labels, self.task, class)
        })
    }

    /// Returns the quality of a rule's decisions. There is an image.
    pub fn decided(self, rule: DecisionRule<'_>, bootstrap: &Bootstrap) -> DecisionReport {
        let decisions = rule.on(self.scores, self.labels);
        let measure = Measure::of_decisions(&decisions);
        let classes = self.classes(&decisions);
        let confusion = decisions.confusion(self.names.len());
        DecisionReport {
            acc: measure.acc(&vec![1; self.scores.n()]),
            acc_ci95: acc_interval(&measure, bootstrap),
            balanced_acc: confusion.is_some().then(|| report::balanced(&classes)),
            classes,
            confusion,
        }
    }
}

/// Returns the 95 % interval of ACC: Wilson's or, where an image has several decisions, the bootstrap's.
pub(super) fn acc_interval(measure: &Measure, bootstrap: &Bootstrap) -> [f64; 2] {
    let of_images = measure.correct_images().and_then(|correct| wilson(correct, measure.images() as u64));
    of_images.unwrap_or_else(|| bootstrap.acc(measure))
}
