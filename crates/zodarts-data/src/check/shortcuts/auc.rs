//! The AUC of one number, with an interval that has a width at the edges.

/// Quantile of the normal distribution for 95 %.
const Z: f64 = 1.959_964;
/// Halvings of an interval until its ends are exact to double precision.
const HALVINGS: usize = 60;

/// The ranks of some values; equal values share the mean of theirs.
#[derive(Debug)]
pub(super) struct Midranks(Vec<f64>);

/// The AUC of a statistic for a class against the others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Auc {
    /// At least 0.5.
    pub value: f64,
    pub low: f64,
    pub high: f64,
    /// True if the class has the higher values.
    pub higher: bool,
}

impl Midranks {
    /// Ranks values from 1 on.
    pub fn of(values: &[f64]) -> Self {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
        let mut ranks = vec![0.0; values.len()];
        let mut before = 0;
        for equal in order.chunk_by(|a, b| values[*a] == values[*b]) {
            let rank = before as f64 + (equal.len() + 1) as f64 / 2.0;
            for at in equal {
                ranks[*at] = rank;
            }
            before += equal.len();
        }
        Self(ranks)
    }

    /// Returns the AUC of the ranked values for some members against the others, or `None` if all or none are
    /// members.
    pub fn auc(&self, members: &[bool]) -> Option<Auc> {
        let inside = members.iter().filter(|member| **member).count();
        let outside = members.len() - inside;
        if inside == 0 || outside == 0 {
            return None;
        }
        let sum: f64 = self.0.iter().zip(members).filter(|(_, member)| **member).map(|(rank, _)| rank).sum();
        let (inside, outside) = (inside as f64, outside as f64);
        let above = (sum - inside * (inside + 1.0) / 2.0) / (inside * outside);
        let auc = above.max(1.0 - above);
        let (low, high) = interval(auc, inside, outside);
        Some(Auc { value: auc, low, high, higher: above >= 0.5 })
    }
}

/// Returns Newcombe's interval of an AUC over `m` and `n` images (method 5 of Newcombe, Statistics in
/// Medicine 25:559, 2006): the values whose standard error reaches the AUC, as Wilson's interval of a share.
fn interval(auc: f64, m: f64, n: f64) -> (f64, f64) {
    let rest = f64::midpoint(m, n) - 1.0;
    let error = |theta: f64| {
        let spread = 1.0 + rest * ((1.0 - theta) / (2.0 - theta) + theta / (1.0 + theta));
        (theta * (1.0 - theta) * spread / (m * n)).sqrt()
    };
    let end = |outer: f64| {
        let (mut near, mut far) = (auc, outer);
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(near, far);
            if (middle - auc).abs() <= Z * error(middle) { near = middle } else { far = middle }
        }
        near
    };
    (end(0.0), end(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_count_half_and_the_direction_is_told() {
        let of = |values: &[f64], members: &[bool]| Midranks::of(values).auc(members).unwrap();
        let found = of(&[1.0, 2.0, 2.0, 3.0], &[false, false, true, true]);
        assert_eq!((found.value, found.higher), (0.875, true));
        let found = of(&[3.0, 2.0, 2.0, 1.0], &[false, false, true, true]);
        assert_eq!((found.value, found.higher), (0.875, false));
        assert_eq!(of(&[5.0; 4], &[true, false, true, false]).value, 0.5);
        assert_eq!(Midranks::of(&[1.0, 2.0]).auc(&[true, true]), None);
    }

    #[test]
    fn the_interval_is_wide_for_few_images_and_never_of_no_width() {
        let (low, high) = interval(1.0, 10.0, 10.0);
        assert!((0.75..0.9).contains(&low) && high == 1.0, "{low} to {high}");
        let (low, high) = interval(0.92, 3494.0, 1214.0);
        assert!((low - 0.91).abs() < 0.005 && (high - 0.93).abs() < 0.005, "{low} to {high}");
        // The ends solve (θ̂ − θ)² = z²·V(θ), here with θ̂ = 0.8 and 30 images on each side.
        let (low, high) = interval(0.8, 30.0, 30.0);
        for theta in [low, high] {
            let spread = 1.0 + 29.0 * ((1.0 - theta) / (2.0 - theta) + theta / (1.0 + theta));
            let error = (theta * (1.0 - theta) * spread / 900.0).sqrt();
            assert!(((theta - 0.8).abs() - Z * error).abs() < 1e-9, "{theta}");
        }
        assert!(low < 0.7 && high > 0.87 && high < 1.0, "{low} to {high}");
    }
}
