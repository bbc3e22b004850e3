//! The loss of volumes, by the scores averaged over their slices.

use crate::evaluate::Scores;
use zodarts_nn::loss::{Loss, LossKind};

/// The largest probability of a label below 1.
const CERTAIN: f64 = 1.0 - f32::EPSILON as f64 / 2.0;

/// Returns the mean loss of volumes. `targets` has the targets of each slice, `(slices, classes)`; those of a
/// volume are those of its first slice.
pub(super) fn mean_loss(loss: &Loss, scores: &Scores, targets: &[f32], slices: usize) -> f64 {
    let targets = targets.chunks_exact(scores.columns()).step_by(slices);
    let mut unwanted = vec![0.0; scores.columns()];
    let of =
        |(scores, targets): (&[f32], &[f32])| loss.image(&logits(loss.kind, scores), targets, &mut unwanted);
    scores.rows().zip(targets).map(of).sum::<f64>() / scores.n() as f64
}

/// Returns logits with these scores. A score of 0 counts as the smallest number above it.
fn logits(kind: LossKind, scores: &[f32]) -> Vec<f64> {
    let above_zero = scores.iter().map(|score| f64::from(score.max(f32::MIN_POSITIVE)));
    match kind {
        LossKind::CrossEntropy => above_zero.map(f64::ln).collect(),
        LossKind::Binary => {
            above_zero.map(|score| score.min(CERTAIN)).map(|p| (p / (1.0 - p)).ln()).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loss_is_that_of_the_mean_probability() {
        // Two volumes of two slices.
        let scores = Scores::new(4, 2, vec![0.9, 0.1, 0.3, 0.7, 0.2, 0.8, 0.0, 1.0]).unwrap().averaged(2);
        let classes = [1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0];
        let found = mean_loss(&Loss::new(LossKind::CrossEntropy), &scores, &classes, 2);
        let expected = -(0.6_f64.ln() + 0.9_f64.ln()) / 2.0;
        assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        let labels = [1.0, 1.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0];
        let found = mean_loss(&Loss::new(LossKind::Binary), &scores, &labels, 2);
        let expected = -(0.6_f64.ln() + 0.4_f64.ln() + 0.9_f64.ln() + 0.9_f64.ln()) / 4.0;
        assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        let certain = Scores::new(1, 2, vec![0.0, 1.0]).unwrap();
        for kind in [LossKind::CrossEntropy, LossKind::Binary] {
            assert!(mean_loss(&Loss::new(kind), &certain, &[1.0, 0.0], 1).is_finite());
        }
    }
}
