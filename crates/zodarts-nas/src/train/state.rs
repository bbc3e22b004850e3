//! The state of a training.

use crate::files::FileError;
use crate::stage::{SavedState, StageState};
use zodarts_data::rng::stream;
use zodarts_nn::graph::Network;
use zodarts_nn::init::{constants, initial_values};
use zodarts_nn::optim::SgdState;

/// The vector of a checkpoint that holds the moving average of the weights.
const AVERAGED: &str = "averaged_weights";

/// The state that training carries from epoch to epoch.
#[derive(Clone)]
pub struct TrainState {
    pub weights: Vec<f32>,
    /// Running statistics.
    pub statistics: Vec<f32>,
    pub sgd: SgdState,
    /// The moving average of the weights, if one is kept.
    pub averaged: Option<Vec<f32>>,
}

impl TrainState {
    /// Returns the state before the first epoch, with a moving average of the weights if one is `averaged`.
    pub fn new(network: &Network, seed: u64, averaged: bool) -> Self {
        let weights = initial_values(&network.weights, &mut stream(seed, "train-weights", 0));
        let (sgd, statistics) = (SgdState::new(weights.len()), constants(&network.statistics));
        Self { averaged: averaged.then(|| weights.clone()), sgd, weights, statistics }
    }
}

impl StageState for TrainState {
    fn vectors(&self) -> Vec<(&'static str, &[f32])> {
        let mut vectors: Vec<(&'static str, &[f32])> = vec![
            ("weights", &self.weights),
            ("momentum", &self.sgd.momentum_buffer),
            ("statistics", &self.statistics),
        ];
        vectors.extend(self.averaged.as_ref().map(|averaged| (AVERAGED, &averaged[..])));
        vectors
    }

    fn restored(&self, saved: &mut SavedState<'_>) -> Result<Self, FileError> {
        let weights = self.weights.len();
        Ok(Self {
            weights: saved.take("weights", weights)?,
            statistics: saved.take("statistics", self.statistics.len())?,
            sgd: SgdState { momentum_buffer: saved.take("momentum", weights)? },
            averaged: self.averaged.as_ref().map(|_| saved.take(AVERAGED, weights)).transpose()?,
        })
    }
}
