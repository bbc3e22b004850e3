//! Errors of optimisers and schedules, and the checks that raise them.

use thiserror::Error;

/// An invalid hyper-parameter.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum OptimiserError {
    /// A value outside its range.
    #[error("{optimiser}: `{field}` is {found}, expected {expected}")]
    OutOfRange {
        /// The optimiser or schedule.
        optimiser: &'static str,
        /// The field.
        field: &'static str,
        /// The value found.
        found: f64,
        /// The range expected.
        expected: &'static str,
    },
    /// Nesterov's look-ahead without momentum.
    #[error("sgd: `nesterov` is set but `momentum` is 0")]
    NesterovWithoutMomentum,
    /// A warm-up as long as the whole schedule.
    #[error("warm-up of {warmup_epochs} epochs leaves nothing of {epochs}")]
    WarmupTooLong {
        /// Epochs of warm-up.
        warmup_epochs: usize,
        /// Epochs in all.
        epochs: usize,
    },
}

impl OptimiserError {
    /// Returns advice on how to correct the setting, if there is any.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::OutOfRange { .. } => None,
            Self::NesterovWithoutMomentum => Some("set a momentum or switch nesterov off".into()),
            Self::WarmupTooLong { .. } => Some("shorten it or train longer".into()),
        }
    }
}

/// Checks of the fields of one optimiser or schedule, which is named in the errors.
pub(super) struct FieldCheck(pub &'static str);

impl FieldCheck {
    /// Checks that `found` is at least 0 and finite.
    pub fn non_negative(&self, field: &'static str, found: f64) -> Result<(), OptimiserError> {
        self.require(found >= 0.0 && found.is_finite(), field, found, "a finite number of at least 0")
    }

    /// Checks that `found` is above 0 and finite.
    pub fn positive(&self, field: &'static str, found: f64) -> Result<(), OptimiserError> {
        self.require(found > 0.0 && found.is_finite(), field, found, "a finite number above 0")
    }

    /// Checks that `found` is a decay rate, at least 0 and below 1.
    pub fn decay(&self, field: &'static str, found: f64) -> Result<(), OptimiserError> {
        self.require((0.0..1.0).contains(&found), field, found, "at least 0 and below 1")
    }

    fn require(
        &self,
        holds: bool,
        field: &'static str,
        found: f64,
        expected: &'static str,
    ) -> Result<(), OptimiserError> {
        if holds {
            Ok(())
        } else {
            Err(OptimiserError::OutOfRange { optimiser: self.0, field, found, expected })
        }
    }
}
