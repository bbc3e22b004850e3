//! The lines of `search.jsonl`, `random-ws.jsonl` and `train.jsonl`.

use crate::evaluate::Point;
use crate::genotype::Genotype;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zodarts_nn::space::Mixture;

/// The record of an epoch, one line of JSON.
pub trait EpochRecord {
    /// Returns the number of planned epochs.
    fn epochs(&self) -> usize;

    /// Returns the seconds of the epoch.
    fn seconds(&self) -> f64;
}

/// A line of `search.jsonl`: an epoch of a search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct SearchRecord {
    /// The epoch, from 0.
    pub epoch: usize,
    /// Number of planned epochs.
    pub epochs: usize,
    /// Temperature τ.
    pub temperature: f64,
    /// Learning rate of the weights.
    pub learning_rate: f64,
    /// Mean loss of the training batches.
    pub train_loss: f64,
    /// Share of their images classified correctly.
    pub train_acc: f64,
    /// Mean loss of the validation batches that the method evaluated.
    pub val_loss: f64,
    /// Share of their images classified correctly.
    pub val_acc: f64,
    /// Probabilities p at the end of the epoch, `(rows, operations)`.
    pub p: Mixture<f32>,
    /// Number of (edge, operation) pairs with p > 0 that were computed in the last round.
    pub live_operations: usize,
    /// Mean norm of the hypergradient.
    pub hypergradient_norm: f64,
    /// Passes over one batch, of all chains.
    pub passes: usize,
    /// The strongest operation of each edge.
    pub genotype: Genotype,
    /// Seconds of this epoch.
    pub seconds: f64,
    /// Seconds of this epoch in which the engine waited for images; 0 in records of earlier versions.
    #[serde(default)]
    pub seconds_waiting: f64,
}

impl Serialize for SearchRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for SearchRecord {
    /// Reads a record, and returns an error if `p` does not have the shape of its genotype's space.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let record = Self::deserialize(deserializer)?;
        let space = record.genotype.space();
        if !record.p.fits(space) {
            let (rows, columns) = (space.rows(), space.columns());
            return Err(D::Error::custom(format!("`p` is not of {rows} rows and {columns} columns")));
        }
        Ok(record)
    }
}

impl EpochRecord for SearchRecord {
    fn epochs(&self) -> usize {
        self.epochs
    }

    fn seconds(&self) -> f64 {
        self.seconds
    }
}

/// A line of `random-ws.jsonl`: an epoch of a random search with shared weights, which has no α.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RandomWsRecord {
    /// The epoch, from 0.
    pub epoch: usize,
    /// Number of planned epochs.
    pub epochs: usize,
    /// Learning rate of the weights.
    pub learning_rate: f64,
    /// Mean loss of the training batches, each with its own genotype.
    pub train_loss: f64,
    /// Share of their images classified correctly.
    pub train_acc: f64,
    /// Passes over one batch.
    pub passes: usize,
    /// Seconds of this epoch.
    pub seconds: f64,
    /// Seconds of this epoch in which the engine waited for images; 0 in records of earlier versions.
    #[serde(default)]
    pub seconds_waiting: f64,
}

impl RandomWsRecord {
    /// The name of the file in a run folder.
    pub const FILE: &'static str = "random-ws.jsonl";
}

impl EpochRecord for RandomWsRecord {
    fn epochs(&self) -> usize {
        self.epochs
    }

    fn seconds(&self) -> f64 {
        self.seconds
    }
}

/// A line of `train.jsonl`: an epoch of a training.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TrainRecord {
    /// The epoch, from 0.
    pub epoch: usize,
    /// Number of planned epochs.
    pub epochs: usize,
    /// Learning rate.
    pub learning_rate: f64,
    /// Mean loss of the training batches, including smoothing, mixing and class weights.
    pub train_loss: f64,
    /// Share of training images that are classified as the class with their larger target.
    pub train_acc: f64,
    /// Validation loss under running statistics, without smoothing, mixing or class weights.
    pub val_loss: f64,
    /// Validation ACC.
    pub val_acc: f64,
    /// Validation AUC.
    pub val_auc: Option<f64>,
    /// True if the weights of this epoch are the best so far, by the selection rule.
    pub selected: bool,
    /// Seconds of this epoch, without validation.
    pub seconds: f64,
    /// Seconds of this epoch in which the engine waited for images; 0 in records of earlier versions.
    #[serde(default)]
    pub seconds_waiting: f64,
}

impl TrainRecord {
    pub(crate) fn take(&mut self, loss: f64, point: &Point) {
        self.val_loss = loss;
        self.val_acc = point.acc;
        self.val_auc = point.auc;
    }
}

impl EpochRecord for TrainRecord {
    fn epochs(&self) -> usize {
        self.epochs
    }

    fn seconds(&self) -> f64 {
        self.seconds
    }
}
