//! The results of a candidate on a data set, over the seeds of its trials.

use super::live_operations::{Milestones, milestones};
use super::published::{Published, published};
use super::spread::Spread;
use super::training::Trained;
use super::trial::TrialResult;
use serde::Serialize;
use std::collections::BTreeSet;
use zodarts_nas::genotype::Genotype;
use zodarts_nas::records::SearchRecord;
use zodarts_nas::search::{SearchSummary, Stop};
use zodarts_nn::space::Operation;

/// A candidate on a data set, over seeds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// The data set.
    pub dataset: String,
    /// The candidate.
    #[serde(rename = "contender")]
    pub candidate: &'static str,
    /// The seeds whose trials are finished.
    pub seeds: Vec<u64>,
    /// Test ACC, over all trainings: one per seed, or three under protocol `paper`.
    pub acc: Spread,
    /// Test ACC of the last epochs of these trainings, if the epoch was chosen on the test images; the
    /// difference from `acc` is what that choice adds. `None` under protocol `official`, or if the epochs of
    /// a training are not kept.
    pub last_epoch_acc: Option<Spread>,
    /// Test AUC, over all trainings; `None` if it is undefined for one of them.
    pub auc: Option<Spread>,
    /// Validation ACC of the trained network; `None` if its training saw the validation images.
    pub val_acc: Option<Spread>,
    /// Trainable parameters.
    pub params: Spread,
    /// Multiply-accumulates of one image.
    pub macs: Spread,
    /// Seconds of a training.
    pub train_seconds: Option<Spread>,
    /// The architectures, one per seed; empty for `ResNet-18`.
    pub genotypes: Vec<Genotype>,
    /// Edges on which all seeds have the same operation; `None` for fewer than two seeds.
    pub agreeing_edges: Option<usize>,
    /// Edges that are `skip_connect`; many of them are the collapse for which DARTS is known.
    pub skips: Option<Spread>,
    /// The searches, if the candidate searches.
    pub search: Option<SearchRow>,
    /// The paper's row, if it has one.
    pub published: Option<Published>,
}

/// The searches of a row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SearchRow {
    /// Seconds of a search.
    pub seconds: Spread,
    /// The numbers of threads of the trials, each once.
    pub threads: BTreeSet<usize>,
    /// Passes over one batch of a search, of all chains.
    pub passes: Spread,
    /// Seconds of a pass.
    pub seconds_per_pass: Spread,
    /// Epochs of a search.
    pub epochs: Spread,
    /// The reason why each search ended.
    pub stops: Vec<Stop>,
    /// ACC of the supernet on the architecture half, with the final mixture; `None` if nothing is mixed.
    pub mixed_acc: Option<Spread>,
    /// The same with the genotype's operations alone; `None` without a supernet.
    pub discrete_acc: Option<Spread>,
    /// Live operations of the cell, of at most 24 in NAS-Bench-201, after the first epoch, a quarter, half,
    /// three quarters and all of the planned epochs: means over seeds. A search that stopped early keeps its
    /// last value.
    pub live_operations: Option<Milestones>,
}

impl Row {
    /// Returns the row of a candidate's trials on one data set, or `None` without a trial.
    pub fn of(results: &[&TrialResult]) -> Option<Self> {
        let first = results.first()?.test();
        let (dataset, candidate) = (first.dataset.clone(), results[0].candidate.name());
        let trainings: Vec<&Trained> = results.iter().flat_map(|result| &result.trainings).collect();
        let genotypes: Vec<Genotype> = results.iter().filter_map(|result| result.test().genotype).collect();
        Some(Self {
            seeds: results.iter().map(|result| result.seed).collect(),
            acc: spread(&trainings, |training| training.test.report.acc)?.of_shares(),
            last_epoch_acc: shares(&trainings, |training| training.last_epoch_acc()),
            auc: shares(&trainings, |training| training.test.report.auc),
            val_acc: shares(&trainings, |training| Some(training.val.as_ref()?.report.acc)),
            params: spread(results, |result| result.test().params as f64)?,
            macs: spread(results, |result| result.test().macs as f64)?,
            train_seconds: spread_of_all(&trainings, |training| training.test.train_seconds),
            agreeing_edges: agreeing_edges(&genotypes),
            skips: spread(&genotypes, |genotype| skips(*genotype) as f64),
            search: SearchRow::of(results),
            published: published(candidate, &dataset),
            genotypes,
            dataset,
            candidate,
        })
    }
}

impl SearchRow {
    fn of(results: &[&TrialResult]) -> Option<Self> {
        let searches: Option<Vec<SearchSummary>> = results.iter().map(|result| result.search).collect();
        let searches = &*searches?;
        let searched: Vec<&[SearchRecord]> = results.iter().map(|result| &*result.search_records).collect();
        Some(Self {
            seconds: spread(searches, |search| search.seconds)?,
            threads: results.iter().filter_map(|result| result.threads).collect(),
            passes: spread(searches, |search| search.passes as f64)?,
            seconds_per_pass: spread(searches, |search| search.seconds / search.passes.max(1) as f64)?,
            epochs: spread(searches, |search| search.epochs as f64)?,
            stops: searches.iter().map(|search| search.stop).collect(),
            mixed_acc: shares(searches, |search| search.supernet?.mixed),
            discrete_acc: shares(searches, |search| Some(search.supernet?.discrete)),
            live_operations: milestones(&searched),
        })
    }
}

fn spread<X>(of: &[X], value: impl Fn(&X) -> f64) -> Option<Spread> {
    Spread::of(&of.iter().map(value).collect::<Vec<f64>>())
}

/// Returns `None` if one of them has no value.
fn spread_of_all<X>(of: &[X], value: impl Fn(&X) -> Option<f64>) -> Option<Spread> {
    Spread::of(&of.iter().map(value).collect::<Option<Vec<f64>>>()?)
}

/// Returns the spread of shares; `None` if one of them has no value.
fn shares<X>(of: &[X], value: impl Fn(&X) -> Option<f64>) -> Option<Spread> {
    spread_of_all(of, value).map(Spread::of_shares)
}

fn agreeing_edges(genotypes: &[Genotype]) -> Option<usize> {
    let [first, others @ ..] = genotypes else { return None };
    let agrees = |row: &usize| others.iter().all(|other| other.0.get(*row) == first.0.get(*row));
    (!others.is_empty()).then(|| (0..first.space().rows()).filter(agrees).count())
}

fn skips(genotype: Genotype) -> usize {
    genotype.0.iter().filter(|operation| **operation == Operation::SkipConnect).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_agree_where_all_seeds_do() {
        let parse = |text: &str| text.parse::<Genotype>().unwrap();
        let a = parse("|skip_connect~0|+|none~0|none~1|+|skip_connect~0|none~1|nor_conv_3x3~2|");
        let b = parse("|skip_connect~0|+|none~0|none~1|+|avg_pool_3x3~0|none~1|nor_conv_1x1~2|");
        assert_eq!(agreeing_edges(&[a, b]), Some(4));
        assert_eq!((agreeing_edges(&[a]), agreeing_edges(&[])), (None, None));
        assert_eq!((skips(a), skips(b)), (2, 1));
    }
}
