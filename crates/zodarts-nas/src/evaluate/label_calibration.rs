//! Calibration of the probabilities of each of several labels: how often images have it that are said to.

use super::reliability::Reliability;
use super::{Labels, Scores};
use zodarts_data::Task;

/// The probabilities of a label beside the share of images that have it.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelCalibration {
    /// Mean probability over the images.
    pub expected: f64,
    /// Share of the images that have the label.
    pub observed: f64,
    /// Expected calibration error of the probability of the label, over bins of equal width.
    pub ece: f64,
}

/// Compares the probabilities of each label with the share of the images that have it. Other than the
/// confidence of decisions, which is high wherever a label is rare, this is of the label alone.
///
/// # Panics
/// Panics if scores and labels are not of the same images, or of the same labels.
pub fn label_calibration(scores: &Scores, labels: &Labels) -> Vec<LabelCalibration> {
    assert_eq!((scores.n(), scores.columns()), (labels.n(), labels.columns()), "images and labels");
    let images = scores.n() as f64;
    let of_label = |label: usize| {
        let probabilities: Vec<f64> = scores.column(label).into_iter().map(f64::from).collect();
        let truths = labels.positive(label, Task::MultiLabel);
        LabelCalibration {
            expected: probabilities.iter().sum::<f64>() / images,
            observed: truths.iter().filter(|truth| **truth).count() as f64 / images,
            ece: Reliability::of(&probabilities, &truths).ece,
        }
    };
    (0..scores.columns()).map(of_label).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rare_label_is_compared_with_its_own_share() {
        let scores = Scores::new(4, 2, vec![0.2, 0.5, 0.2, 0.5, 0.2, 0.5, 0.2, 0.5]).unwrap();
        let labels = Labels::new(4, 2, vec![1, 1, 0, 1, 0, 0, 0, 0]).unwrap();
        let found = label_calibration(&scores, &labels);
        assert!((found[0].expected - 0.2).abs() < 1e-6 && found[0].observed == 0.25, "{found:?}");
        assert!((found[0].ece - 0.05).abs() < 1e-6, "{found:?}");
        assert_eq!((found[1].expected, found[1].observed, found[1].ece), (0.5, 0.5, 0.0));
    }
}
