//! The lines of `trials.csv`, one per training.

use crate::compare::training::Trained;
use crate::compare::trial::TrialResult;
use crate::text::csv;
use std::sync::Arc;

const HEADER: [&str; 24] = [
    "dataset",
    "contender",
    "seed",
    "retrain",
    "protocol",
    "n",
    "acc",
    "acc_low",
    "acc_high",
    "auc",
    "auc_low",
    "auc_high",
    "val_acc",
    "genotype",
    "params",
    "macs",
    "search_seconds",
    "search_epochs",
    "search_passes",
    "search_stop",
    "supernet_mixed_acc",
    "supernet_discrete_acc",
    "train_seconds",
    "threads",
];

/// Returns the file's text. Fields that a trial does not have are empty.
pub fn csv(results: &[Arc<TrialResult>]) -> String {
    let rows = results.iter().flat_map(|result| result.trainings.iter().map(move |one| fields(result, one)));
    rows.fold(csv::row(HEADER), |text, row| text + &csv::row(row))
}

fn fields(result: &TrialResult, training: &Trained) -> [String; HEADER.len()] {
    let (test, search) = (&training.test, result.search);
    let report = &test.report;
    let optional = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
    let auc_end = |end: usize| optional(report.auc_ci95.map(|ends| ends[end]));
    [
        test.dataset.clone(),
        result.candidate.name().into(),
        result.seed.to_string(),
        training.retrain.to_string(),
        test.protocol.to_string(),
        report.n.to_string(),
        report.acc.to_string(),
        report.acc_ci95[0].to_string(),
        report.acc_ci95[1].to_string(),
        optional(report.auc),
        auc_end(0),
        auc_end(1),
        optional(training.val.as_ref().map(|val| val.report.acc)),
        test.genotype.map_or(String::new(), |genotype| genotype.to_string()),
        test.params.to_string(),
        test.macs.to_string(),
        optional(search.map(|search| search.seconds)),
        optional(search.map(|search| search.epochs as f64)),
        optional(search.map(|search| search.passes as f64)),
        search.map_or(String::new(), |search| search.stop.to_string()),
        optional(search.and_then(|search| search.supernet?.mixed)),
        optional(search.and_then(|search| Some(search.supernet?.discrete))),
        optional(test.train_seconds),
        result.threads.map_or(String::new(), |threads| threads.to_string()),
    ]
}
