//! The order in which a class's score puts images, whatever is decided.

use super::auc::RankedScores;
use super::intervals::of_area;
use super::{Curves, Labels, Scores};
use serde::{Deserialize, Serialize};
use zodarts_data::Task;

/// The quality of the order of images by the score of one class or label.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassRanking {
    /// Share of the images that belong to the class, which is the average precision of a chance order.
    pub prevalence: f64,
    /// Area under the ROC curve of the class against the rest.
    pub auc: f64,
    /// Lower and upper end of the area's 95 % interval; `None` if the images are too few to show a spread.
    pub auc_ci95: Option<[f64; 2]>,
    /// Area under the curve of precision and recall; see [`Curves::average_precision`].
    pub average_precision: f64,
}

/// Returns the quality of the order by a class's score, or `None` if no image or every image is of the class.
pub(super) fn of(scores: &Scores, labels: &Labels, task: Task, class: usize) -> Option<ClassRanking> {
    let Curves { average_precision, prevalence, .. } = Curves::of(scores, labels, task, class)?;
    let ranked = RankedScores::new(&scores.of_class(class), &labels.positive(class, task));
    let auc = ranked.auc(&vec![1; scores.n()])?;
    let error = ranked.influence().map(|values| values.iter().map(|value| value * value).sum::<f64>().sqrt());
    let auc_ci95 = error.and_then(|error| of_area(auc, error));
    Some(ClassRanking { prevalence, auc, auc_ci95, average_precision })
}
