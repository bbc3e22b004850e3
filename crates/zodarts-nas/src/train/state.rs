//! The state of a training.

use crate::files::FileError;
use crate::stage::{SavedState, StageState};
use zodarts_data::rng::stream;
use zodarts_nn::graph::Network;
use zodarts_nn::init::{constants, initial_values};
use zodarts_nn::optim::SgdState;

/// The state that training carries from epoch to epoch.
#[derive(Clone)]
pub struct TrainState {
    pub weights: Vec<f32>,
    /// Running statistics.
    pub statistics: Vec<f32>,
    pub sgd: SgdState,
}

impl TrainState {
    /// Returns the state before the first epoch.
    pub fn new(network: &Network, seed: u64) -> Self {
        let weights = initial_values(&network.weights, &mut stream(seed, "train-weights", 0));
        Self { sgd: SgdState::new(weights.len()), weights, statistics: constants(&network.statistics) }
    }
}

impl StageState for TrainState {
    fn vectors(&self) -> Vec<(&'static str, &[f32])> {
        vec![
            ("weights", &self.weights),
            ("momentum", &self.sgd.momentum_buffer),
            ("statistics", &self.statistics),
        ]
    }

    fn restored(&self, saved: &mut SavedState<'_>) -> Result<Self, FileError> {
        let weights = self.weights.len();
        Ok(Self {
            weights: saved.take("weights", weights)?,
            statistics: saved.take("statistics", self.statistics.len())?,
            sgd: SgdState { momentum_buffer: saved.take("momentum", weights)? },
        })
    }
}
