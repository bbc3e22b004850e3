//! The temperature schedule.

use serde::{Deserialize, Serialize};

/// The lowest temperature. Going lower changes nothing, while α divided by it could overflow.
const COLDEST: f64 = 1e-30;

/// The temperature of each epoch: `τ_n = τ_0 · a^⌊n/m⌋` (the ZO-DARTS+ paper, eq. 10).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Annealing {
    /// `τ_0`, above 0.
    pub initial: f64,
    /// a, in (0, 1].
    pub factor: f64,
    /// m, in epochs, at least 1.
    pub every: usize,
}

impl Default for Annealing {
    /// Returns the paper's schedule: 1.5, times 0.75 every 5 epochs.
    fn default() -> Self {
        Annealing { initial: 1.5, factor: 0.75, every: 5 }
    }
}

impl Annealing {
    /// Returns a schedule with the same temperature in every epoch.
    pub fn constant(temperature: f64) -> Self {
        Annealing { initial: temperature, factor: 1.0, every: 1 }
    }

    /// Returns `τ_n` of epoch n = `epoch`, counted from 0, but never less than 1e-30.
    ///
    /// # Panics
    /// Panics if `every` is 0.
    pub fn temperature(&self, epoch: usize) -> f64 {
        let times = i32::try_from(epoch / self.every).unwrap_or(i32::MAX);
        (self.initial * self.factor.powi(times)).max(COLDEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temperature_is_the_papers_equation_by_repeated_multiplication() {
        let annealing = Annealing::default();
        let mut expected = 1.5;
        for epoch in 0..200 {
            if epoch > 0 && epoch % 5 == 0 {
                expected *= 0.75;
            }
            let found = annealing.temperature(epoch);
            assert!((found - expected).abs() <= 1e-13 * expected, "epoch {epoch}: {found}, not {expected}");
        }
        assert_eq!(annealing.temperature(0), 1.5);
        assert_eq!(annealing.temperature(4), 1.5);
        assert_eq!(annealing.temperature(5), 1.125);
    }

    #[test]
    fn it_never_reaches_zero_and_constant_stays() {
        assert_eq!(Annealing::default().temperature(usize::MAX), COLDEST);
        assert_eq!(Annealing::constant(1.0).temperature(usize::MAX), 1.0);
    }
}
