use thiserror::Error;

/// A hyper-parameter that makes no sense.
#[derive(Clone, Debug, PartialEq, Error)]
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
    /// Nesterov's look-ahead asked for without a momentum to look ahead along.
    #[error("sgd: `nesterov` is set but `momentum` is 0; set a momentum or switch nesterov off")]
    NesterovWithoutMomentum,
    /// A warm-up as long as the whole schedule.
    #[error("warm-up of {warmup_epochs} epochs leaves nothing of {epochs}; shorten it or train longer")]
    WarmupTooLong {
        /// Epochs of warm-up.
        warmup_epochs: usize,
        /// Epochs in all.
        epochs: usize,
    },
}

/// Names the owner of a field once, then checks its fields.
pub(super) struct Check(pub &'static str);

impl Check {
    /// `found` is at least 0 and finite.
    pub fn non_negative(&self, field: &'static str, found: f64) -> Result<(), OptimiserError> {
        self.require(found >= 0.0 && found.is_finite(), field, found, "a finite number of at least 0")
    }

    /// `found` is above 0 and finite.
    pub fn positive(&self, field: &'static str, found: f64) -> Result<(), OptimiserError> {
        self.require(found > 0.0 && found.is_finite(), field, found, "a finite number above 0")
    }

    /// `found` is a decay rate.
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
