//! 95 % intervals that have a width wherever the truth is uncertain.

/// The 97.5 percentile of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// Returns Wilson's score interval (1927) of a share, given `successes` of `trials`; `None` without trials.
///
/// It never leaves [0, 1], and has a width when every trial succeeds: 36 of 36 give 0.904 to 1.
pub fn wilson(successes: u64, trials: u64) -> Option<[f64; 2]> {
    if trials == 0 {
        return None;
    }
    let (n, share) = (trials as f64, successes as f64 / trials as f64);
    let shrink = 1.0 + Z * Z / n;
    let centre = (share + Z * Z / (2.0 * n)) / shrink;
    let half = Z / shrink * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    // Exact at the edges, where rounding would leave a gap.
    let low = if successes == 0 { 0.0 } else { (centre - half).max(0.0) };
    let high = if successes == trials { 1.0 } else { (centre + half).min(1.0) };
    Some([low, high])
}

/// Returns the interval of an area under the ROC curve with a standard error, symmetric in its logit, so that
/// it never leaves [0, 1]. `None` if the images show no spread: all pairs are won, or all are lost.
pub(super) fn of_area(area: f64, error: f64) -> Option<[f64; 2]> {
    // Influences that cancel leave an error of rounding.
    if error <= 1e-12 || area <= 0.0 || area >= 1.0 {
        return None;
    }
    let (logit, half) = ((area / (1.0 - area)).ln(), Z * error / (area * (1.0 - area)));
    Some([logit - half, logit + half].map(|end| 1.0 / (1.0 + (-end).exp())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use rand_distr::{Distribution, StandardNormal};

    /// Returns the probability of `k` successes.
    fn binomial(n: u64, k: u64, p: f64) -> f64 {
        if p >= 1.0 {
            return if k == n { 1.0 } else { 0.0 };
        }
        let ways: f64 = (1..=k).map(|i| ((n - k + i) as f64 / i as f64).ln()).sum();
        (ways + k as f64 * p.ln() + (n - k) as f64 * (1.0 - p).ln()).exp()
    }

    #[test]
    fn a_perfect_result_of_few_images_is_not_certain() {
        let [low, high] = wilson(36, 36).unwrap();
        assert!((low - 0.9036).abs() < 1e-4 && high == 1.0, "{low} {high}");
        let [low, high] = wilson(0, 5).unwrap();
        assert!(low == 0.0 && (high - 0.4345).abs() < 1e-4, "{low} {high}");
        // 28 of 42, as in Newcombe's tables of the score interval.
        let [low, high] = wilson(28, 42).unwrap();
        assert!((low - 0.5155).abs() < 1e-3 && (high - 0.7899).abs() < 1e-3, "{low} {high}");
        assert_eq!(wilson(0, 0), None);
    }

    #[test]
    fn shares_are_covered_as_often_as_is_possible() {
        for n in [5, 20, 156, 624] {
            for p in [0.5, 0.9, 0.99, 1.0] {
                let covers = |k: &u64| wilson(*k, n).is_some_and(|[low, high]| low <= p && p <= high);
                let covered: f64 = (0..=n).filter(covers).map(|k| binomial(n, k, p)).sum();
                // With so few results, the coverage of any interval jumps over 93 to 97 %: one result more
                // or less in the interval changes it by the result's probability.
                let possible =
                    !matches!((n, p), (5 | 20 | 156, 0.9 | 0.99) | (_, 1.0)) || (n, p) == (156, 0.9);
                let range = if possible { 0.93..=0.97 } else { 0.915..=1.0 };
                assert!(range.contains(&covered), "n = {n}, p = {p}: {covered:.3}");
            }
        }
    }

    #[test]
    fn areas_are_covered() {
        use crate::evaluate::auc::RankedScores;
        // Two normal distributions, σ = 1, whose means differ by 1: the area is Φ(1/√2).
        let truth = 0.760_249_938_906_523;
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        for (positives, negatives) in [(20, 40), (60, 96)] {
            let mut covered = 0;
            for _ in 0..2000 {
                let labels: Vec<bool> = (0..positives + negatives).map(|image| image < positives).collect();
                let mut score = |positive: &bool| {
                    let noise: f64 = StandardNormal.sample(&mut rng);
                    (noise + f64::from(u8::from(*positive))) as f32
                };
                let scores: Vec<f32> = labels.iter().map(&mut score).collect();
                let ranked = RankedScores::new(&scores, &labels);
                let area = ranked.auc(&vec![1; labels.len()]).unwrap();
                let squares = ranked.influence().unwrap().into_iter().map(|value| value * value);
                let [low, high] = of_area(area, squares.sum::<f64>().sqrt()).unwrap();
                covered += usize::from(low <= truth && truth <= high);
            }
            let share = f64::from(covered as u32) / 2000.0;
            assert!((0.93..=0.97).contains(&share), "{positives} and {negatives}: {share}");
        }
    }

    #[test]
    fn an_area_without_spread_has_no_interval() {
        assert_eq!((of_area(1.0, 0.0), of_area(0.0, 0.0), of_area(0.5, 0.0)), (None, None, None));
        let [low, high] = of_area(0.98, 0.03).unwrap();
        assert!(low > 0.0 && high < 1.0 && low < 0.98 && high > 0.98);
    }
}
