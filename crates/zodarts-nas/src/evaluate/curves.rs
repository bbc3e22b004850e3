//! ROC and precision–recall curves of one class against the rest, or of one label.

use super::{Labels, Scores};
use zodarts_data::Task;

/// The ROC and precision–recall curves of a class, as the decision threshold falls.
#[derive(Clone, Debug, PartialEq)]
pub struct Curves {
    /// Points (1 − specificity, sensitivity), from (0, 0) to (1, 1).
    pub roc: Vec<(f64, f64)>,
    /// Points (recall, precision), starting with the highest scores.
    pub precision_recall: Vec<(f64, f64)>,
    /// Average precision: Σ (recallₖ − recallₖ₋₁) · precisionₖ over the points of the curve.
    pub average_precision: f64,
    /// Share of the images that belong to the class, which is the precision of deciding for it every time.
    pub prevalence: f64,
}

impl Curves {
    /// Returns the curves of a class, or `None` if no image or every image belongs to it. If there is a
    /// single column of scores, it is that of class 1.
    ///
    /// # Panics
    /// Panics if scores and labels are not of the same images, or there is no such class.
    pub fn of(scores: &Scores, labels: &Labels, task: Task, class: usize) -> Option<Self> {
        assert_eq!(scores.n(), labels.n(), "images");
        let mut images: Vec<(f32, bool)> =
            scores.of_class(class).into_iter().zip(labels.positive(class, task)).collect();
        images.sort_by(|a, b| b.0.total_cmp(&a.0));
        let positives = images.iter().filter(|(_, positive)| *positive).count();
        let negatives = images.len() - positives;
        if positives == 0 || negatives == 0 {
            return None;
        }
        Some(Self::from(steps(&images), (positives as f64, negatives as f64)))
    }

    fn from(steps: Vec<(usize, usize)>, (positives, negatives): (f64, f64)) -> Self {
        let rates = |(hits, alarms): (usize, usize)| (alarms as f64 / negatives, hits as f64 / positives);
        let roc: Vec<(f64, f64)> = [(0, 0)].into_iter().chain(steps.iter().copied()).map(rates).collect();
        let point =
            |(hits, alarms): (usize, usize)| (hits as f64 / positives, hits as f64 / (hits + alarms) as f64);
        let precision_recall: Vec<(f64, f64)> = steps.into_iter().map(point).collect();
        let mut reached = 0.0;
        let gains = precision_recall.iter().map(|(recall, precision)| {
            let gain = (recall - reached) * precision;
            reached = *recall;
            gain
        });
        let average_precision = gains.sum();
        Self { roc, precision_recall, average_precision, prevalence: positives / (positives + negatives) }
    }
}

/// Returns the numbers of true and of false positives after each distinct score, highest first.
fn steps(images: &[(f32, bool)]) -> Vec<(usize, usize)> {
    let (mut hits, mut alarms) = (0, 0);
    let tied = images.chunk_by(|a, b| a.0 == b.0);
    let step = tied.map(|tie| {
        let positives = tie.iter().filter(|(_, positive)| *positive).count();
        hits += positives;
        alarms += tie.len() - positives;
        (hits, alarms)
    });
    step.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::score;
    use proptest::prelude::*;

    fn case(second: &[f32], truths: &[u16]) -> (Scores, Labels) {
        let values = second.iter().flat_map(|p| [1.0 - p, *p]).collect();
        let n = second.len();
        (Scores::new(n, 2, values).unwrap(), Labels::new(n, 1, truths.to_vec()).unwrap())
    }

    #[test]
    fn ties_are_one_step() {
        let (scores, labels) = case(&[0.9, 0.5, 0.5, 0.1], &[1, 1, 0, 0]);
        let found = Curves::of(&scores, &labels, Task::BinaryClass, 1).unwrap();
        assert_eq!(found.roc, [(0.0, 0.0), (0.0, 0.5), (0.5, 1.0), (1.0, 1.0)]);
        assert_eq!(found.precision_recall, [(0.5, 1.0), (1.0, 2.0 / 3.0), (1.0, 0.5)]);
        assert!((found.average_precision - (0.5 + 0.5 * 2.0 / 3.0)).abs() < 1e-12);
        assert_eq!(found.prevalence, 0.5);
    }

    #[test]
    fn a_class_of_all_or_no_images_has_no_curves() {
        let (scores, labels) = case(&[0.9, 0.5], &[1, 1]);
        assert_eq!(Curves::of(&scores, &labels, Task::BinaryClass, 1), None);
        assert_eq!(Curves::of(&scores, &labels, Task::BinaryClass, 0), None);
    }

    proptest! {
        /// The trapezoidal area under the curve is the reported AUC.
        #[test]
        fn the_area_below_roc_is_the_auc(images in prop::collection::vec((0u8..6, 0u16..2), 2..60)) {
            let second: Vec<f32> = images.iter().map(|(score, _)| f32::from(*score) / 8.0).collect();
            let truths: Vec<u16> = images.iter().map(|(_, truth)| *truth).collect();
            let (scores, labels) = case(&second, &truths);
            let names = ["a".to_owned(), "b".to_owned()];
            let auc = score(&scores, &labels, Task::BinaryClass, &names).unwrap().auc;
            let curves = Curves::of(&scores, &labels, Task::BinaryClass, 1);
            prop_assert_eq!(auc.is_some(), curves.is_some());
            if let (Some(auc), Some(curves)) = (auc, curves) {
                let trapezoids = curves.roc.windows(2).map(|p| (p[1].0 - p[0].0) * (p[0].1 + p[1].1) / 2.0);
                prop_assert!((trapezoids.sum::<f64>() - auc).abs() < 1e-9);
                prop_assert_eq!(curves.roc.last(), Some(&(1.0, 1.0)));
            }
        }
    }
}
