//! Mean and variance of a sample, in a form that merges.

/// Count, mean and sum of squared deviations of a sample. The moments of two samples merge exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SampleMoments {
    /// Number of values.
    pub count: f64,
    /// Mean of the values.
    pub mean: f64,
    /// Σ (x − mean)².
    pub squares: f64,
}

impl SampleMoments {
    /// Returns the moments of both samples together (Chan, Golub and `LeVeque`, 1983).
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        if self.count == 0.0 || other.count == 0.0 {
            return if self.count == 0.0 { other } else { self };
        }
        let count = self.count + other.count;
        let delta = other.mean - self.mean;
        Self {
            count,
            mean: self.mean + delta * other.count / count,
            squares: self.squares + other.squares + delta * delta * self.count * other.count / count,
        }
    }

    /// Returns the mean squared deviation.
    pub fn variance(&self) -> f64 {
        self.squares / self.count
    }
}
