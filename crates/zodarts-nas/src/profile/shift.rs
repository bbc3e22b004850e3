//! Differences between images and the training images, in statistics such as brightness.

use serde::{Deserialize, Serialize};
use zodarts_data::{ImageStatistic, Samples, image_statistics};

/// The most quantiles that are kept of a statistic.
const QUANTILES: usize = 201;

/// The distribution of a statistic over the training images.
#[derive(Clone, Debug, PartialEq)]
pub struct StatisticProfile {
    /// The statistic, such as `brightness`.
    pub name: String,
    /// For a statistic without order, the value whose presence (1) or absence (0) it tells.
    pub value: Option<String>,
    /// Quantiles, equally spaced from the least value to the largest.
    pub quantiles: Vec<f32>,
}

/// The difference of some images from the training images in one statistic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shift {
    /// The statistic, such as `brightness`.
    pub statistic: String,
    /// For a statistic without order, the value that is meant, such as the file type `png`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The median over the training images or, of a value, the share of them that have it.
    pub training: f64,
    /// The same over the other images.
    pub here: f64,
    /// The probability that a training image has the lower value, ties counting half: 0.5 without a shift.
    pub auc: f64,
}

impl Shift {
    /// Returns the distance from no shift: 0 to 0.5.
    pub fn size(&self) -> f64 {
        (self.auc - 0.5).abs()
    }
}

impl StatisticProfile {
    /// Returns the distributions of all statistics of some images.
    pub fn of(samples: &Samples) -> Vec<Self> {
        image_statistics(samples).iter().map(Self::new).collect()
    }

    fn new(statistic: &ImageStatistic) -> Self {
        let values = sorted(&statistic.values);
        let count = values.len().min(QUANTILES);
        let at = |index: usize| if count == 1 { 0 } else { index * (values.len() - 1) / (count - 1) };
        let quantiles = (0..count).map(|index| values[at(index)] as f32).collect();
        let value = statistic.value.map(ToOwned::to_owned);
        Self { name: statistic.name.into(), value, quantiles }
    }

    /// Returns the shift of a statistic of other images.
    fn shift(&self, values: &[f64]) -> Shift {
        let values = sorted(values);
        let training: Vec<f64> = self.quantiles.iter().map(|value| f64::from(*value)).collect();
        let below = |value: f64| {
            let less = training.partition_point(|other| *other < value);
            let least = training.partition_point(|other| *other <= value);
            f64::midpoint(less as f64, least as f64) / training.len() as f64
        };
        // What is stored is rounded to 32 bits.
        let auc =
            values.iter().map(|value| below(f64::from(*value as f32))).sum::<f64>() / values.len() as f64;
        let middle = |values: &[f64]| match self.value {
            Some(_) => values.iter().sum::<f64>() / values.len() as f64,
            None => values[values.len() / 2],
        };
        Shift {
            statistic: self.name.clone(),
            value: self.value.clone(),
            training: middle(&training),
            here: middle(&values),
            auc,
        }
    }
}

/// Returns the shifts of images from training images with these distributions, the largest first.
///
/// # Panics
/// If there is no image.
pub(super) fn shifts(training: &[StatisticProfile], samples: &Samples) -> Vec<Shift> {
    let here = image_statistics(samples);
    let shift = |profile: &StatisticProfile| {
        let same = |other: &&ImageStatistic| {
            other.name == profile.name && other.value.map(ToOwned::to_owned) == profile.value
        };
        match here.iter().find(same) {
            Some(statistic) => Some(profile.shift(&statistic.values)),
            // A value that no image here has, unless its kind is unknown here.
            None if profile.value.is_some() && here.iter().any(|other| other.name == profile.name) => {
                Some(profile.shift(&vec![0.0; samples.cases()]))
            }
            None => None,
        }
    };
    let mut shifts: Vec<Shift> = training.iter().filter_map(shift).collect();
    shifts.sort_by(|a, b| b.size().total_cmp(&a.size()));
    shifts
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statistic(values: Vec<f64>) -> ImageStatistic {
        ImageStatistic { name: "brightness", value: None, values, of_source: false }
    }

    #[test]
    fn a_shift_is_the_probability_of_a_lower_value() {
        let profile = StatisticProfile::new(&statistic((0..1001).map(f64::from).collect()));
        assert_eq!(
            (profile.quantiles.len(), profile.quantiles[0], profile.quantiles[200]),
            (201, 0.0, 1000.0)
        );
        let same = profile.shift(&(0..100).map(|value| f64::from(value) * 10.0 + 5.0).collect::<Vec<_>>());
        assert!((same.auc - 0.5).abs() < 0.01, "{same:?}");
        let brighter = profile.shift(&[750.5; 9]);
        assert!((brighter.auc - 0.75).abs() < 0.01 && brighter.here == 750.5, "{brighter:?}");
        assert_eq!(brighter.training, 500.0);
        let few = StatisticProfile::new(&statistic(vec![2.0, 1.0, 1.0]));
        assert_eq!(few.quantiles, [1.0, 1.0, 2.0]);
        assert_eq!(few.shift(&[1.0]).auc, 1.0 / 3.0);
    }
}
