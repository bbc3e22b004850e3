//! The page that compares runs side by side.

use crate::chart::{Axis, Chart, Ink, Series};
use crate::markup::Markup;
use crate::run::ReportedRun;
use crate::sections::{PageSection, cells, headline};
use askama::Template;
use zodarts_lab::text::number;
use zodarts_nas::records::TrainRecord;

/// Most runs whose curves share a chart. There are no more distinguishable inks.
const CURVES: usize = Ink::COUNT - 1;

#[derive(Template)]
#[template(path = "comparison.html")]
struct ComparisonTable {
    rows: Vec<RunRow>,
    several_data: bool,
    several_protocols: bool,
}

/// A run's row in the table.
struct RunRow {
    name: String,
    data: String,
    method: String,
    seed: u64,
    protocol: String,
    acc: String,
    auc: String,
    params: String,
    search: String,
    training: String,
    /// The state of an unfinished run, otherwise empty.
    state: String,
}

#[derive(Template)]
#[template(path = "curves.html")]
struct CurvesSection {
    charts: Vec<Markup>,
    left_out: usize,
}

#[derive(Template)]
#[template(path = "cells.html")]
struct CellsSection {
    cells: Vec<(String, Markup)>,
}

/// Returns a table of the results, the curves of the trainings and the cells.
pub fn sections(runs: &[ReportedRun]) -> Vec<PageSection> {
    let table = Markup::of(&ComparisonTable {
        rows: runs.iter().map(row).collect(),
        several_data: differ(runs, |run| run.metrics.as_ref().map(|metrics| metrics.fingerprint.clone())),
        several_protocols: differ(runs, |run| {
            run.metrics.as_ref().map(|metrics| metrics.protocol.to_string())
        }),
    });
    let mut sections = vec![PageSection { id: "result", title: "Results", body: table }];
    if runs.iter().any(|run| !run.train.is_empty()) {
        sections.push(PageSection { id: "training", title: "Training", body: curves(runs) });
    }
    let cells = cells(runs);
    if !cells.is_empty() {
        sections.push(PageSection {
            id: "network",
            title: "Networks",
            body: Markup::of(&CellsSection { cells }),
        });
    }
    sections
}

/// Returns `true` if the runs that have a value do not all have the same.
fn differ(runs: &[ReportedRun], value: impl Fn(&ReportedRun) -> Option<String>) -> bool {
    let mut found: Vec<String> = runs.iter().filter_map(value).collect();
    found.dedup();
    found.len() > 1
}

fn row(run: &ReportedRun) -> RunRow {
    let none = || "–".to_owned();
    let report = run.metrics.as_ref().map(|metrics| &metrics.report);
    let trained: f64 = run.train.iter().map(|record| record.seconds).sum();
    RunRow {
        name: run.name.clone(),
        data: run.dataset().to_owned(),
        method: run.method(),
        seed: run.settings.seed,
        protocol: run.metrics.as_ref().map_or_else(none, |metrics| metrics.protocol.to_string()),
        acc: report.map_or_else(none, |report| number::with_interval(report.acc, Some(report.acc_ci95))),
        auc: report
            .and_then(|report| Some(number::with_interval(report.auc?, report.auc_ci95)))
            .unwrap_or_else(none),
        params: run.model.as_ref().map_or_else(none, |model| number::count(model.cost().params)),
        search: run.found.map_or_else(none, |found| number::duration(found.seconds)),
        training: if run.train.is_empty() { none() } else { number::duration(trained) },
        state: if run.metrics.is_some() { String::new() } else { headline(run) },
    }
}

fn curves(runs: &[ReportedRun]) -> Markup {
    let trained: Vec<&ReportedRun> = runs.iter().filter(|run| !run.train.is_empty()).collect();
    let chart = |title: &str, value: fn(&TrainRecord) -> f64| {
        let shown = trained.iter().take(CURVES).enumerate();
        let line = |(index, run): (usize, &&ReportedRun)| {
            Series::over_epochs(&run.name, Ink::nth(index), run.train.iter().map(value))
        };
        let lines: Vec<Series> = shown.map(line).collect();
        let epochs = trained.iter().map(|run| run.train.len()).max().unwrap_or(0);
        Chart {
            title: title.into(),
            x: Axis::epochs(epochs),
            y: Axis::zero_to_one(title),
            lines,
            marks: Vec::new(),
            legend: true,
        }
    };
    let charts = [
        chart("validation ACC", |record| record.val_acc),
        chart("validation AUC", |record| record.val_auc.unwrap_or(f64::NAN)),
    ];
    Markup::of(&CurvesSection {
        charts: charts.iter().map(Chart::figure).collect(),
        left_out: trained.len().saturating_sub(CURVES),
    })
}
