//! The search: the probabilities of each edge's operations, and the loss and accuracy of the supernet.

use crate::cell::ink;
use crate::chart::{Axis, Chart, Ink, Mark, Series, legend};
use crate::markup::Markup;
use crate::run::ReportedRun;
use askama::Template;
use zodarts_nas::records::SearchRecord;
use zodarts_nn::space::Operation;

#[derive(Template)]
#[template(path = "search.html")]
struct SearchSection {
    edges: Vec<Markup>,
    /// True if the stages have cells of their own.
    several: bool,
    legend: Markup,
    others: Vec<Markup>,
}

/// Returns charts over the epochs of the search, or `None` if there was no search.
pub fn body(run: &ReportedRun) -> Option<Markup> {
    if !run.random.is_empty() {
        return Some(random(run));
    }
    let records = &run.search;
    let space = records.first()?.genotype.space();
    let lines = lines(records, 0);
    let others = [live(records), temperature(records), losses(records), accuracies(records), norm(records)];
    Some(Markup::of(&SearchSection {
        edges: (0..space.rows()).map(|row| probabilities(records, row).figure()).collect(),
        several: space.cells() > 1,
        legend: legend(&lines),
        others: others.iter().map(Chart::figure).collect(),
    }))
}

/// Returns the probabilities of an edge's operations over the epochs, as in Figure 1 of the paper.
fn probabilities(records: &[SearchRecord], row: usize) -> Chart {
    let place = records[0].genotype.space().cell_edge(row);
    let cell = place.cell.map_or(String::new(), |cell| format!("cell {}, ", cell + 1));
    Chart {
        title: format!("{cell}edge {} → {}", place.edge.source, place.edge.target),
        x: Axis::epochs(records.len()),
        y: Axis::zero_to_one("probability"),
        lines: lines(records, row),
        marks: Vec::new(),
        legend: false,
    }
}

/// Returns the probability of each operation of an edge.
fn lines(records: &[SearchRecord], row: usize) -> Vec<Series> {
    let line = |(column, operation): (usize, &Operation)| {
        let values = records.iter().map(|record| f64::from(record.p[row][column]));
        Series::over_epochs(operation.name(), ink(*operation), values)
    };
    records[0].genotype.space().operations.iter().enumerate().map(line).collect()
}

/// A quantity of a record, with its name.
type Quantity<'a, R> = (&'a str, fn(&R) -> f64);

/// The texts of a chart.
struct Titles<'a> {
    title: &'a str,
    /// Name of the vertical axis.
    y: &'a str,
}

/// Returns a chart of quantities over the epochs. `axis` makes the vertical axis from the series.
fn over<R>(
    records: &[R],
    titles: &Titles<'_>,
    quantities: &[Quantity<'_, R>],
    axis: impl Fn(&[Series]) -> Axis,
) -> Chart {
    let line = |(index, (name, value)): (usize, &Quantity<'_, R>)| {
        Series::over_epochs(name, Ink::nth(index), records.iter().map(value))
    };
    let lines: Vec<Series> = quantities.iter().enumerate().map(line).collect();
    let mut y = axis(&lines);
    y.name = titles.y.into();
    let legend = lines.len() > 1;
    Chart { title: titles.title.into(), x: Axis::epochs(records.len()), y, lines, marks: Vec::new(), legend }
}

fn from_zero(lines: &[Series]) -> Axis {
    Axis::from_zero("", lines.iter().flat_map(|line| line.points.iter().map(|point| point.1)))
}

fn share(_: &[Series]) -> Axis {
    Axis::zero_to_one("")
}

fn live(records: &[SearchRecord]) -> Chart {
    let value = |record: &SearchRecord| record.live_operations as f64;
    let space = records[0].genotype.space();
    let titles = Titles { title: "live operations", y: "operations" };
    let axis = |_: &[Series]| Axis::new("", 0.0, space.alphas() as f64);
    let mut chart = over(records, &titles, &[("live", value)], axis);
    chart.marks.push(Mark::Horizontal(space.rows() as f64, "one per edge".into()));
    chart
}

fn temperature(records: &[SearchRecord]) -> Chart {
    over(records, &Titles { title: "temperature", y: "τ" }, &[("τ", |record| record.temperature)], from_zero)
}

fn losses(records: &[SearchRecord]) -> Chart {
    let quantities: [Quantity<'_, SearchRecord>; 2] =
        [("weight half", |record| record.train_loss), ("architecture half", |record| record.val_loss)];
    over(records, &Titles { title: "loss of the supernet", y: "loss" }, &quantities, from_zero)
}

fn accuracies(records: &[SearchRecord]) -> Chart {
    let quantities: [Quantity<'_, SearchRecord>; 2] =
        [("weight half", |record| record.train_acc), ("architecture half", |record| record.val_acc)];
    over(records, &Titles { title: "accuracy of the supernet", y: "ACC" }, &quantities, share)
}

fn norm(records: &[SearchRecord]) -> Chart {
    let value = |record: &SearchRecord| record.hypergradient_norm;
    over(records, &Titles { title: "norm of the hypergradient", y: "norm" }, &[("norm", value)], from_zero)
}

/// Returns the charts of a random search with shared weights, which has no probabilities.
fn random(run: &ReportedRun) -> Markup {
    let charts = [
        over(
            &run.random,
            &Titles { title: "loss of the supernet", y: "loss" },
            &[("training", |record| record.train_loss)],
            from_zero,
        ),
        over(
            &run.random,
            &Titles { title: "accuracy of the supernet", y: "ACC" },
            &[("training", |record| record.train_acc)],
            share,
        ),
    ];
    let others = charts.iter().map(Chart::figure).collect();
    Markup::of(&SearchSection { edges: Vec::new(), several: false, legend: Markup::default(), others })
}
