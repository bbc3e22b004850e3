//! The search: what became of each edge's operations, and how the supernet did meanwhile.

use crate::cell::ink;
use crate::chart::{Axis, Chart, Extra, Ink, Line, legend};
use crate::markup::Markup;
use crate::run::Run;
use askama::Template;
use zodarts_nas::records::SearchRecord;
use zodarts_nn::space::{EDGE_LIST, EDGES, Operation};

#[derive(Template)]
#[template(path = "search.html")]
struct Body {
    edges: Vec<Markup>,
    legend: Markup,
    others: Vec<Markup>,
}

/// Charts over the epochs of the search; none without one.
pub fn body(run: &Run) -> Option<Markup> {
    if !run.random.is_empty() {
        return Some(random(run));
    }
    let records = &run.search;
    records.first()?;
    let lines: Vec<Line> = Operation::ALL.map(|operation| probability(records, 0, operation)).into();
    let others = [live(records), temperature(records), losses(records), accuracies(records), slope(records)];
    Some(Markup::of(&Body {
        edges: (0..EDGES).map(|edge| probabilities(records, edge).figure()).collect(),
        legend: legend(&lines),
        others: others.iter().map(Chart::figure).collect(),
    }))
}

/// The paper's Figure 1 for one edge.
fn probabilities(records: &[SearchRecord], edge: usize) -> Chart {
    let (source, target) = (EDGE_LIST[edge].source, EDGE_LIST[edge].target);
    Chart {
        title: format!("edge {source} → {target}"),
        x: Axis::epochs(records.len()),
        y: Axis::share("probability"),
        lines: Operation::ALL.map(|operation| probability(records, edge, operation)).into(),
        extras: Vec::new(),
        legend: false,
    }
}

fn probability(records: &[SearchRecord], edge: usize, operation: Operation) -> Line {
    let values = records.iter().map(|record| f64::from(record.p[edge][operation.index()]));
    Line::over_epochs(operation.name(), ink(operation), values)
}

/// Something that records have, by name.
type Quantity<'a, R> = (&'a str, fn(&R) -> f64);

/// A chart over the epochs of some quantities.
fn over<R>(
    records: &[R],
    (title, ordinate): (&str, &str),
    quantities: &[Quantity<'_, R>],
    axis: impl Fn(&[Line]) -> Axis,
) -> Chart {
    let line = |(index, (name, value)): (usize, &Quantity<'_, R>)| {
        Line::over_epochs(name, Ink::nth(index), records.iter().map(value))
    };
    let lines: Vec<Line> = quantities.iter().enumerate().map(line).collect();
    let mut y = axis(&lines);
    y.name = ordinate.into();
    let legend = lines.len() > 1;
    Chart { title: title.into(), x: Axis::epochs(records.len()), y, lines, extras: Vec::new(), legend }
}

fn from_zero(lines: &[Line]) -> Axis {
    Axis::from_zero("", lines.iter().flat_map(|line| line.points.iter().map(|point| point.1)))
}

fn share(_: &[Line]) -> Axis {
    Axis::share("")
}

fn live(records: &[SearchRecord]) -> Chart {
    let value = |record: &SearchRecord| record.live_operations as f64;
    let mut chart =
        over(records, ("live operations", "operations"), &[("live", value)], |_| Axis::new("", 0.0, 30.0));
    chart.extras.push(Extra::Level(6.0, "one an edge".into()));
    chart
}

fn temperature(records: &[SearchRecord]) -> Chart {
    over(records, ("temperature", "τ"), &[("τ", |record| record.temperature)], from_zero)
}

fn losses(records: &[SearchRecord]) -> Chart {
    let quantities: [Quantity<'_, SearchRecord>; 2] = [
        ("weights' images", |record| record.train_loss),
        ("architecture's images", |record| record.val_loss),
    ];
    over(records, ("loss of the supernet", "loss"), &quantities, from_zero)
}

fn accuracies(records: &[SearchRecord]) -> Chart {
    let quantities: [Quantity<'_, SearchRecord>; 2] =
        [("weights' images", |record| record.train_acc), ("architecture's images", |record| record.val_acc)];
    over(records, ("accuracy of the supernet", "ACC"), &quantities, share)
}

fn slope(records: &[SearchRecord]) -> Chart {
    let value = |record: &SearchRecord| record.hypergradient_norm;
    over(records, ("norm of the hypergradient", "norm"), &[("norm", value)], from_zero)
}

/// A random search with shared weights has no probabilities to show.
fn random(run: &Run) -> Markup {
    let charts = [
        over(
            &run.random,
            ("loss of the supernet", "loss"),
            &[("training", |record| record.train_loss)],
            from_zero,
        ),
        over(
            &run.random,
            ("accuracy of the supernet", "ACC"),
            &[("training", |record| record.train_acc)],
            share,
        ),
    ];
    let others = charts.iter().map(Chart::figure).collect();
    Markup::of(&Body { edges: Vec::new(), legend: Markup::default(), others })
}
