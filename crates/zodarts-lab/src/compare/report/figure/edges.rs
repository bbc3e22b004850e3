//! The paper's Figure 1: the operations of an edge over a search, one panel per method.

use super::EpochRecords;
use crate::drawing::{Area, COLOURS, Drawn, render};
use plotters::prelude::*;
use std::ops::Range;
use zodarts_nn::space::{NAS_BENCH_201, Space};

/// Pixels of a panel.
const PANEL: (u32, u32) = (300, 220);

/// The quantity that a panel draws of an edge.
#[derive(Clone, Copy)]
enum Quantity {
    Probability,
    Rank,
}

/// A row of panels: the quantity of an edge.
#[derive(Clone, Copy)]
struct PanelRow {
    edge: usize,
    quantity: Quantity,
}

/// Draws probability and rank of the operations of the cell's first edge, which receives the cell's input
/// whatever the other edges do.
///
/// # Errors
/// Returns the message of the drawing library if it fails.
pub fn first_edge(runs: &[EpochRecords<'_>]) -> Result<String, String> {
    draw(runs, &[Quantity::Probability, Quantity::Rank].map(|quantity| PanelRow { edge: 0, quantity }))
}

/// Draws the probabilities of the operations of all edges.
///
/// # Errors
/// Returns the message of the drawing library if it fails.
pub fn all_edges(runs: &[EpochRecords<'_>]) -> Result<String, String> {
    let rows: Vec<_> =
        (0..space(runs).rows()).map(|edge| PanelRow { edge, quantity: Quantity::Probability }).collect();
    draw(runs, &rows)
}

/// Returns the space that was searched.
fn space(runs: &[EpochRecords<'_>]) -> &'static Space {
    let record = runs.iter().find_map(|run| run.records.first());
    record.map_or(&NAS_BENCH_201, |record| record.genotype.space())
}

/// Draws one row of panels for each edge and quantity, and one column for each search.
fn draw(runs: &[EpochRecords<'_>], rows: &[PanelRow]) -> Result<String, String> {
    let size = (PANEL.0 * runs.len() as u32, PANEL.1 * rows.len() as u32);
    render(size, |root| draw_on(root, runs, rows))
}

fn draw_on<'a>(root: &Area<'a>, runs: &[EpochRecords<'_>], rows: &[PanelRow]) -> Drawn<'a> {
    let panels = root.split_evenly((rows.len(), runs.len()));
    let places = rows.iter().enumerate().flat_map(|(row, what)| {
        runs.iter().enumerate().map(move |(column, run)| (*what, run, (row, column) == (0, 0)))
    });
    for (panel, (row, run, first)) in panels.iter().zip(places) {
        draw_panel(panel, run, row, first)?;
    }
    Ok(())
}

fn draw_panel<'a>(panel: &Area<'a>, run: &EpochRecords<'_>, row: PanelRow, with_legend: bool) -> Drawn<'a> {
    let PanelRow { edge, quantity } = row;
    // Epochs count from 1 in everything that people read.
    let last = run.records.len().max(2) as f64;
    let space = space(std::slice::from_ref(run));
    let place = space.cell_edge(edge);
    let cell = place.cell.map_or(String::new(), |cell| format!("cell {}, ", cell + 1));
    let (source, target) = (place.edge.source, place.edge.target);
    let title = format!("{} (seed {}), {cell}edge {source}→{target}", run.name, run.seed);
    let mut chart = ChartBuilder::on(panel)
        .caption(title, ("sans-serif", 13))
        .margin(8)
        .x_label_area_size(30)
        .y_label_area_size(40)
        .build_cartesian_2d(1.0..last, quantity.range(space.columns()))?;
    chart
        .configure_mesh()
        .disable_mesh()
        .x_desc("epoch")
        .y_desc(quantity.name())
        .x_labels(6)
        .x_label_formatter(&|epoch| format!("{epoch:.0}"))
        .y_labels(5)
        .y_label_formatter(&|value| quantity.label(*value))
        .draw()?;
    for ((column, operation), colour) in space.operations.iter().enumerate().zip(COLOURS) {
        let points = run
            .records
            .iter()
            .enumerate()
            .map(|(epoch, record)| ((epoch + 1) as f64, quantity.of(&record.p[edge], column)));
        chart
            .draw_series(LineSeries::new(points, colour.stroke_width(2)))?
            .label(operation.name())
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 14, y)], colour.stroke_width(2)));
    }
    if with_legend {
        let labels = &mut chart.configure_series_labels();
        labels.position(SeriesLabelPosition::UpperLeft).label_font(("sans-serif", 11)).draw()?;
    }
    Ok(())
}

impl Quantity {
    fn name(self) -> &'static str {
        match self {
            Quantity::Probability => "probability",
            Quantity::Rank => "rank",
        }
    }

    /// Returns the range of the axis. Ranks are drawn as negative numbers, so that the first is on top.
    fn range(self, operations: usize) -> Range<f64> {
        match self {
            Quantity::Probability => 0.0..1.0,
            Quantity::Rank => -(operations as f64) - 0.3..-0.7,
        }
    }

    fn label(self, value: f64) -> String {
        match self {
            Quantity::Probability => format!("{value:.1}"),
            Quantity::Rank => format!("{:.0}", -value),
        }
    }

    fn of(self, p: &[f32], operation: usize) -> f64 {
        match self {
            Quantity::Probability => f64::from(p[operation]),
            Quantity::Rank => -rank(p, operation),
        }
    }
}

/// Returns the rank from 1, the largest first. Equal values share the mean of their ranks.
fn rank(p: &[f32], operation: usize) -> f64 {
    let larger = p.iter().filter(|value| **value > p[operation]).count();
    let equal = p.iter().filter(|value| **value == p[operation]).count();
    larger as f64 + f64::midpoint(equal as f64, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::example_records::search_records;

    #[test]
    fn equals_share_their_ranks() {
        let p = [0.0, 0.5, 0.2, 0.3, 0.0];
        let ranks: Vec<f64> = (0..5).map(|operation| rank(&p, operation)).collect();
        assert_eq!(ranks, [4.5, 1.0, 3.0, 2.0, 4.5]);
    }

    #[test]
    fn every_panel_has_a_title_and_its_lines() {
        let (many, few) = (search_records(&[24, 20], 3), search_records(&[24, 6], 3));
        let runs = [EpochRecords::example("zo-darts", &many), EpochRecords::example("zo-darts-plus", &few)];
        let (figure, appendix) = (first_edge(&runs).unwrap(), all_edges(&runs).unwrap());
        assert_eq!(figure.matches("zo-darts-plus (seed 1)").count(), 2);
        // A line in each of four panels, and one in the legend.
        assert_eq!(figure.matches("stroke=\"#D55E00\"").count(), 5, "{figure}");
        assert_eq!(appendix.matches("edge 2→3").count(), 2);
    }
}
