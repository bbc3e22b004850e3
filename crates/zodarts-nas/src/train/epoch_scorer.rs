//! The scoring of the images on which an epoch is chosen.

use super::TrainInput;
use super::averaging::EpochWeights;
use super::memory::batch_size;
use crate::error::Error;
use crate::evaluate::{EvaluateError, Point};
use crate::model::{BatchScorer, ModelCard, Scored, Scorer};
use crate::protocol::Protocol;
use std::sync::Arc;
use zodarts_nn::graph::Network;

/// Scores an epoch by the rules of its protocol.
pub enum EpochScorer {
    /// Scores under running statistics.
    Running(Box<Scorer>),
    /// Scores under the statistics of the batch.
    Batch(Box<BatchScorer>),
}

impl EpochScorer {
    pub fn new(input: &TrainInput<'_>, network: Arc<Network>, card: &ModelCard) -> Result<Self, Error> {
        Ok(match input.protocol {
            Protocol::Official => EpochScorer::Running(Box::new(Scorer::new(network, card))),
            Protocol::Paper => {
                let batch = batch_size(input.info, input.train.len(), &input.settings);
                EpochScorer::Batch(Box::new(BatchScorer::new(card, batch)?))
            }
        })
    }

    pub fn score(
        &mut self,
        given: &EpochWeights<'_>,
        input: &TrainInput<'_>,
    ) -> Result<Scored, EvaluateError> {
        match self {
            EpochScorer::Running(scorer) => scorer.score(given.weights, &given.statistics, input.val),
            EpochScorer::Batch(scorer) => scorer.score(given.weights, input.val),
        }
    }
}

/// Returns the number by which epochs are compared: AUC, or ACC where AUC is undefined; under protocol
/// `paper` ACC.
pub fn merit(protocol: Protocol, point: &Point) -> f64 {
    match protocol {
        Protocol::Official => point.auc.unwrap_or(point.acc),
        Protocol::Paper => point.acc,
    }
}
