//! How much of the supernet is still computed over a search, one line a method.

use super::Course;
use crate::compare::live::OPERATIONS_OF_A_CELL;
use crate::drawing::{Area, COLOURS, Drawn, render};
use plotters::prelude::*;

/// Pixels of the figure.
const SIZE: (u32, u32) = (560, 320);

/// Share of live operations over the epochs. A search that stopped early has a shorter line.
///
/// # Errors
/// If the drawing library refuses.
pub fn live_operations(courses: &[Course]) -> Result<String, String> {
    render(SIZE, |root| draw_on(root, courses))
}

fn draw_on<'a>(root: &Area<'a>, courses: &[Course]) -> Drawn<'a> {
    let longest =
        courses.iter().filter_map(|course| course.records.first()).map(|record| record.epochs).max();
    let last = longest.unwrap_or(0).max(2) as f64;
    let mut chart = ChartBuilder::on(root)
        .caption("live operations", ("sans-serif", 14))
        .margin(8)
        .x_label_area_size(30)
        .y_label_area_size(44)
        .build_cartesian_2d(1.0..last, 0.0..1.0)?;
    chart
        .configure_mesh()
        .disable_mesh()
        .x_desc("epoch")
        .y_desc("share of all")
        .x_label_formatter(&|epoch| format!("{epoch:.0}"))
        .y_labels(5)
        .y_label_formatter(&|share| format!("{share:.1}"))
        .draw()?;
    for (course, colour) in courses.iter().zip(COLOURS.into_iter().cycle()) {
        let points = course.records.iter().enumerate().map(|(epoch, record)| {
            ((epoch + 1) as f64, record.live_operations as f64 / OPERATIONS_OF_A_CELL as f64)
        });
        chart
            .draw_series(LineSeries::new(points, colour.stroke_width(2)))?
            .label(format!("{} (seed {})", course.name, course.seed))
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 14, y)], colour.stroke_width(2)));
    }
    let labels = &mut chart.configure_series_labels();
    labels.position(SeriesLabelPosition::LowerLeft).label_font(("sans-serif", 11)).draw()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_search_has_a_line_as_long_as_it_went_on() {
        let courses =
            [Course::example("darts-v1", &[24, 24, 24]), Course::example("zo-darts-plus", &[24, 12])];
        let figure = live_operations(&courses).unwrap();
        assert!(
            figure.contains("darts-v1 (seed 1)") && figure.contains("zo-darts-plus (seed 1)"),
            "{figure}"
        );
        // A line and its mark in the legend, which is a line as well.
        let lines: Vec<&str> = figure.lines().filter(|line| line.contains("stroke=\"#E69F00\"")).collect();
        assert_eq!(lines.len(), 2, "{figure}");
        assert_eq!(lines[0].matches(',').count(), 2, "two points: {}", lines[0]);
    }
}
