//! What becomes of a trained network's predictions.

use super::{InvalidSettings, require};
use serde::{Deserialize, Serialize};

/// How a trained network predicts. Comparisons do not read it: they take networks as they were trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PredictSettings {
    /// Scale the logits by a temperature that is chosen on the validation images.
    pub calibrate: bool,
    /// Decide for [`PredictSettings::positive`] so readily that this share of its validation images is found; without it, for the more
    /// probable class. For data sets of two classes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<f64>,
    /// The class that must not be missed; the last if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub positive: Option<String>,
}

impl Default for PredictSettings {
    fn default() -> Self {
        Self { calibrate: true, sensitivity: None, positive: None }
    }
}

impl PredictSettings {
    /// Checks every value.
    ///
    /// # Errors
    /// Returns the first value out of its range, with its key.
    pub fn validate(&self) -> Result<(), InvalidSettings> {
        let Some(found) = self.sensitivity else { return Ok(()) };
        require(found > 0.0 && found <= 1.0, "predict", "sensitivity", found, "above 0 and at most 1")
    }
}
