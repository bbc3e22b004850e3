//! The share of live operations over a search, one line per method.

use super::EpochRecords;
use super::lines::Lines;
use crate::drawing::{Area, Drawn, render};
use plotters::chart::SeriesLabelPosition;
use zodarts_nas::records::SearchRecord;

/// Pixels of the figure.
const SIZE: (u32, u32) = (560, 320);

/// Draws the share of live operations over the epochs. The line of a search that stopped early is shorter.
///
/// # Errors
/// Returns the message of the drawing library if it fails.
pub fn live_operations(runs: &[EpochRecords<'_>]) -> Result<String, String> {
    render(SIZE, |root| draw_on(root, runs))
}

fn draw_on<'a>(root: &Area<'a>, runs: &[EpochRecords<'_>]) -> Drawn<'a> {
    let planned = runs.iter().filter_map(|run| run.records.first()).map(|record| record.epochs);
    let lines = Lines {
        title: "live operations",
        ordinate: "share of all",
        range: 0.0..1.0,
        marks: (5, 1),
        width: 2,
        legend: Some(SeriesLabelPosition::LowerLeft),
    };
    let share =
        |record: &SearchRecord| record.live_operations as f64 / record.genotype.space().most_live() as f64;
    lines.draw(root, runs, planned.max().unwrap_or(0), share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::example_records::search_records;

    #[test]
    fn every_search_has_a_line_as_long_as_it_went_on() {
        let (whole, cut) = (search_records(&[24, 24, 24], 3), search_records(&[24, 12], 3));
        let runs = [EpochRecords::example("darts-v1", &whole), EpochRecords::example("zo-darts-plus", &cut)];
        let figure = live_operations(&runs).unwrap();
        assert!(
            figure.contains("darts-v1 (seed 1)") && figure.contains("zo-darts-plus (seed 1)"),
            "{figure}"
        );
        // A line and its mark in the legend, which is a line as well.
        let lines: Vec<&str> = figure.lines().filter(|line| line.contains("stroke=\"#E69F00\"")).collect();
        assert_eq!(lines.len(), 2, "{figure}");
        assert_eq!(lines[0].matches(',').count(), 2, "two points: {}", lines[0]);
    }

    #[test]
    fn lines_that_share_a_colour_differ_in_dashes() {
        let black = |runs: usize| {
            let records = search_records(&[24, 24, 24], 3);
            let runs = vec![EpochRecords::example("random-ws", &records); runs];
            live_operations(&runs).unwrap().matches("stroke=\"#000000\"").count()
        };
        // The ninth has the first colour again, in many pieces; the eighth has one of its own.
        assert_eq!(black(8), black(7));
        assert!(black(9) > black(8) + 20, "{} {}", black(9), black(8));
    }
}
