//! The record `search.json`: the result of a search.

use super::{RandomWsOutcome, SearchOutcome, Stop, SupernetAccuracy};
use crate::genotype::Genotype;
use serde::{Deserialize, Serialize};

/// The result of a search, without its vectors.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SearchSummary {
    /// The genotype.
    pub genotype: Genotype,
    /// The strongest operation of each edge; the genotype itself for a search without α.
    pub argmax: Genotype,
    /// Number of epochs done.
    pub epochs: usize,
    /// Passes over one batch, of all chains.
    pub passes: usize,
    /// Seconds of the search.
    pub seconds: f64,
    /// The reason for the end.
    pub stop: Stop,
    /// The accuracy of the supernet at the end; `None` for a search without a supernet.
    pub supernet: Option<SupernetAccuracy>,
}

impl SearchSummary {
    /// The name of the file in a run folder.
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
            supernet: Some(outcome.supernet),
        }
    }
}

impl From<&RandomWsOutcome> for SearchSummary {
    fn from(outcome: &RandomWsOutcome) -> Self {
        Self {
            genotype: outcome.best.genotype,
            argmax: outcome.best.genotype,
            epochs: outcome.epochs,
            passes: outcome.passes,
            seconds: outcome.seconds,
            stop: outcome.stop,
            supernet: Some(outcome.supernet()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_of_an_older_version_is_read() {
        let genotype = Genotype::from_index(&zodarts_nn::space::NAS_BENCH_201, 7).unwrap();
        let text = format!(
            r#"{{"genotype": "{genotype}", "argmax": "{genotype}", "epochs": 2, "passes": 8, "seconds": 1.5,
                "stop": "settled", "supernet": {{"mixed": 0.75, "discrete": 0.5}}}}"#
        );
        let summary: SearchSummary = serde_json::from_str(&text).unwrap();
        assert_eq!(summary.supernet, Some(SupernetAccuracy { mixed: Some(0.75), discrete: 0.5 }));
    }
}
