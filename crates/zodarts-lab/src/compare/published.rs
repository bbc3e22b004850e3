//! The numbers that the ZO-DARTS+ paper reports (its Tables 1 and 2), for comparison.
//!
//! The accuracies are those of the best *test* epoch of trainings on training and validation images together,
//! with batch statistics at test. The times are of the authors' GPU. The rows of `AutoKeras` and Google
//! `AutoML` Vision are those that MedMNIST v2 published.

use serde::Serialize;

/// A row of the paper: a candidate on a data set.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Published {
    /// Test ACC.
    pub acc: f64,
    /// Its standard deviation over runs, if the paper gives one.
    pub sd: Option<f64>,
    /// Seconds of the search, if the candidate searches.
    pub search_seconds: Option<f64>,
}

/// The data sets of the paper's tables, in the order of their columns.
const DATASETS: [&str; 5] = ["pneumoniamnist", "octmnist", "breastmnist", "organamnist", "organsmnist"];

/// Candidates that only others measured: zodarts has no rows of its own for them.
pub const ELSEWHERE: [(&str, &str); 2] =
    [("autokeras", "AutoKeras"), ("google-automl", "Google AutoML Vision")];

type Accuracies = [(f64, Option<f64>); 5];

/// Returns the paper's row of a candidate on a data set.
pub fn published(candidate: &str, dataset: &str) -> Option<Published> {
    let column = DATASETS.iter().position(|name| *name == dataset)?;
    let (acc, sd) = accuracies(candidate)?[column];
    let search_seconds = seconds(candidate).map(|seconds| seconds[column]);
    Some(Published { acc, sd, search_seconds })
}

/// Returns the paper's accuracies of a candidate. The paper's DARTS is the second-order one, `darts-v2`.
fn accuracies(candidate: &str) -> Option<Accuracies> {
    let plain = |values: [f64; 5]| values.map(|acc| (acc, None));
    let with_sd = |values: [(f64, f64); 5]| values.map(|(acc, sd)| (acc, Some(sd)));
    Some(match candidate {
        "resnet18" => plain([0.854, 0.743, 0.863, 0.935, 0.782]),
        "autokeras" => plain([0.878, 0.763, 0.831, 0.905, 0.813]),
        "google-automl" => plain([0.946, 0.771, 0.861, 0.886, 0.749]),
        "darts-v2" => {
            with_sd([(0.935, 0.008), (0.756, 0.028), (0.876, 0.010), (0.935, 0.014), (0.771, 0.015)])
        }
        "milenas" => {
            with_sd([(0.625, 0.000), (0.610, 0.312), (0.885, 0.000), (0.695, 0.442), (0.762, 0.008)])
        }
        "zo-darts" => {
            with_sd([(0.941, 0.003), (0.807, 0.005), (0.878, 0.013), (0.928, 0.011), (0.787, 0.004)])
        }
        "zo-darts-plus" => {
            with_sd([(0.939, 0.008), (0.815, 0.019), (0.891, 0.006), (0.925, 0.018), (0.779, 0.008)])
        }
        _ => return None,
    })
}

fn seconds(candidate: &str) -> Option<[f64; 5]> {
    Some(match candidate {
        "darts-v2" => [1990.3, 4217.1, 503.9, 2173.8, 754.2],
        "milenas" => [1726.4, 3436.1, 390.7, 1895.1, 644.0],
        "zo-darts" => [825.5, 1792.3, 213.7, 874.8, 354.6],
        "zo-darts-plus" => [605.1, 1381.4, 150.7, 629.0, 263.9],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_by_contender_and_data_set() {
        let row = published("zo-darts-plus", "breastmnist").unwrap();
        assert_eq!(row, Published { acc: 0.891, sd: Some(0.006), search_seconds: Some(150.7) });
        assert_eq!(published("darts-v1", "breastmnist"), None);
        assert_eq!(published("resnet18", "retinamnist"), None);
        assert!(ELSEWHERE.iter().all(|(name, _)| published(name, "octmnist").is_some()));
    }
}
