//! Shares of a cut.

/// The share of each stratum in the first part of a cut.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CutShare {
    /// Share of the images.
    pub fraction: f64,
    /// Patients of each stratum to leave for the second part, if patients are known and there are enough.
    pub left: usize,
}

impl CutShare {
    /// Returns a share of which the second part is not to be cut again.
    pub fn of(fraction: f64) -> Self {
        Self { fraction, left: 1 }
    }
}
