//! `search.json`: what a search came to.

use super::{RandomWsOutcome, SearchOutcome, Stop, SupernetAccuracy};
use crate::genotype::Genotype;
use serde::{Deserialize, Serialize};

/// What a search came to, without its vectors.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SearchSummary {
    /// The architecture.
    pub genotype: Genotype,
    /// The strongest operation of each edge; the architecture, of a search without α.
    pub argmax: Genotype,
    /// Epochs done.
    pub epochs: usize,
    /// Passes over one batch, of all chains.
    pub passes: usize,
    /// Seconds of search.
    pub seconds: f64,
    /// Why it ended.
    pub stop: Stop,
    /// How well the supernet did at the end; none of a search without one.
    pub supernet: Option<SupernetAccuracy>,
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
