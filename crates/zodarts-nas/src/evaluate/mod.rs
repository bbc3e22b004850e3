//! Evaluation of scores: ACC and AUC exactly as `MedMNIST`'s Evaluator defines them, intervals, results per
//! class, and the confusion matrix.

mod auc;
mod bootstrap;
mod comparison;
mod curves;
mod decision;
mod difference;
mod error;
mod inputs;
mod intervals;
mod judged;
mod label_calibration;
mod label_mistakes;
mod label_thresholds;
mod metrics;
mod mistakes;
pub mod predictions;
mod ranking;
mod record;
mod reliability;
mod report;
mod rule;
mod sets;
mod table;
#[cfg(test)]
mod tests;
mod threshold;
pub mod truth;

pub use bootstrap::Bootstrap;
pub use comparison::MeasureComparison;
pub use curves::Curves;
pub use decision::decide;
pub use difference::{Difference, Estimate};
pub use error::EvaluateError;
pub use inputs::{Labels, Scores};
pub use intervals::wilson;
pub use label_calibration::{LabelCalibration, label_calibration};
pub use label_mistakes::{LabelMistakes, label_mistakes};
pub use label_thresholds::{AtLabelThresholds, LabelThresholds};
pub use metrics::Point;
pub use mistakes::{Mistake, mistakes};
pub use ranking::ClassRanking;
pub use record::{Flagged, Metrics};
pub use reliability::{Bin, Reliability, reliability};
pub use report::{ClassIntervals, ClassReport, Report};
pub use rule::DecisionRule;
pub use sets::{ClassCoverage, PredictionSets, SetsReport, TrueProbabilities};
pub use threshold::{AtThreshold, DecisionReport, Threshold};

use decision::Decisions;
use judged::{Judged, acc_interval};
use metrics::Measure;
use zodarts_data::Task;

/// Compares scores with the truth and returns the metrics.
///
/// * ACC is the share of correctly classified images; for [`Task::MultiLabel`], the mean over labels of the
///   share of correct decisions. A decision is the class with the first largest score. For
///   [`Task::BinaryClass`] (last column) and [`Task::MultiLabel`], it is positive if the score is above 0.5.
/// * AUC is the area under the ROC curve: of the last column for [`Task::BinaryClass`], otherwise the
///   unweighted mean of the one-vs-rest areas of all columns. It is `None` if a class has no image or every
///   image, where scikit-learn, and with it the Evaluator, gives NaN; [`Report::auc_undefined_for`] names the
///   class.
/// * The 95 % intervals of ACC and of the classes are Wilson's. For [`Task::MultiLabel`], whose decisions on
///   an image are not independent, that of ACC is a percentile interval of a [`Bootstrap`] over images.
/// * The 95 % interval of the AUC has `DeLong`'s standard error and is symmetric in the logit. It is `None`
///   if the images are too few to show a spread, as when every pair is won.
///
/// `names` gives one name per class (binary: two) or per label.
///
/// ```
/// use zodarts_data::Task;
/// use zodarts_nas::evaluate::{Bootstrap, Labels, Scores, evaluate};
///
/// let scores = Scores::new(4, 2, vec![0.9, 0.1, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8])?;
/// let labels = Labels::new(4, 1, vec![0, 0, 1, 1])?;
/// let names = ["benign".to_owned(), "malignant".to_owned()];
/// let report = evaluate(&scores, &labels, Task::BinaryClass, &names, &Bootstrap::default())?;
/// assert_eq!((report.acc, report.auc), (0.75, Some(1.0)));
/// assert_eq!(report.classes[0].sensitivity, Some(0.5));
/// # Ok::<(), zodarts_nas::evaluate::EvaluateError>(())
/// ```
///
/// # Errors
/// Returns an error if the shapes do not fit each other or the task, a label is not one of the names, there
/// is no image, or no bootstrap replicates are asked for.
pub fn evaluate(
    scores: &Scores,
    labels: &Labels,
    task: Task,
    names: &[String],
    bootstrap: &Bootstrap,
) -> Result<Report, EvaluateError> {
    let judged = Judged { scores, labels, task, names };
    judged.check()?;
    bootstrap.check()?;
    let decisions = Decisions::new(scores, labels, task);
    let metrics = Measure::new(scores, labels, task, &decisions);
    let point = metrics.of(&vec![1; scores.n()]);
    let interval = |area: f64| intervals::of_area(area, metrics.auc_error()?);
    let classes = judged.classes(&decisions);
    let confusion = decisions.confusion(names.len());
    Ok(Report {
        task,
        n: scores.n(),
        acc: point.acc,
        acc_ci95: acc_interval(&metrics, bootstrap),
        majority_acc: Some(report::majority(&classes, scores.n(), task)),
        balanced_acc: confusion.is_some().then(|| report::balanced(&classes)),
        auc: point.auc,
        auc_ci95: point.auc.and_then(interval),
        auc_undefined_for: inputs::one_sided(labels, task, names),
        classes,
        confusion,
    })
}

/// Returns ACC and AUC alone, without intervals, for choices made on validation data.
///
/// # Errors
/// Returns an error if the shapes do not fit each other or the task, a label is not one of the names, or
/// there is no image.
pub fn score(scores: &Scores, labels: &Labels, task: Task, names: &[String]) -> Result<Point, EvaluateError> {
    inputs::check(scores, labels, task, names)?;
    let decisions = Decisions::new(scores, labels, task);
    Ok(Measure::new(scores, labels, task, &decisions).of(&vec![1; scores.n()]))
}
