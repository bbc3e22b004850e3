//! The seconds of an epoch.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Seconds of an epoch, or of its first part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Times {
    /// All seconds.
    pub seconds: f64,
    /// Seconds in which the engine waited for images.
    #[serde(default, rename = "seconds_waiting")]
    pub waiting: f64,
}

impl Times {
    /// Returns these seconds plus the given ones.
    #[must_use]
    pub fn later(self, all: Duration, waiting: Duration) -> Self {
        Self { seconds: self.seconds + all.as_secs_f64(), waiting: self.waiting + waiting.as_secs_f64() }
    }
}
