//! `metrics.json`: a number, and everything needed to defend it.

use super::{AtThreshold, Report};
use crate::genotype::Genotype;
use crate::protocol::Protocol;
use serde::{Deserialize, Serialize};

/// An evaluation with its circumstances.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// How the number came about.
    pub protocol: Protocol,
    /// Name of the data set.
    pub dataset: String,
    /// Its fingerprint.
    pub fingerprint: String,
    /// The split that was evaluated.
    pub split: String,
    /// How often the test split has been read for this run, this time included. The count lives in this file and
    /// starts again in another folder.
    pub test_reads: usize,
    /// ACC, AUC, intervals, classes, confusion.
    #[serde(flatten)]
    pub report: Report,
    /// How often decisions at the model's threshold are right, if it has one. ACC and the classes are of decisions for the more
    /// probable class all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_threshold: Option<AtThreshold>,
    /// `genotype` or `resnet18`.
    pub architecture: String,
    /// The architecture.
    pub genotype: Option<Genotype>,
    /// Trainable parameters.
    pub params: u64,
    /// Multiply-accumulates of one image.
    pub macs: u64,
    /// The search method; none if the genotype was given.
    pub method: Option<String>,
    /// Seed of the run.
    pub seed: u64,
    /// Replicates of the bootstrap.
    pub bootstrap_replicates: usize,
    /// Time of the epochs of the search.
    pub search_seconds: Option<f64>,
    /// Epochs of the search.
    pub search_epochs: Option<usize>,
    /// Time of the epochs of training, validation aside.
    pub train_seconds: Option<f64>,
    /// Epochs of training.
    pub train_epochs: Option<usize>,
    /// Epoch, from 0, whose weights were kept.
    pub selected_epoch: Option<usize>,
    /// Version of zodarts.
    pub version: String,
}

impl Metrics {
    /// File of a split's metrics.
    pub fn file_name(split: &str) -> String {
        if split == "test" { "metrics.json".into() } else { format!("metrics-{split}.json") }
    }
}
