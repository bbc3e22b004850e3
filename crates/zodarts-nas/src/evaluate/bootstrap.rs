//! Percentile intervals from a bootstrap over images.

use super::EvaluateError;
use super::metrics::Measure;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

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

impl Bootstrap {
    /// Checks that there are replicates.
    pub(super) fn check(&self) -> Result<(), EvaluateError> {
        if self.replicates == 0 { Err(EvaluateError::NoReplicates) } else { Ok(()) }
    }

    /// Returns the 95 % percentile interval of ACC over resamples of all images. An image with all its
    /// labels is drawn together, for its decisions are not independent.
    pub(super) fn acc(&self, metrics: &Measure) -> [f64; 2] {
        let acc = |replicate: u64| {
            let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
            rng.set_stream(replicate);
            let mut weights = vec![0; metrics.images()];
            for _ in 0..metrics.images() {
                weights[rng.random_range(0..metrics.images())] += 1;
            }
            metrics.acc(&weights)
        };
        percentile_interval((0..self.replicates as u64).into_par_iter().map(acc).collect())
    }
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
