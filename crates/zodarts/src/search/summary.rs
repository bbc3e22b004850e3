//! `search.json`: what a search came to.

use super::{SearchOutcome, Stop, SupernetAccuracy};
use crate::genotype::Genotype;
use serde::{Deserialize, Serialize};

/// What a search came to, without its vectors.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SearchSummary {
    /// The architecture.
    pub genotype: Genotype,
    /// The strongest operation of each edge.
    pub argmax: Genotype,
    /// Epochs done.
    pub epochs: usize,
    /// Passes over one batch, of all chains.
    pub passes: usize,
    /// Seconds of search.
    pub seconds: f64,
    /// Why it ended.
    pub stop: Stop,
    /// How well the supernet did at the end.
    pub supernet: SupernetAccuracy,
}

impl SearchSummary {
    /// Its file in a run folder.
    pub const FILE: &'static str = "search.json";
}

impl From<&SearchOutcome> for SearchSummary {
    fn from(outcome: &SearchOutcome) -> Self {
        Self {
            genotype: outcome.genotype,
            argmax: outcome.argmax,
            epochs: outcome.epochs,
            passes: outcome.passes,
            seconds: outcome.seconds,
            stop: outcome.stop,
            supernet: outcome.supernet,
        }
    }
}
