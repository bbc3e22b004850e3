//! The time by which a stage must be done.

use std::time::{Duration, Instant};

/// The time by which a stage must be done, if there is one.
///
/// The number of planned epochs depends on the speed of the machine, so a run whose time limit takes effect
/// does not repeat bit for bit. The planned number of epochs is recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deadline(Option<Instant>);

impl Deadline {
    /// No limit.
    pub const NONE: Deadline = Deadline(None);

    /// Returns the time at which a share of `limit` from `start` has passed, or [`Deadline::NONE`] without a
    /// limit or if the clock cannot represent that time.
    pub fn share(start: Instant, limit: Option<Duration>, share: f64) -> Self {
        Self(limit.and_then(|limit| start.checked_add(limit.mul_f64(share))))
    }

    /// Returns true if the time has passed.
    pub fn passed(&self) -> bool {
        self.0.is_some_and(|at| Instant::now() >= at)
    }

    /// Returns the number of epochs to plan out of `epochs`, after `done` of them took `spent`: as many as
    /// fit, and at least one more than are done.
    pub fn plan(&self, epochs: usize, done: usize, spent: Duration) -> usize {
        let Some(at) = self.0 else { return epochs };
        let left = at.saturating_duration_since(Instant::now()).as_secs_f64();
        let each = spent.as_secs_f64() / done.max(1) as f64;
        let affordable = if each > 0.0 { (left / each) as usize } else { epochs };
        done.saturating_add(affordable.max(1)).min(epochs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_limit_nothing_changes() {
        assert_eq!(Deadline::NONE.plan(50, 1, Duration::from_secs(9_999)), 50);
        assert!(!Deadline::NONE.passed());
    }

    #[test]
    fn a_limit_shortens_the_plan_but_leaves_an_epoch() {
        let start = Instant::now();
        let deadline = Deadline::share(start, Some(Duration::from_secs(200)), 0.5);
        let planned = deadline.plan(50, 1, Duration::from_secs(10));
        assert!((10..=11).contains(&planned), "{planned}");
        let late = Deadline::share(start, Some(Duration::ZERO), 1.0);
        assert!(late.passed());
        assert_eq!(late.plan(50, 3, Duration::from_secs(3)), 4);
    }
}
