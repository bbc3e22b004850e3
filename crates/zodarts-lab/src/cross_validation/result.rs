//! The results of the folds, and of all images together.

use super::CrossValidation;
use crate::compare::Spread;
use crate::error::Error;
use crate::text::{markdown, number};
use serde::Serialize;
use std::path::Path;
use zodarts_nas::evaluate::{Bootstrap, Labels, Report, Scores, evaluate};
use zodarts_nas::files::write_file;
use zodarts_nas::genotype::Genotype;
use zodarts_run::folder::Evaluation;

/// The evaluation of a fold on the images that it held out.
#[derive(Clone, Debug)]
pub struct FoldResult(pub Evaluation);

/// The result of a cross-validation.
#[derive(Clone, Debug, Serialize)]
pub struct CrossValidated {
    /// Name of the data set.
    pub dataset: String,
    /// Seed of the trainings.
    pub seed: u64,
    /// The genotype; `None` for `ResNet-18`.
    pub genotype: Option<Genotype>,
    /// Parameters of a network.
    pub params: u64,
    /// Multiply-accumulates of a network per image.
    pub macs: u64,
    /// The result of each fold on the images that it held out.
    pub folds: Vec<FoldRow>,
    /// Mean and spread over the folds.
    pub over_folds: MeanOverFolds,
    /// The evaluation of all images, each scored by the network that did not see it. Its intervals take the
    /// images as independent.
    pub pooled: Report,
}

/// The result of a fold.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct FoldRow {
    /// Number of images that it held out.
    pub n: usize,
    /// ACC on them.
    pub acc: f64,
    /// AUC on them.
    pub auc: Option<f64>,
    /// Seconds of the training.
    pub train_seconds: Option<f64>,
}

/// Mean and spread over the folds.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct MeanOverFolds {
    /// Of the ACC.
    pub acc: Option<Spread>,
    /// Of the AUC; `None` if a fold has none.
    pub auc: Option<Spread>,
}

impl FoldRow {
    fn of(FoldResult(evaluation): &FoldResult) -> Self {
        let (report, train_seconds) = (&evaluation.metrics.report, evaluation.metrics.train_seconds);
        Self { n: report.n, acc: report.acc, auc: report.auc, train_seconds }
    }
}

impl CrossValidated {
    /// File of the result in the folder of a cross-validation.
    pub const FILE: &'static str = "cross-validation.json";

    pub(super) fn new(plan: &CrossValidation<'_>, results: &[FoldResult]) -> Result<Self, Error> {
        let folds: Vec<FoldRow> = results.iter().map(FoldRow::of).collect();
        let accs: Vec<f64> = folds.iter().map(|fold| fold.acc).collect();
        let aucs: Option<Vec<f64>> = folds.iter().map(|fold| fold.auc).collect();
        let over_folds = MeanOverFolds {
            acc: Spread::of(&accs).map(Spread::of_shares),
            auc: aucs.and_then(|aucs| Spread::of(&aucs)).map(Spread::of_shares),
        };
        let metrics = &results[0].0.metrics;
        Ok(Self {
            dataset: metrics.dataset.clone(),
            seed: plan.settings.seed,
            genotype: plan.genotype,
            params: metrics.params,
            macs: metrics.macs,
            folds,
            over_folds,
            pooled: pooled(plan, results)?,
        })
    }

    /// Returns a table for people: a line for each fold, their mean, and all images together.
    pub fn markdown(&self) -> String {
        let auc = |auc: Option<f64>| auc.map_or_else(|| "-".into(), |auc| format!("{auc:.3}"));
        let row = |(index, fold): (usize, &FoldRow)| {
            let seconds = fold.train_seconds.map_or_else(String::new, number::duration);
            vec![
                (index + 1).to_string(),
                fold.n.to_string(),
                format!("{:.3}", fold.acc),
                auc(fold.auc),
                seconds,
            ]
        };
        let mut rows: Vec<Vec<String>> = self.folds.iter().enumerate().map(row).collect();
        let spread = |spread: Option<Spread>| spread.map_or_else(|| "-".into(), |found| found.text(3));
        let MeanOverFolds { acc, auc } = self.over_folds;
        rows.push(vec!["mean ± deviation".into(), String::new(), spread(acc), spread(auc), String::new()]);
        let report = &self.pooled;
        let [acc, auc] = [
            number::with_interval(report.acc, Some(report.acc_ci95)),
            number::share(report.auc, report.auc_ci95, "-"),
        ];
        rows.push(vec!["all together".into(), report.n.to_string(), acc, auc, String::new()]);
        markdown::table(&["fold", "held out", "ACC", "AUC", "training"], &rows)
    }

    pub(super) fn write(&self, out: &Path) -> Result<(), Error> {
        let text = serde_json::to_string_pretty(self).expect("numbers and names have a form in JSON");
        Ok(write_file(&out.join(Self::FILE), text.as_bytes())?)
    }
}

fn pooled(plan: &CrossValidation<'_>, results: &[FoldResult]) -> Result<Report, Error> {
    let info = &plan.folds[0].info;
    let all = || results.iter().map(|FoldResult(evaluation)| evaluation);
    let scores: Vec<f32> = all().flat_map(|found| found.scores.rows()).flatten().copied().collect();
    let labels: Vec<u16> = all().flat_map(|found| found.labels.rows()).flatten().copied().collect();
    let images = all().map(|found| found.scores.n()).sum();
    let (columns, width) = (results[0].0.scores.columns(), results[0].0.labels.columns());
    let scores = Scores::new(images, columns, scores).map_err(zodarts_run::Error::from)?;
    let labels = Labels::new(images, width, labels).map_err(zodarts_run::Error::from)?;
    let bootstrap = Bootstrap { seed: plan.settings.seed, ..Bootstrap::default() };
    let report = evaluate(&scores, &labels, info.task, &info.classes, &bootstrap);
    Ok(report.map_err(zodarts_run::Error::from)?)
}
