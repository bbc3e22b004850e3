//! What an epoch took.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Seconds of an epoch, or of its beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Times {
    /// All of them.
    pub seconds: f64,
    /// Those in which the engine waited for images.
    #[serde(default, rename = "seconds_waiting")]
    pub waiting: f64,
}

impl Times {
    /// These and what came after them.
    pub fn later(self, all: Duration, waiting: Duration) -> Self {
        Self { seconds: self.seconds + all.as_secs_f64(), waiting: self.waiting + waiting.as_secs_f64() }
    }
}
