//! Runs side by side.

use crate::chart::{Axis, Chart, Ink, Line};
use crate::markup::Markup;
use crate::run::Run;
use crate::sections::{Section, cells, headline};
use askama::Template;
use zodarts_lab::text::number;
use zodarts_nas::records::TrainRecord;

/// Most runs whose curves are drawn together: more inks cannot be told apart.
const CURVES: usize = Ink::COUNT - 1;

#[derive(Template)]
#[template(path = "comparison.html")]
struct Table {
    rows: Vec<Row>,
    several_data: bool,
    several_protocols: bool,
}

/// A run in a line.
struct Row {
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
    state: String,
}

#[derive(Template)]
#[template(path = "curves.html")]
struct Curves {
    charts: Vec<Markup>,
    left_out: usize,
}

#[derive(Template)]
#[template(path = "cells.html")]
struct Cells {
    cells: Vec<(String, Markup)>,
}

/// A table, the trainings' curves and the cells.
pub fn sections(runs: &[Run]) -> Vec<Section> {
    let table = Markup::of(&Table {
        rows: runs.iter().map(row).collect(),
        several_data: differ(runs, |run| run.metrics.as_ref().map(|metrics| metrics.fingerprint.clone())),
        several_protocols: differ(runs, |run| {
            run.metrics.as_ref().map(|metrics| metrics.protocol.to_string())
        }),
    });
    let mut sections = vec![Section { id: "result", title: "The results", body: table }];
    if runs.iter().any(|run| !run.train.is_empty()) {
        sections.push(Section { id: "training", title: "The trainings", body: curves(runs) });
    }
    let cells = cells(runs);
    if !cells.is_empty() {
        sections.push(Section { id: "network", title: "The networks", body: Markup::of(&Cells { cells }) });
    }
    sections
}

fn differ(runs: &[Run], what: impl Fn(&Run) -> Option<String>) -> bool {
    let mut found: Vec<String> = runs.iter().filter_map(what).collect();
    found.dedup();
    found.len() > 1
}

fn row(run: &Run) -> Row {
    let none = || "–".to_owned();
    let interval = |value: f64, interval: Option<[f64; 2]>| {
        let interval = interval.map_or_else(String::new, |[low, high]| format!(" [{low:.3}, {high:.3}]"));
        format!("{value:.3}{interval}")
    };
    let report = run.metrics.as_ref().map(|metrics| &metrics.report);
    let trained: f64 = run.train.iter().map(|record| record.seconds).sum();
    Row {
        name: run.name.clone(),
        data: run.dataset().to_owned(),
        method: run.method(),
        seed: run.settings.seed,
        protocol: run.metrics.as_ref().map_or_else(none, |metrics| metrics.protocol.to_string()),
        acc: report.map_or_else(none, |report| interval(report.acc, Some(report.acc_ci95))),
        auc: report.and_then(|report| Some(interval(report.auc?, report.auc_ci95))).unwrap_or_else(none),
        params: run.model.as_ref().map_or_else(none, |model| number::count(model.cost().params)),
        search: run.found.map_or_else(none, |found| number::duration(found.seconds)),
        training: if run.train.is_empty() { none() } else { number::duration(trained) },
        state: if run.metrics.is_some() { String::new() } else { headline(run) },
    }
}

fn curves(runs: &[Run]) -> Markup {
    let trained: Vec<&Run> = runs.iter().filter(|run| !run.train.is_empty()).collect();
    let chart = |title: &str, value: fn(&TrainRecord) -> f64| {
        let shown = trained.iter().take(CURVES).enumerate();
        let line = |(index, run): (usize, &&Run)| {
            Line::over_epochs(&run.name, Ink::nth(index), run.train.iter().map(value))
        };
        let lines: Vec<Line> = shown.map(line).collect();
        let epochs = trained.iter().map(|run| run.train.len()).max().unwrap_or(0);
        Chart {
            title: title.into(),
            x: Axis::epochs(epochs),
            y: Axis::share(title),
            lines,
            extras: Vec::new(),
            legend: true,
        }
    };
    let charts = [
        chart("validation ACC", |record| record.val_acc),
        chart("validation AUC", |record| record.val_auc.unwrap_or(f64::NAN)),
    ];
    Markup::of(&Curves {
        charts: charts.iter().map(Chart::figure).collect(),
        left_out: trained.len().saturating_sub(CURVES),
    })
}
