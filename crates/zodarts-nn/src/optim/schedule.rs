//! Learning-rate schedules.

use super::error::{FieldCheck, OptimiserError};
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// A learning rate per epoch. Epochs count from 0; beyond the last one the rate stays at its end.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Schedule {
    /// η(e) = end + (start − end)·(1 + cos(π·e/E))/2, as `torch.optim.lr_scheduler.CosineAnnealingLR`.
    Cosine {
        /// Rate of epoch 0.
        start: f64,
        /// Rate at epoch E.
        end: f64,
        /// E.
        epochs: usize,
    },
    /// Linear warm-up, then cosine to 0, as `LinearLR` followed by `CosineAnnealingLR`:
    /// η(e) = base·(f + (1 − f)·e/W) for e < W, and base·(1 + cos(π·(e − W)/(E − W)))/2 from there.
    WarmupCosine {
        /// Rate at the top.
        base: f64,
        /// W.
        warmup_epochs: usize,
        /// f, the share of the rate that epoch 0 has.
        warmup_start_factor: f64,
        /// E, warm-up included.
        epochs: usize,
    },
}

impl Schedule {
    /// Returns the search's schedule in ZO-DARTS+: cosine from 0.1 to 0.001.
    pub fn search(epochs: usize) -> Self {
        Schedule::Cosine { start: 0.1, end: 0.001, epochs }
    }

    /// Returns the retraining's schedule in ZO-DARTS+: from 1 % of 0.1 over 10 epochs, then cosine to 0.
    pub fn retraining(epochs: usize) -> Self {
        Schedule::WarmupCosine { base: 0.1, warmup_epochs: 10, warmup_start_factor: 0.01, epochs }
    }

    /// Returns the schedule if every value is in its range.
    ///
    /// # Errors
    /// The first field that is out of its range, or a warm-up that fills the whole schedule.
    pub fn validated(self) -> Result<Self, OptimiserError> {
        let check = FieldCheck("schedule");
        match self {
            Schedule::Cosine { start, end, epochs } => {
                check.positive("start", start)?;
                check.non_negative("end", end)?;
                check.positive("epochs", epochs as f64)?;
            }
            Schedule::WarmupCosine { base, warmup_epochs, warmup_start_factor, epochs } => {
                check.positive("base", base)?;
                check.non_negative("warmup_start_factor", warmup_start_factor)?;
                check.positive("epochs", epochs as f64)?;
                if warmup_epochs >= epochs {
                    return Err(OptimiserError::WarmupTooLong { warmup_epochs, epochs });
                }
            }
        }
        Ok(self)
    }

    /// Returns the rate of `epoch`.
    pub fn learning_rate(&self, epoch: usize) -> f64 {
        match *self {
            Schedule::Cosine { start, end, epochs } => end + (start - end) * half_cosine(epoch, epochs),
            Schedule::WarmupCosine { base, warmup_epochs, warmup_start_factor, .. }
                if epoch < warmup_epochs =>
            {
                let done = epoch as f64 / warmup_epochs as f64;
                base * (warmup_start_factor + (1.0 - warmup_start_factor) * done)
            }
            Schedule::WarmupCosine { base, warmup_epochs, epochs, .. } => {
                base * half_cosine(epoch - warmup_epochs, epochs.saturating_sub(warmup_epochs))
            }
        }
    }
}

/// Returns (1 + cos(π·e/E))/2, and 0 from E on.
fn half_cosine(epoch: usize, epochs: usize) -> f64 {
    if epoch >= epochs { 0.0 } else { f64::midpoint(1.0, (PI * epoch as f64 / epochs as f64).cos()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_rate(schedule: Schedule, epoch: usize, expected: f64) {
        let found = schedule.learning_rate(epoch);
        assert!((found - expected).abs() < 1e-12, "epoch {epoch}: {found} instead of {expected}");
    }

    #[test]
    fn cosine_by_hand() {
        let schedule = Schedule::search(50);
        assert_rate(schedule, 0, 0.1);
        assert_rate(schedule, 25, 0.0505);
        assert_rate(schedule, 50, 0.001);
        assert_rate(schedule, 51, 0.001);
        // cos(π/3) = 1/2.
        assert_rate(Schedule::Cosine { start: 1.0, end: 0.0, epochs: 30 }, 10, 0.75);
    }

    #[test]
    fn warm_up_by_hand() {
        let schedule = Schedule::retraining(300);
        assert_rate(schedule, 0, 0.001);
        assert_rate(schedule, 5, 0.0505);
        assert_rate(schedule, 10, 0.1);
        assert_rate(schedule, 155, 0.05);
        assert_rate(schedule, 300, 0.0);
        assert_rate(schedule, 1000, 0.0);
    }

    #[test]
    fn nonsense_is_refused_by_name() {
        assert!(Schedule::search(1).validated().is_ok());
        assert!(Schedule::search(0).validated().unwrap_err().to_string().contains("epochs"));
        let error = Schedule::retraining(10).validated().unwrap_err();
        assert_eq!(error.to_string(), "warm-up of 10 epochs leaves nothing of 10");
        assert_eq!(error.hint().as_deref(), Some("shorten it or train longer"));
    }
}
