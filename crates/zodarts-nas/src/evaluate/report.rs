//! The report of an evaluation.

use super::decision::{Decisions, Share};
use super::ranking::ClassRanking;
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
    /// The accuracy of always giving the commonest answer: the class with the most images or, for each of
    /// several labels, whichever of present and absent is more frequent. `None` for several labels in records
    /// of versions that did not compute it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub majority_acc: Option<f64>,
    /// The mean sensitivity of the classes that have images; `None` for several labels per image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balanced_acc: Option<f64>,
    /// Area under the ROC curve; `None` if [`Report::auc_undefined_for`] is not empty.
    pub auc: Option<f64>,
    /// Lower and upper end of the area's 95 % interval; `None` without an area, or if the images are too few
    /// to show a spread.
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
    /// Share of the images predicted to be of the class that are; `None` without such predictions.
    #[serde(default)]
    pub ppv: Option<f64>,
    /// Share of the images predicted not to be of the class that are not; `None` without such predictions.
    #[serde(default)]
    pub npv: Option<f64>,
    /// The 95 % intervals of these shares.
    #[serde(default)]
    pub ci95: ClassIntervals,
    /// The order of the images by the score of the class; `None` if no image or every image is of the class,
    /// and in records of versions that did not compute it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ranking: Option<ClassRanking>,
}

/// Lower and upper ends of the 95 % intervals of a class; `None` where the share is, and in records of
/// versions that did not compute them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClassIntervals {
    /// Of [`ClassReport::sensitivity`].
    pub sensitivity: Option<[f64; 2]>,
    /// Of [`ClassReport::specificity`].
    pub specificity: Option<[f64; 2]>,
    /// Of [`ClassReport::ppv`].
    pub ppv: Option<[f64; 2]>,
    /// Of [`ClassReport::npv`].
    pub npv: Option<[f64; 2]>,
}

/// Returns the share of decisions that are right if the commonest one is always made: for the class with the
/// most images, or for or against each label.
pub(super) fn majority(classes: &[ClassReport], images: usize, task: Task) -> f64 {
    let images = images as u64;
    if task == Task::MultiLabel {
        let right: u64 = classes.iter().map(|label| label.n.max(images - label.n)).sum();
        return right as f64 / (images * classes.len() as u64) as f64;
    }
    let most = classes.iter().map(|class| class.n).max().unwrap_or(0);
    most as f64 / images as f64
}

/// Returns the mean sensitivity of the classes that have images.
pub(super) fn balanced(classes: &[ClassReport]) -> f64 {
    let sensitivities: Vec<f64> = classes.iter().filter_map(|class| class.sensitivity).collect();
    sensitivities.iter().sum::<f64>() / sensitivities.len().max(1) as f64
}

/// Returns the result for each class or label. `ranking` returns the order of the images by the score of one.
pub(super) fn classes(
    decisions: &Decisions,
    names: &[String],
    ranking: impl Fn(usize) -> Option<ClassRanking>,
) -> Vec<ClassReport> {
    let report = |(class, name): (usize, &String)| {
        let outcome = decisions.outcome(class);
        let shares = [outcome.found(), outcome.ruled_out(), outcome.right_for(), outcome.right_against()];
        let [sensitivity, specificity, ppv, npv] = shares.map(Share::value);
        let intervals = shares.map(Share::interval);
        ClassReport {
            name: name.clone(),
            n: outcome.positives(),
            sensitivity,
            specificity,
            ppv,
            npv,
            ci95: ClassIntervals {
                sensitivity: intervals[0],
                specificity: intervals[1],
                ppv: intervals[2],
                npv: intervals[3],
            },
            ranking: ranking(class),
        }
    };
    names.iter().enumerate().map(report).collect()
}
