//! The report of an evaluation.

use super::decision::Decisions;
use serde::{Deserialize, Serialize};
use zodarts_data::Task;

/// The quality of a set of scores. ACC, AUC, sensitivity and specificity are shares from 0 to 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The kind of labels.
    pub task: Task,
    /// Number of images.
    pub n: usize,
    /// Accuracy.
    pub acc: f64,
    /// Lower and upper end of the accuracy's 95 % interval.
    pub acc_ci95: [f64; 2],
    /// Area under the ROC curve; `None` if [`Report::auc_undefined_for`] is not empty.
    pub auc: Option<f64>,
    /// Lower and upper end of the area's 95 % interval; `None` without an area, or if a label is so rare that
    /// resamples keep losing it.
    pub auc_ci95: Option<[f64; 2]>,
    /// Classes or labels that no image has, or every image: the reason for an undefined AUC.
    pub auc_undefined_for: Vec<String>,
    /// One entry per class or label.
    pub classes: Vec<ClassReport>,
    /// Number of images `[truth][predicted]`; `None` for several labels per image.
    pub confusion: Option<Vec<Vec<u64>>>,
}

/// The result for one class against the rest, or for one label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassReport {
    /// Name of the class or label.
    pub name: String,
    /// Number of images that belong to the class or have the label.
    pub n: u64,
    /// Share of these images that are recognised; `None` without such images.
    pub sensitivity: Option<f64>,
    /// Share of the other images that are recognised as such; `None` without such images.
    pub specificity: Option<f64>,
}

pub(super) fn classes(decisions: &Decisions, names: &[String]) -> Vec<ClassReport> {
    let report = |(class, name): (usize, &String)| {
        let outcome = decisions.outcome(class);
        ClassReport {
            name: name.clone(),
            n: outcome.positives(),
            sensitivity: outcome.sensitivity(),
            specificity: outcome.specificity(),
        }
    };
    names.iter().enumerate().map(report).collect()
}
