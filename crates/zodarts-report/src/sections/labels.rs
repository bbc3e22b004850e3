//! The probabilities and the mistakes of each of several labels.

use zodarts_data::Task;
use zodarts_lab::text::number;
use zodarts_nas::evaluate::{LabelCalibration, LabelMistakes, label_calibration, label_mistakes};
use zodarts_run::folder::Evaluation;

/// A row of the table of probabilities and mistakes.
pub struct LabelFigures<'a> {
    /// Name of the label.
    pub name: &'a str,
    /// Share of the images that have it.
    pub observed: String,
    /// Mean probability of the label.
    pub expected: String,
    /// Calibration error of that probability.
    pub ece: String,
    /// Number of images that are wrongly decided to have it.
    pub false_alarms: usize,
    /// Number of images that are wrongly decided not to have it.
    pub missed: usize,
}

impl<'a> LabelFigures<'a> {
    /// Returns a row for each label; none for classes.
    pub fn all(evaluation: &'a Evaluation) -> Vec<Self> {
        let Evaluation { metrics, scores, labels } = evaluation;
        if metrics.report.task != Task::MultiLabel {
            return Vec::new();
        }
        let (calibration, mistakes) =
            (label_calibration(scores, labels), label_mistakes(scores, labels, metrics.rule()));
        let names = metrics.report.classes.iter().map(|label| &*label.name);
        names.zip(calibration.iter().zip(&mistakes)).map(|(name, found)| Self::of(name, found)).collect()
    }

    fn of(name: &'a str, (calibration, mistakes): (&LabelCalibration, &LabelMistakes)) -> Self {
        Self {
            name,
            observed: number::percent(calibration.observed),
            expected: number::percent(calibration.expected),
            ece: format!("{:.3}", calibration.ece),
            false_alarms: mistakes.false_alarms,
            missed: mistakes.missed,
        }
    }
}
