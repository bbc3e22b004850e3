//! The difference between two results on different images.

use serde::{Deserialize, Serialize};

/// A share with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The share.
    pub value: f64,
    /// Lower and upper end of its interval.
    pub ci95: [f64; 2],
}

/// The difference of two estimates on different images: the second minus the first.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// The first estimate.
    pub before: Estimate,
    /// The second estimate.
    pub after: Estimate,
    /// The difference.
    pub difference: f64,
    /// Lower and upper end of the difference's 95 % interval.
    pub ci95: [f64; 2],
}

impl Difference {
    /// Returns the difference with an interval made of the two intervals (MOVER: Newcombe 1998, method 10,
    /// for shares; Zou and Donner 2008 in general). It has a width where the intervals have one, and stays
    /// within −1 and 1.
    pub fn of(before: Estimate, after: Estimate) -> Self {
        let root = |a: f64, b: f64| a.hypot(b);
        let difference = after.value - before.value;
        let below = root(after.value - after.ci95[0], before.ci95[1] - before.value);
        let above = root(after.ci95[1] - after.value, before.value - before.ci95[0]);
        Self { before, after, difference, ci95: [difference - below, difference + above] }
    }

    /// Reports whether the interval excludes no difference.
    pub fn is_clear(&self) -> bool {
        self.ci95[0] > 0.0 || self.ci95[1] < 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::wilson;

    fn share(part: u64, whole: u64) -> Estimate {
        Estimate { value: part as f64 / whole as f64, ci95: wilson(part, whole).unwrap() }
    }

    #[test]
    fn differences_are_those_of_newcombe() {
        // Newcombe (1998), table II, method 10: 56/70 − 48/80, 9/10 − 3/10, 10/10 − 0/20.
        for (one, two, low, high) in [
            ((56, 70), (48, 80), 0.0524, 0.3339),
            ((9, 10), (3, 10), 0.1705, 0.8090),
            ((10, 10), (0, 20), 0.6791, 1.0),
        ] {
            let found = Difference::of(share(two.0, two.1), share(one.0, one.1));
            assert!((found.ci95[0] - low).abs() < 1e-4 && (found.ci95[1] - high).abs() < 1e-4, "{found:?}");
            assert!(found.is_clear());
        }
        assert!(!Difference::of(share(5, 10), share(6, 10)).is_clear());
    }
}
