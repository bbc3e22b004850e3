//! The state of a stage as named vectors and counts.

use super::store::Restored;
use crate::files::FileError;
use crate::methods::{Chain, SearchState};
use zodarts_nn::optim::{AdamState, SgdState};

/// The state that an epoch changes and that a roll-back restores.
pub trait StageState: Clone {
    /// Returns the vectors with their names.
    fn vectors(&self) -> Vec<(&'static str, &[f32])>;

    /// Returns the numbers that are not vectors, with their names.
    fn counts(&self) -> Vec<(&'static str, u64)> {
        Vec::new()
    }

    /// Returns the state in a checkpoint. Its vectors must be as long as those of this state.
    ///
    /// # Errors
    /// Returns an error if a vector or a count is missing or invalid.
    fn restored(&self, saved: &mut SavedState<'_>) -> Result<Self, FileError>;
}

/// One of the states in a checkpoint.
#[derive(Debug)]
pub struct SavedState<'a> {
    checkpoint: &'a mut Restored,
    prefix: &'static str,
}

impl<'a> SavedState<'a> {
    /// Returns the state whose names begin with `prefix`.
    pub(super) fn new(checkpoint: &'a mut Restored, prefix: &'static str) -> Self {
        Self { checkpoint, prefix }
    }

    /// Removes a vector from the checkpoint and returns it.
    ///
    /// # Errors
    /// See [`Restored::take`].
    pub fn take(&mut self, name: &str, len: usize) -> Result<Vec<f32>, FileError> {
        self.checkpoint.take(&format!("{}{name}", self.prefix), len)
    }

    /// Removes a vector whose values must be finite from the checkpoint and returns it.
    ///
    /// # Errors
    /// See [`Restored::take_finite`].
    pub fn take_finite(&mut self, name: &str, len: usize) -> Result<Vec<f32>, FileError> {
        self.checkpoint.take_finite(&format!("{}{name}", self.prefix), len)
    }

    /// Returns a number.
    ///
    /// # Errors
    /// See [`Restored::count`].
    pub fn count(&self, name: &str) -> Result<u64, FileError> {
        self.checkpoint.count(&format!("{}{name}", self.prefix))
    }
}

impl StageState for Chain {
    fn vectors(&self) -> Vec<(&'static str, &[f32])> {
        vec![("weights", &self.weights), ("momentum", &self.sgd.momentum_buffer)]
    }

    fn restored(&self, saved: &mut SavedState<'_>) -> Result<Self, FileError> {
        let weights = self.weights.len();
        let sgd = SgdState { momentum_buffer: saved.take("momentum", weights)? };
        Ok(Chain { weights: saved.take_finite("weights", weights)?, sgd })
    }
}

impl StageState for SearchState {
    fn vectors(&self) -> Vec<(&'static str, &[f32])> {
        let mut vectors = self.chain.vectors();
        vectors.extend([("alpha", &self.alpha[..]), ("alpha_m", &self.adam.m), ("alpha_v", &self.adam.v)]);
        vectors
    }

    fn counts(&self) -> Vec<(&'static str, u64)> {
        vec![("alpha_steps", self.adam.step)]
    }

    fn restored(&self, saved: &mut SavedState<'_>) -> Result<Self, FileError> {
        let alphas = self.alpha.len();
        Ok(SearchState {
            chain: self.chain.restored(saved)?,
            alpha: saved.take_finite("alpha", alphas)?,
            adam: AdamState {
                m: saved.take("alpha_m", alphas)?,
                v: saved.take("alpha_v", alphas)?,
                // Above this, the optimiser's bias correction does not change any more.
                step: saved.count("alpha_steps")?.min(i32::MAX as u64),
            },
        })
    }
}
