//! The test results: curves, results by class or label, confusion matrix, prediction sets.

use super::curves::{self, ChartGroup};
use super::labels::LabelFigures;
use crate::markup::Markup;
use crate::run::ReportedRun;
use askama::Template;
use zodarts_lab::text::number;
use zodarts_nas::evaluate::{ClassCoverage, ClassRanking, ClassReport, Metrics, SetsReport};
use zodarts_run::folder::Evaluation;

/// Most classes for which the confusion matrix is shown.
const CONFUSION: usize = 30;

#[derive(Template)]
#[template(path = "test.html")]
struct TestSection<'a> {
    /// `class` or `label`.
    kind: &'static str,
    classes: Vec<ClassRow<'a>>,
    /// True if the order of the images was computed.
    ranked: bool,
    /// True if labels have thresholds of their own.
    thresholds: bool,
    labels: Vec<LabelFigures<'a>>,
    confusion: Option<ConfusionTable<'a>>,
    sets: Option<SetsTable<'a>>,
    charts: Vec<Markup>,
    groups: Vec<ChartGroup>,
    missing: bool,
    /// The word for what is counted.
    noun: &'static str,
}

/// A row of the table of classes.
struct ClassRow<'a> {
    name: &'a str,
    n: u64,
    /// Sensitivity, specificity, PPV and NPV with their intervals.
    shares: [String; 4],
    auc: String,
    /// Average precision beside that of a chance order.
    precision: String,
    /// The lowest probability at which the label is decided for.
    threshold: String,
}

impl<'a> ClassRow<'a> {
    fn of(class: &'a ClassReport, threshold: Option<f32>) -> Self {
        let ClassReport { name, n, sensitivity, specificity, ppv, npv, ci95, ranking } = class;
        let shares = [
            (sensitivity, ci95.sensitivity),
            (specificity, ci95.specificity),
            (ppv, ci95.ppv),
            (npv, ci95.npv),
        ];
        let text = |(share, interval): (&Option<f64>, _)| unbroken(&number::share(*share, interval, "–"));
        let ranked = |text: fn(&ClassRanking) -> String| ranking.as_ref().map_or_else(|| "–".into(), text);
        Self {
            name,
            n: *n,
            shares: shares.map(text),
            auc: ranked(|found| unbroken(&number::with_interval(found.auc, found.auc_ci95))),
            precision: ranked(|found| format!("{:.3} ({:.3})", found.average_precision, found.prevalence)),
            threshold: threshold.map_or_else(|| "above 0.5".into(), |least| format!("{least:.3}")),
        }
    }
}

/// Returns a share with its interval, within which no line breaks.
fn unbroken(text: &str) -> String {
    text.replace(", ", ",\u{a0}")
}

/// The coverage of the prediction sets by class.
struct SetsTable<'a> {
    wanted: String,
    rows: Vec<SetsRow<'a>>,
}

/// A row of the table of prediction sets.
struct SetsRow<'a> {
    name: &'a str,
    n: u64,
    realised: String,
    /// The lowest probability at which the class is in a set.
    least: String,
}

impl<'a> SetsTable<'a> {
    fn of(found: &'a SetsReport) -> Self {
        let row = |(class, least): (&'a ClassCoverage, &f32)| SetsRow {
            name: &class.name,
            n: class.n,
            realised: number::share(class.realised, class.realised_ci95, "–"),
            least: if *least > 0.0 { format!("{least:.3}") } else { "always".into() },
        };
        let rows = found.classes.iter().zip(&found.sets.least).map(row).collect();
        Self { wanted: number::percent(found.sets.coverage), rows }
    }
}

/// The confusion matrix.
struct ConfusionTable<'a> {
    names: Vec<&'a str>,
    /// A true class and the counts of its images by predicted class.
    rows: Vec<(&'a str, Vec<ConfusionCell>)>,
}

/// A cell of the confusion matrix.
struct ConfusionCell {
    count: u64,
    /// Darkness in percent.
    shade: u32,
    right: bool,
}

/// Returns the test results, or `None` before the test.
pub fn body(run: &ReportedRun) -> Option<Markup> {
    run.metrics.as_ref().map(|metrics| of(metrics, run.evaluation.as_ref()))
}

/// Returns the results of an evaluation; without scores and labels there are no charts.
pub fn of(metrics: &Metrics, evaluation: Option<&Evaluation>) -> Markup {
    let (charts, groups) = evaluation.map(curves::of).unwrap_or_default();
    // The classifier that `predict` and the exports use is the one at its threshold.
    let classes = metrics.classes();
    let thresholds = metrics.at_label_thresholds.as_ref().map(|found| &found.thresholds.probabilities);
    let threshold = |label: usize| thresholds.and_then(|found| found[label]);
    let row = |(index, class)| ClassRow::of(class, threshold(index));
    Markup::of(&TestSection {
        kind: metrics.report.task.noun(),
        classes: classes.iter().enumerate().map(row).collect(),
        ranked: classes.iter().any(|class| class.ranking.is_some()),
        thresholds: thresholds.is_some(),
        labels: evaluation.map(LabelFigures::all).unwrap_or_default(),
        confusion: metrics.confusion().and_then(|counts| confusion_table(classes, counts)),
        sets: metrics.sets.as_ref().map(SetsTable::of),
        charts,
        groups,
        missing: evaluation.is_none(),
        noun: metrics.noun(),
    })
}

fn confusion_table<'a>(classes: &'a [ClassReport], counts: &[Vec<u64>]) -> Option<ConfusionTable<'a>> {
    if counts.len() > CONFUSION {
        return None;
    }
    let names: Vec<&str> = classes.iter().map(|class| &*class.name).collect();
    let row = |(truth, counts): (usize, &Vec<u64>)| {
        let total = counts.iter().sum::<u64>().max(1);
        let cell = |(decided, &count): (usize, &u64)| ConfusionCell {
            count,
            shade: (75.0 * count as f64 / total as f64).round() as u32,
            right: truth == decided,
        };
        (names[truth], counts.iter().enumerate().map(cell).collect())
    };
    Some(ConfusionTable { rows: counts.iter().enumerate().map(row).collect(), names })
}
