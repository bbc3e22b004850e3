//! The charts of the test results: ROC and precision–recall curves, reliability diagram.

use crate::chart::{Axis, Bar, Chart, Ink, Mark, Series, thinned};
use crate::markup::Markup;
use zodarts_data::Task;
use zodarts_nas::evaluate::{ClassReport, Curves, Reliability, reliability};
use zodarts_run::folder::Evaluation;

/// Small charts of the same kind, one for each label.
pub struct ChartGroup {
    /// The heading.
    pub title: &'static str,
    /// The charts.
    pub charts: Vec<Markup>,
}

/// A point of a class's curves at which it is decided for, with the probability there.
struct OperatingPoint<'a> {
    class: &'a ClassReport,
    probability: f32,
}

/// The curves of some classes, and the points at which they are decided for.
#[derive(Default)]
struct CurveLines {
    roc: Vec<Series>,
    precision: Vec<Series>,
    prevalences: Vec<f64>,
}

/// Returns the charts, and groups of small ones for several labels.
pub fn of(evaluation: &Evaluation) -> (Vec<Markup>, Vec<ChartGroup>) {
    let report = &evaluation.metrics.report;
    let names: Vec<String> = report.classes.iter().map(|class| class.name.clone()).collect();
    let reliability = reliability(&evaluation.scores, &evaluation.labels, report.task, &names);
    // Reading an evaluation has already checked that scores and labels fit each other.
    let reliability = reliability.ok().map(|found| diagram(&found));
    let (curves, groups) = match report.task {
        Task::MultiLabel => (Vec::new(), of_labels(evaluation)),
        _ => (Vec::from(of_classes(evaluation)), Vec::new()),
    };
    let charts = curves.into_iter().chain(reliability);
    (charts.map(|chart| chart.figure()).collect(), groups)
}

/// Returns the ROC and the precision–recall chart: of every class or, of two classes, of the one that must
/// not be missed, else the second. A threshold's operating point is marked.
fn of_classes(evaluation: &Evaluation) -> [Chart; 2] {
    let report = &evaluation.metrics.report;
    let operating = evaluation.metrics.at_threshold.as_ref();
    let positive = operating.map_or(1, |found| found.threshold.class);
    let classes =
        if report.task == Task::BinaryClass { positive..positive + 1 } else { 0..report.classes.len() };
    let mut lines = CurveLines::default();
    for (index, class) in classes.enumerate() {
        lines.add(evaluation, class, Ink::nth(index));
    }
    if let Some(found) = operating
        && let Some(class) = found.decided.as_ref().and_then(|decided| decided.classes.get(positive))
    {
        lines.mark(&OperatingPoint { class, probability: found.threshold.probability });
    }
    let auc = report.auc.map_or(String::new(), |auc| format!(", area {auc:.3}"));
    lines.charts([format!("ROC{auc}"), "precision and recall".into()], true)
}

/// Returns a ROC and a precision–recall chart for each label that has any. Points at which labels with
/// thresholds are decided for are marked.
fn of_labels(evaluation: &Evaluation) -> Vec<ChartGroup> {
    let metrics = &evaluation.metrics;
    let (mut rocs, mut precisions) = (Vec::new(), Vec::new());
    for (label, class) in metrics.classes().iter().enumerate() {
        let Some(ranking) = &class.ranking else { continue };
        let mut lines = CurveLines::default();
        lines.add(evaluation, label, Ink::nth(0));
        let thresholds = metrics.at_label_thresholds.as_ref().map(|found| &found.thresholds);
        if let Some(probability) = thresholds.and_then(|found| found.probabilities[label]) {
            lines.mark(&OperatingPoint { class, probability });
        }
        let titles = [
            format!("{}: area {:.3}", class.name, ranking.auc),
            format!("{}: average precision {:.3}", class.name, ranking.average_precision),
        ];
        let [roc, precision] = lines.charts(titles, false);
        rocs.push(roc.figure());
        precisions.push(precision.figure());
    }
    let group = |title, charts| ChartGroup { title, charts };
    let groups = [group("ROC of each label", rocs), group("Precision and recall of each label", precisions)];
    groups.into_iter().filter(|group| !group.charts.is_empty()).collect()
}

impl CurveLines {
    /// Adds the curves of a class, if not all or no images are of it.
    fn add(&mut self, evaluation: &Evaluation, class: usize, ink: Ink) {
        let report = &evaluation.metrics.report;
        let Some(found) = Curves::of(&evaluation.scores, &evaluation.labels, report.task, class) else {
            return;
        };
        let name = &report.classes[class].name;
        self.roc.push(Series::joined(name.clone(), ink, thinned(found.roc)));
        let name = format!("{name}: average precision {:.3}", found.average_precision);
        self.precision.push(Series::joined(name, ink, thinned(found.precision_recall)));
        self.prevalences.push(found.prevalence);
    }

    /// Marks the point at which a class is decided for.
    fn mark(&mut self, OperatingPoint { class, probability }: &OperatingPoint<'_>) {
        let name = format!("operating point: probability {probability:.3}");
        let point = |at: Option<f64>, of: Option<f64>| Series {
            name: name.clone(),
            ink: Ink::nth(1),
            points: at.zip(of).into_iter().collect(),
            joined: false,
        };
        self.roc.push(point(class.specificity.map(|share| 1.0 - share), class.sensitivity));
        self.precision.push(point(class.sensitivity, class.ppv));
    }

    /// Returns the charts of ROC and of precision and recall.
    fn charts(self, [roc, precision]: [String; 2], legend: bool) -> [Chart; 2] {
        let prevalence = match self.prevalences[..] {
            [only] => vec![Mark::Horizontal(only, "prevalence".into())],
            _ => Vec::new(),
        };
        let chart = |title, x: &str, y: &str, lines, marks| Chart {
            title,
            x: Axis::zero_to_one(x),
            y: Axis::zero_to_one(y),
            lines,
            marks,
            legend,
        };
        [
            chart(roc, "1 − specificity", "sensitivity", self.roc, vec![Mark::Diagonal]),
            chart(precision, "recall (sensitivity)", "precision", self.precision, prevalence),
        ]
    }
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
