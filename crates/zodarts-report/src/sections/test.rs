//! The test results: ROC and precision–recall curves, confusion matrix, reliability diagram.

use crate::chart::{Axis, Bar, Chart, Ink, Mark, Series};
use crate::markup::Markup;
use crate::run::ReportedRun;
use askama::Template;
use zodarts_data::Task;
use zodarts_lab::text::number;
use zodarts_nas::evaluate::{
    AtThreshold, ClassCoverage, ClassReport, Curves, Metrics, Reliability, SetsReport, reliability,
};
use zodarts_run::folder::Evaluation;

/// Most classes for which the confusion matrix is shown.
const CONFUSION: usize = 30;

#[derive(Template)]
#[template(path = "test.html")]
struct TestSection<'a> {
    classes: Vec<ClassRow<'a>>,
    confusion: Option<ConfusionTable<'a>>,
    sets: Option<SetsTable<'a>>,
    charts: Vec<Markup>,
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
}

impl<'a> ClassRow<'a> {
    fn of(class: &'a ClassReport) -> Self {
        let ClassReport { name, n, sensitivity, specificity, ppv, npv, ci95 } = class;
        let shares = [
            (sensitivity, ci95.sensitivity),
            (specificity, ci95.specificity),
            (ppv, ci95.ppv),
            (npv, ci95.npv),
        ];
        let text = |(share, interval): (&Option<f64>, _)| number::share(*share, interval, "–");
        Self { name, n: *n, shares: shares.map(text) }
    }
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
    let charts = evaluation.map(charts).unwrap_or_default();
    // The classifier that `predict` and the exports use is the one at its threshold.
    let classes = metrics.classes();
    Markup::of(&TestSection {
        classes: classes.iter().map(ClassRow::of).collect(),
        confusion: metrics.confusion().and_then(|counts| confusion_table(classes, counts)),
        sets: metrics.sets.as_ref().map(SetsTable::of),
        charts,
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

fn charts(evaluation: &Evaluation) -> Vec<Markup> {
    let (roc, precision) = curves(evaluation);
    let report = &evaluation.metrics.report;
    let names: Vec<String> = report.classes.iter().map(|class| class.name.clone()).collect();
    let reliability = reliability(&evaluation.scores, &evaluation.labels, report.task, &names);
    // Reading an evaluation has already checked that scores and labels fit each other.
    let reliability = reliability.ok().map(|found| diagram(&found));
    [roc, precision].into_iter().chain(reliability).map(|chart| chart.figure()).collect()
}

/// Returns the ROC and the precision–recall chart: of every class or, of two classes, of the one that must
/// not be missed, else the second. A threshold's operating point is marked.
fn curves(evaluation: &Evaluation) -> (Chart, Chart) {
    let report = &evaluation.metrics.report;
    let operating = evaluation.metrics.at_threshold.as_ref();
    let positive = operating.map_or(1, |found| found.threshold.class);
    let classes =
        if report.task == Task::BinaryClass { positive..positive + 1 } else { 0..report.classes.len() };
    let (mut roc, mut precision, mut levels) = (Vec::new(), Vec::new(), Vec::new());
    for (index, class) in classes.enumerate() {
        let Some(found) = Curves::of(&evaluation.scores, &evaluation.labels, report.task, class) else {
            continue;
        };
        let (name, ink) = (&report.classes[class].name, Ink::nth(index));
        roc.push(Series::joined(name.clone(), ink, found.roc));
        let name = format!("{name}: average precision {:.3}", found.average_precision);
        precision.push(Series::joined(name, ink, found.precision_recall));
        levels.push(found.prevalence);
    }
    if let Some((found, class)) = operating.and_then(|found| Some((found, operating_class(found)?))) {
        let name = format!("operating point: probability {:.3}", found.threshold.probability);
        let point = |at: Option<f64>, of: Option<f64>| Series {
            name: name.clone(),
            ink: Ink::nth(1),
            points: at.zip(of).into_iter().collect(),
            joined: false,
        };
        roc.push(point(class.specificity.map(|share| 1.0 - share), class.sensitivity));
        precision.push(point(class.sensitivity, class.ppv));
    }
    let prevalence = match levels[..] {
        [only] => vec![Mark::Horizontal(only, "prevalence".into())],
        _ => Vec::new(),
    };
    let auc = report.auc.map_or(String::new(), |auc| format!(", area {auc:.3}"));
    let chart = |title, x: &str, y: &str, lines, marks| Chart {
        title,
        x: Axis::zero_to_one(x),
        y: Axis::zero_to_one(y),
        lines,
        marks,
        legend: true,
    };
    (
        chart(format!("ROC{auc}"), "1 − specificity", "sensitivity", roc, vec![Mark::Diagonal]),
        chart("precision and recall".into(), "recall (sensitivity)", "precision", precision, prevalence),
    )
}

/// Returns the result for the class of a threshold.
fn operating_class(found: &AtThreshold) -> Option<&ClassReport> {
    found.decided.as_ref()?.classes.get(found.threshold.class)
}

/// Returns the reliability diagram: the accuracy of decisions by confidence. Bars of few decisions are faint.
fn diagram(found: &Reliability) -> Chart {
    let width = 1.0 / found.bins.len() as f64;
    let most = found.bins.iter().map(|bin| bin.count).max().unwrap_or(1) as f64;
    let filled = || found.bins.iter().enumerate().filter(|(_, bin)| bin.count > 0);
    let bars = filled().map(|(at, bin)| Bar {
        from: at as f64 * width,
        to: (at + 1) as f64 * width,
        height: bin.accuracy,
        strength: (bin.count as f64 / most).sqrt(),
    });
    let points = filled().map(|(_, bin)| (bin.confidence, bin.accuracy)).collect();
    let name = "share correct";
    Chart {
        title: format!("reliability (calibration error {:.3}; faint bars: few decisions)", found.ece),
        x: Axis::zero_to_one("confidence"),
        y: Axis::zero_to_one(name),
        lines: vec![Series { name: name.into(), ink: Ink::nth(1), points, joined: false }],
        marks: vec![Mark::Bars(bars.collect()), Mark::Diagonal],
        legend: false,
    }
}
