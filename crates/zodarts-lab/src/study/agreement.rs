//! The agreement of estimates with a reference.

use super::vectors::{cosine, mean, norm};
use serde::Serialize;

/// The agreement of one estimator's estimates at one snapshot with the reference.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Agreement {
    /// The number of estimates.
    pub estimates: usize,
    /// Passes of one estimate, beyond the weight steps that a search takes anyway.
    pub passes: f64,
    /// Mean cosine of an estimate with the reference.
    pub cosine: f64,
    /// Standard deviation of the cosine.
    pub cosine_sd: f64,
    /// Cosine of the mean of all estimates with the reference.
    pub cosine_of_mean: f64,
    /// Length of the difference between the expected estimate and the reference, in lengths of the reference.
    /// The part that is due to noise of the mean is subtracted; 0 if nothing is left.
    pub bias: f64,
    /// Root of the estimates' total variance, in lengths of the reference.
    pub deviation: f64,
    /// Mean cosine of the mean of 1, 2, 4, … estimates, by the passes spent on them.
    pub curve: Vec<(f64, f64)>,
}

impl Agreement {
    /// Returns the agreement of estimates that are each `scale` times too small.
    ///
    /// # Panics
    /// Panics without an estimate.
    pub fn of(estimates: &[Vec<f64>], scale: f64, passes: f64, reference: &[f64]) -> Self {
        let n = estimates.len();
        let cosines: Vec<f64> = estimates.iter().map(|estimate| cosine(estimate, reference)).collect();
        let mean_cosine = cosines.iter().sum::<f64>() / n as f64;
        let squares: f64 = cosines.iter().map(|cosine| (cosine - mean_cosine).powi(2)).sum();
        let centre = mean(estimates);
        let length = norm(reference);
        let variance = estimates.iter().map(|estimate| distance(estimate, &centre).powi(2)).sum::<f64>()
            / (n.max(2) - 1) as f64
            * scale.powi(2);
        let scaled: Vec<f64> = centre.iter().map(|g| scale * g).collect();
        let bias = distance(&scaled, reference).powi(2) - variance / n as f64;
        Self {
            estimates: n,
            passes,
            cosine: mean_cosine,
            cosine_sd: (squares / (n.max(2) - 1) as f64).sqrt(),
            cosine_of_mean: cosine(&centre, reference),
            bias: bias.max(0.0).sqrt() / length,
            deviation: variance.sqrt() / length,
            curve: curve(estimates, passes, reference),
        }
    }

    /// Returns the standard error of the mean cosine.
    pub fn cosine_error(&self) -> f64 {
        self.cosine_sd / (self.estimates as f64).sqrt()
    }

    /// Returns the mean cosine of the mean of as many estimates as `passes` passes pay for, or `None` if they
    /// pay for less than one estimate, or for more than were made.
    pub fn cosine_at(&self, passes: f64) -> Option<f64> {
        let position = self.curve.iter().position(|(spent, _)| *spent > passes);
        let end = position.unwrap_or(self.curve.len());
        let (spent, cosine) = *self.curve[..end].last()?;
        match self.curve.get(end) {
            // The signal grows with the passes; a straight line in their logarithm is close enough.
            Some((next, better)) if spent < passes => {
                let share = (passes / spent).ln() / (next / spent).ln();
                Some(cosine + share * (better - cosine))
            }
            Some(_) => Some(cosine),
            None => (spent >= passes).then_some(cosine),
        }
    }
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

/// Returns the mean cosines over groups of 1, 2, 4, … estimates, as long as there are at least two groups.
fn curve(estimates: &[Vec<f64>], passes: f64, reference: &[f64]) -> Vec<(f64, f64)> {
    let sizes = std::iter::successors(Some(1_usize), |size| Some(2 * size))
        .take_while(|size| *size == 1 || 2 * size <= estimates.len());
    let point = |size: usize| {
        let groups = estimates.chunks_exact(size);
        let count = groups.len() as f64;
        let total: f64 = groups.map(|group| cosine(&mean(group), reference)).sum();
        (size as f64 * passes, total / count)
    };
    sizes.map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_estimate_has_a_bias_and_no_deviation() {
        let agreement = Agreement::of(&vec![vec![0.3, 0.4]; 4], 10.0, 11.0, &[3.0, 0.0]);
        assert!((agreement.cosine - 0.6).abs() < 1e-12 && agreement.cosine_sd < 1e-12);
        assert!((agreement.cosine_of_mean - 0.6).abs() < 1e-12);
        assert!((agreement.bias - 4.0 / 3.0).abs() < 1e-12 && agreement.deviation < 1e-12);
    }

    #[test]
    fn noise_around_the_reference_is_deviation_and_not_bias() {
        // ±2 beside the reference, which is one long: the mean is exact.
        let estimates = [vec![1.0, 2.0], vec![1.0, -2.0], vec![1.0, 2.0], vec![1.0, -2.0]];
        let agreement = Agreement::of(&estimates, 1.0, 5.0, &[1.0, 0.0]);
        assert_eq!(agreement.bias, 0.0);
        assert!((agreement.deviation - (16.0_f64 / 3.0).sqrt()).abs() < 1e-12);
        assert!((agreement.cosine_of_mean - 1.0).abs() < 1e-12);
        assert!((agreement.cosine - 1.0 / 5.0_f64.sqrt()).abs() < 1e-12);
        assert_eq!(agreement.curve.iter().map(|(passes, _)| *passes).collect::<Vec<_>>(), [5.0, 10.0]);
        assert!((agreement.curve[1].1 - 1.0).abs() < 1e-12, "pairs cancel");
    }

    #[test]
    fn cosines_between_two_points_lie_on_a_line_and_beyond_the_last_are_unknown() {
        let mut agreement = Agreement::of(&[vec![1.0]], 1.0, 10.0, &[1.0]);
        agreement.curve = vec![(10.0, 0.2), (40.0, 0.6)];
        assert_eq!(agreement.cosine_at(9.0), None);
        assert_eq!(agreement.cosine_at(10.0), Some(0.2));
        assert!((agreement.cosine_at(20.0).unwrap() - 0.4).abs() < 1e-12);
        assert_eq!(agreement.cosine_at(40.0), Some(0.6));
        assert_eq!(agreement.cosine_at(41.0), None);
    }
}
