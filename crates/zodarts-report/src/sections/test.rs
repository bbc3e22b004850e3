//! The test images: curves, confusion, reliability.

use crate::chart::{Axis, Bar, Chart, Extra, Ink, Line};
use crate::markup::Markup;
use crate::run::Run;
use askama::Template;
use zodarts_data::Task;
use zodarts_nas::evaluate::{ClassReport, Curves, Reliability, Report, reliability};
use zodarts_run::folder::Evaluation;

/// Most classes whose confusion is shown.
const CONFUSION: usize = 30;

#[derive(Template)]
#[template(path = "test.html")]
struct Body<'a> {
    classes: &'a [ClassReport],
    confusion: Option<Confusion<'a>>,
    charts: Vec<Markup>,
    missing: bool,
}

/// Counts of truths and decisions.
struct Confusion<'a> {
    names: Vec<&'a str>,
    /// A class of images, and where they went.
    rows: Vec<(&'a str, Vec<Cell>)>,
}

/// A count, and how dark it is drawn, in percent.
struct Cell {
    count: u64,
    shade: u32,
    right: bool,
}

/// Curves, confusion and reliability; none before a test.
pub fn body(run: &Run) -> Option<Markup> {
    let metrics = run.metrics.as_ref()?;
    let report = &metrics.report;
    let charts = run.evaluation.as_ref().map(charts).unwrap_or_default();
    Some(Markup::of(&Body {
        classes: &report.classes,
        confusion: confusion(report),
        charts,
        missing: run.evaluation.is_none(),
    }))
}

fn confusion(report: &Report) -> Option<Confusion<'_>> {
    let counts = report.confusion.as_ref().filter(|counts| counts.len() <= CONFUSION)?;
    let names: Vec<&str> = report.classes.iter().map(|class| &*class.name).collect();
    let row = |(truth, counts): (usize, &Vec<u64>)| {
        let total = counts.iter().sum::<u64>().max(1);
        let cell = |(decided, &count): (usize, &u64)| Cell {
            count,
            shade: (75.0 * count as f64 / total as f64).round() as u32,
            right: truth == decided,
        };
        (names[truth], counts.iter().enumerate().map(cell).collect())
    };
    Some(Confusion { rows: counts.iter().enumerate().map(row).collect(), names })
}

fn charts(evaluation: &Evaluation) -> Vec<Markup> {
    let (roc, precision) = curves(evaluation);
    let report = &evaluation.metrics.report;
    let names: Vec<String> = report.classes.iter().map(|class| class.name.clone()).collect();
    let reliability = reliability(&evaluation.scores, &evaluation.labels, report.task, &names);
    // Evaluations whose scores and labels do not fit each other are not read.
    let reliability = reliability.ok().map(|found| diagram(&found));
    [roc, precision].into_iter().chain(reliability).map(|chart| chart.figure()).collect()
}

/// ROC and precision–recall: of the second of two classes, else of every class.
fn curves(evaluation: &Evaluation) -> (Chart, Chart) {
    let report = &evaluation.metrics.report;
    let classes = if report.task == Task::BinaryClass { 1..2 } else { 0..report.classes.len() };
    let (mut roc, mut precision, mut levels) = (Vec::new(), Vec::new(), Vec::new());
    for (index, class) in classes.enumerate() {
        let Some(found) = Curves::of(&evaluation.scores, &evaluation.labels, report.task, class) else {
            continue;
        };
        let (name, ink) = (&report.classes[class].name, Ink::nth(index));
        roc.push(Line::joined(name.clone(), ink, found.roc));
        let name = format!("{name}: average precision {:.3}", found.average_precision);
        precision.push(Line::joined(name, ink, found.precision_recall));
        levels.push(found.prevalence);
    }
    let prevalence = match levels[..] {
        [only] => vec![Extra::Level(only, "share of the images".into())],
        _ => Vec::new(),
    };
    let auc = report.auc.map_or(String::new(), |auc| format!(", area {auc:.3}"));
    let chart = |title, x: &str, y: &str, lines, extras| Chart {
        title,
        x: Axis::share(x),
        y: Axis::share(y),
        lines,
        extras,
        legend: true,
    };
    (
        chart(format!("ROC{auc}"), "1 − specificity", "sensitivity", roc, vec![Extra::Diagonal]),
        chart("precision and recall".into(), "recall (sensitivity)", "precision", precision, prevalence),
    )
}

/// How often decisions of a confidence are right. Bars of few decisions are faint.
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
    let name = "share that is right";
    Chart {
        title: format!("reliability, calibration error {:.3}; bars of few decisions are faint", found.ece),
        x: Axis::share("confidence"),
        y: Axis::share(name),
        lines: vec![Line { name: name.into(), ink: Ink::nth(1), points, joined: false }],
        extras: vec![Extra::Bars(bars.collect()), Extra::Diagonal],
        legend: false,
    }
}
