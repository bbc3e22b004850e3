//! A quantity over seeds and trainings.

use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// Mean and spread of a quantity over the seeds, or the trainings, of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// The number of values.
    pub n: usize,
    /// Their mean.
    pub mean: f64,
    /// Sample standard deviation; `None` for a single value.
    pub sd: Option<f64>,
    /// Student's 95 % interval of the mean, which assumes independent values; `None` for a single value.
    pub ci95: Option<[f64; 2]>,
}

impl Spread {
    /// Returns the spread of values, or `None` without a value.
    pub fn of(values: &[f64]) -> Option<Self> {
        let n = values.len();
        if n == 0 {
            return None;
        }
        let mean = values.iter().sum::<f64>() / n as f64;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let sd = (n > 1).then(|| (squares / (n - 1) as f64).sqrt());
        let ci95 = sd.and_then(|sd| {
            let quantile = StudentsT::new(0.0, 1.0, (n - 1) as f64).ok()?.inverse_cdf(0.975);
            let half = quantile * sd / (n as f64).sqrt();
            Some([mean - half, mean + half])
        });
        Some(Self { n, mean, sd, ci95 })
    }

    /// Returns the spread of shares: the interval ends at 0 and 1, which the true mean does not leave either.
    #[must_use]
    pub fn of_shares(self) -> Self {
        Self { ci95: self.ci95.map(|ends| ends.map(|end| end.clamp(0.0, 1.0))), ..self }
    }

    /// Returns text such as `0.883 ± 0.012`.
    pub fn text(&self, decimals: usize) -> String {
        let sd = self.sd.map_or(String::new(), |sd| format!(" ± {sd:.decimals$}"));
        format!("{:.decimals$}{sd}", self.mean)
    }

    /// Returns text as [`Spread::text`] does, with the interval: `0.883 ± 0.012 [0.853, 0.913]`.
    pub fn text_with_interval(&self, decimals: usize) -> String {
        let interval =
            self.ci95.map_or(String::new(), |[low, high]| format!(" [{low:.decimals$}, {high:.decimals$}]"));
        self.text(decimals) + &interval
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_share_stays_a_share() {
        let spread = Spread::of(&[0.2, 0.3]).unwrap();
        let [low, high] = spread.ci95.unwrap();
        assert!(low < 0.0 && high < 1.0, "{low} {high}");
        assert_eq!(spread.of_shares().ci95, Some([0.0, high]));
        assert_eq!(Spread::of(&[0.9, 1.0]).unwrap().of_shares().ci95.unwrap()[1], 1.0);
    }

    #[test]
    fn three_values_have_students_interval() {
        let spread = Spread::of(&[1.0, 2.0, 3.0]).unwrap();
        assert_eq!((spread.mean, spread.sd), (2.0, Some(1.0)));
        // t(0.975; 2) = 4.302653, over √3.
        let [low, high] = spread.ci95.unwrap();
        assert!((high - 2.0 - 2.484_138).abs() < 1e-5 && (low + high - 4.0).abs() < 1e-12, "{low} {high}");
        assert_eq!(spread.text_with_interval(1), "2.0 ± 1.0 [-0.5, 4.5]");
    }

    #[test]
    fn one_value_has_no_spread_and_none_has_no_mean() {
        assert_eq!(Spread::of(&[4.0]).unwrap().text_with_interval(2), "4.00");
        assert_eq!(Spread::of(&[]), None);
    }
}
