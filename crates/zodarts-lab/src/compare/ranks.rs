//! Rank correlation.

/// Returns Spearman's ρ of pairs: the correlation of their ranks, where equal values share the mean of their
/// ranks. Returns `None` for fewer than two pairs, or if one side is constant.
pub fn spearman(pairs: &[(f64, f64)]) -> Option<f64> {
    let (a, b): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    let (a, b) = (centred_ranks(&a), centred_ranks(&b));
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let scale = (dot(&a, &a) * dot(&b, &b)).sqrt();
    (scale > 0.0).then(|| dot(&a, &b) / scale)
}

/// Returns the ranks minus their mean.
fn centred_ranks(values: &[f64]) -> Vec<f64> {
    let rank = |value: &f64| {
        let smaller = values.iter().filter(|other| *other < value).count();
        let equal = values.iter().filter(|other| *other == value).count();
        smaller as f64 + f64::midpoint(equal as f64, 1.0)
    };
    let mean = f64::midpoint(values.len() as f64, 1.0);
    values.iter().map(|value| rank(value) - mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_alone_counts() {
        let cubes: Vec<(f64, f64)> = (1..6).map(|x| (f64::from(x), f64::from(x * x * x))).collect();
        assert!((spearman(&cubes).unwrap() - 1.0).abs() < 1e-12);
        let falling: Vec<(f64, f64)> = cubes.iter().map(|(x, y)| (*x, -y)).collect();
        assert!((spearman(&falling).unwrap() + 1.0).abs() < 1e-12);
    }

    #[test]
    fn equals_share_their_ranks() {
        // Ranks 1, 2.5, 2.5, 4 and 1, 3, 2, 4: 4.5 / √(4.5 · 5).
        let pairs = [(1.0, 0.1), (2.0, 0.3), (2.0, 0.2), (9.0, 0.4)];
        assert!((spearman(&pairs).unwrap() - 0.948_683_298).abs() < 1e-9);
    }

    #[test]
    fn a_constant_correlates_with_nothing() {
        assert_eq!(spearman(&[(1.0, 1.0), (1.0, 2.0)]), None);
        assert_eq!((spearman(&[]), spearman(&[(1.0, 2.0)])), (None, None));
    }
}
