//! How trainings fit the images they see and those they do not, one line a contender.

use super::Course;
use crate::drawing::{Area, COLOURS, Drawn, render};
use crate::run::TrainRecord;
use plotters::prelude::*;

/// Pixels of a panel.
const PANEL: (u32, u32) = (480, 320);
/// Accuracies that are drawn.
const ACCURACIES: std::ops::Range<f64> = 0.5..1.0;

/// A panel: its title, what of an epoch it shows, and whether it says which line is which.
type Panel = (&'static str, fn(&TrainRecord) -> f64, bool);

/// Training and validation ACC over the epochs, of the first training of each contender. Training images are augmented and blended, so
/// their ACC can be the lower one for long.
///
/// # Errors
/// If the drawing library refuses.
pub fn training(courses: &[Course<TrainRecord>]) -> Result<String, String> {
    let panels: [Panel; 2] = [
        ("ACC on the training images, as augmented", |record| record.train_acc, true),
        ("ACC on the validation images", |record| record.val_acc, false),
    ];
    render((2 * PANEL.0, PANEL.1), |root| {
        let areas = root.split_evenly((1, 2));
        areas.iter().zip(panels).try_for_each(|(area, panel)| draw_on(area, courses, panel))
    })
}

fn draw_on<'a>(area: &Area<'a>, courses: &[Course<TrainRecord>], (title, value, names): Panel) -> Drawn<'a> {
    let longest = courses.iter().map(|course| course.records.len()).max();
    let last = longest.unwrap_or(0).max(2) as f64;
    let mut chart = ChartBuilder::on(area)
        .caption(title, ("sans-serif", 14))
        .margin(8)
        .x_label_area_size(30)
        .y_label_area_size(44)
        .build_cartesian_2d(1.0..last, ACCURACIES)?;
    chart
        .configure_mesh()
        .disable_mesh()
        .x_desc("epoch")
        .y_desc("ACC")
        .x_label_formatter(&|epoch| format!("{epoch:.0}"))
        .y_label_formatter(&|accuracy| format!("{accuracy:.2}"))
        .draw()?;
    for (course, colour) in courses.iter().zip(COLOURS.into_iter().cycle()) {
        let points =
            course.records.iter().enumerate().map(|(epoch, record)| ((epoch + 1) as f64, value(record)));
        chart
            .draw_series(LineSeries::new(points, colour.stroke_width(1)))?
            .label(format!("{} (seed {})", course.name, course.seed))
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 14, y)], colour.stroke_width(2)));
    }
    // The lines of validation images are all over the panel; those of training images leave a corner free.
    if names {
        let labels = &mut chart.configure_series_labels();
        labels.position(SeriesLabelPosition::LowerRight).label_font(("sans-serif", 11)).draw()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_panels_have_a_line_for_every_contender() {
        let record =
            |epoch| TrainRecord { epoch, epochs: 3, train_acc: 0.9, val_acc: 0.8, ..TrainRecord::default() };
        let course = |name| Course { name, seed: 1, records: (0..3).map(record).collect() };
        let figure = training(&[course("random"), course("resnet18")]).unwrap();
        // A line in each of two panels, and a mark in the legend.
        let lines: Vec<&str> = figure.lines().filter(|line| line.contains("stroke=\"#E69F00\"")).collect();
        assert_eq!(lines.len(), 3, "{figure}");
        assert_eq!(figure.matches("random (seed 1)").count(), 1);
    }
}
