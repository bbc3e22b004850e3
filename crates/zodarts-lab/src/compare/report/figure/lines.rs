//! A chart over the epochs with one line per candidate.

use super::EpochRecords;
use crate::drawing::{Area, Drawn, Line};
use plotters::prelude::*;
use std::ops::Range;

/// The look of a chart.
pub struct Lines {
    pub title: &'static str,
    pub ordinate: &'static str,
    /// The range of the values.
    pub range: Range<f64>,
    /// The most marks of the ordinate, and their decimals.
    pub marks: (usize, usize),
    /// The width of a line in pixels.
    pub width: u32,
    /// The position of the legend; `None` for a chart without one.
    pub legend: Option<SeriesLabelPosition>,
}

impl Lines {
    /// Draws `value` of each epoch of each run, over an abscissa of `epochs` epochs that count from 1.
    pub fn draw<'a, R>(
        self,
        area: &Area<'a>,
        runs: &[EpochRecords<'_, R>],
        epochs: usize,
        value: impl Fn(&R) -> f64,
    ) -> Drawn<'a> {
        let (most, decimals) = self.marks;
        let mut chart = ChartBuilder::on(area)
            .caption(self.title, ("sans-serif", 14))
            .margin(8)
            .x_label_area_size(30)
            .y_label_area_size(44)
            .build_cartesian_2d(1.0..epochs.max(2) as f64, self.range)?;
        chart
            .configure_mesh()
            .disable_mesh()
            .x_desc("epoch")
            .y_desc(self.ordinate)
            .x_label_formatter(&|epoch| format!("{epoch:.0}"))
            .y_labels(most)
            .y_label_formatter(&|value| format!("{value:.decimals$}"))
            .draw()?;
        for (number, run) in runs.iter().enumerate() {
            let records = run.records.iter().enumerate();
            let points: Vec<_> = records.map(|(epoch, record)| ((epoch + 1) as f64, value(record))).collect();
            let name = format!("{} (seed {})", run.name, run.seed);
            Line { number, width: self.width, circles: 0, name }.draw(&mut chart, &points)?;
        }
        match self.legend {
            Some(position) => {
                let labels = &mut chart.configure_series_labels();
                labels.position(position).label_font(("sans-serif", 11)).draw()
            }
            None => Ok(()),
        }
    }
}
