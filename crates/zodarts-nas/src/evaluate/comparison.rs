//! Two evaluations of one network on different images, side by side.

use super::{ClassReport, Difference, Estimate, Metrics};
use serde::{Deserialize, Serialize};

/// A measure in two evaluations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeasureComparison {
    /// The measure, such as `ACC` or `sensitivity of malignant`.
    pub measure: String,
    /// Its values and their difference: the second evaluation minus the first.
    #[serde(flatten)]
    pub difference: Difference,
}

impl MeasureComparison {
    /// Compares the accuracies, the AUCs and the sensitivities of two evaluations, by the classifier that
    /// decides. A measure that one of the two lacks, or lacks an interval of, is left out.
    pub fn of(before: &Metrics, after: &Metrics) -> Vec<Self> {
        let measures = |metrics: &Metrics| {
            let report = &metrics.report;
            let mut measures = vec![
                ("ACC".to_owned(), Some(metrics.acc())),
                ("AUC".to_owned(), estimate(report.auc, report.auc_ci95)),
            ];
            measures.extend(metrics.classes().iter().map(sensitivity));
            measures
        };
        let pairs = measures(before).into_iter().zip(measures(after));
        let compared = |((measure, before), (_, after)): ((String, Option<Estimate>), (_, _))| {
            Some(Self { measure, difference: Difference::of(before?, after?) })
        };
        pairs.filter_map(compared).collect()
    }
}

fn estimate(value: Option<f64>, interval: Option<[f64; 2]>) -> Option<Estimate> {
    Some(Estimate { value: value?, ci95: interval? })
}

fn sensitivity(class: &ClassReport) -> (String, Option<Estimate>) {
    (format!("sensitivity of {}", class.name), estimate(class.sensitivity, class.ci95.sensitivity))
}
