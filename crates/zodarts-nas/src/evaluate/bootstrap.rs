//! Percentile intervals from a stratified bootstrap.

use super::EvaluateError;
use super::metrics::{Measure, Point};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Most draws of one replicate; if the AUC is undefined for all of them, the replicate is given up.
const MAX_DRAWS: usize = 100;

/// Settings of the bootstrap for 95 % intervals. The same seed gives the same bits with any number of
/// threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bootstrap {
    /// Number of resamples.
    pub replicates: usize,
    /// Seed of the resampling.
    pub seed: u64,
}

impl Default for Bootstrap {
    /// Returns 2,000 replicates and seed 0.
    fn default() -> Self {
        Self { replicates: 2_000, seed: 0 }
    }
}

/// 95 % percentile intervals. That of the AUC is `None` if the AUC is undefined for the images or for a
/// replicate.
pub(super) struct Intervals {
    pub(super) acc: [f64; 2],
    pub(super) auc: Option<[f64; 2]>,
}

impl Bootstrap {
    /// Returns the intervals of ACC and AUC. Resamples are drawn within each stratum; the strata are lists of
    /// images that together hold all images.
    pub(super) fn intervals(
        &self,
        metrics: &Measure,
        strata: &[Vec<usize>],
    ) -> Result<Intervals, EvaluateError> {
        if self.replicates == 0 {
            return Err(EvaluateError::NoReplicates);
        }
        let auc_is_defined = metrics.of(&vec![1; metrics.images()]).auc.is_some();
        let points: Vec<Point> = (0..self.replicates as u64)
            .into_par_iter()
            .map(|replicate| {
                let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
                rng.set_stream(replicate);
                resample(&mut rng, metrics, strata, auc_is_defined)
            })
            .collect();
        let areas: Option<Vec<f64>> = points.iter().map(|point| point.auc).collect();
        Ok(Intervals {
            acc: percentile_interval(points.iter().map(|point| point.acc).collect()),
            auc: areas.map(percentile_interval),
        })
    }
}

fn resample(rng: &mut ChaCha8Rng, metrics: &Measure, strata: &[Vec<usize>], want_auc: bool) -> Point {
    let mut weights = vec![0; metrics.images()];
    let mut draw = || {
        weights.fill(0);
        for images in strata {
            for _ in images {
                weights[images[rng.random_range(0..images.len())]] += 1;
            }
        }
        metrics.of(&weights)
    };
    let mut point = draw();
    for _ in 1..MAX_DRAWS {
        if point.auc.is_some() || !want_auc {
            break;
        }
        point = draw();
    }
    point
}

/// Returns the 2.5 and 97.5 percentiles, interpolated linearly between order statistics.
fn percentile_interval(mut values: Vec<f64>) -> [f64; 2] {
    values.sort_by(f64::total_cmp);
    [0.025, 0.975].map(|quantile| {
        let position = quantile * (values.len() - 1) as f64;
        let below = position.floor() as usize;
        let above = (below + 1).min(values.len() - 1);
        values[below] + (position - below as f64) * (values[above] - values[below])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_interpolate_between_order_statistics() {
        let values: Vec<f64> = (0..=100).rev().map(f64::from).collect();
        assert_eq!(percentile_interval(values), [2.5, 97.5]);
        assert_eq!(percentile_interval(vec![0.25]), [0.25, 0.25]);
    }
}
