//! What an estimator's agreement depends on, at one moment.

use super::MomentStudy;
use crate::drawing::{Area, COLOURS, Drawn, render};
use crate::methods::{Mu, ZoSettings};
use plotters::prelude::*;
use std::collections::BTreeMap;

/// Pixels of a panel.
const PANEL: (u32, u32) = (440, 300);
/// Cosines that are drawn.
const COSINES: std::ops::Range<f64> = -0.4..1.0;

/// Points of an estimator, or of a family of them.
type Line = Vec<(f64, f64)>;

/// A panel: its abscissa and its lines.
struct Panel {
    title: String,
    abscissa: &'static str,
    lines: BTreeMap<&'static str, Line>,
}

/// Five panels: cosine over passes spent, and over μ, K, T and M at `budget` passes. Thin lines are chance and the cosine of an exact
/// estimate.
///
/// # Errors
/// If the drawing library refuses.
pub fn draw(moment: &MomentStudy, budget: f64) -> Result<String, String> {
    let panels = [
        by_passes(moment),
        by_number((moment, budget), "μ", |zo| {
            (in_alpha(zo.mu, moment.temperature), ZoSettings { mu: Mu::Absolute(1.0), ..*zo })
        }),
        by_number((moment, budget), "K, directions", |zo| {
            (Some(zo.directions as f64), ZoSettings { directions: 1, ..*zo })
        }),
        by_number((moment, budget), "T, weight steps", |zo| {
            (Some(zo.steps as f64), ZoSettings { steps: 1, ..*zo })
        }),
        by_number((moment, budget), "M, validation batches", |zo| {
            (Some(zo.validation_batches as f64), ZoSettings { validation_batches: 1, ..*zo })
        }),
    ];
    render((2 * PANEL.0, 3 * PANEL.1), |root| {
        let areas = root.split_evenly((3, 2));
        areas.iter().zip(&panels).try_for_each(|(area, panel)| panel.draw(area, moment.reference.ceiling))
    })
}

/// μ in units of α, if it does not depend on where α is.
fn in_alpha(mu: Mu, temperature: f64) -> Option<f64> {
    match mu {
        Mu::Absolute(mu) => Some(mu),
        Mu::Tempered(factor) => Some(factor * temperature),
        Mu::Relative(_) => None,
    }
}

/// The first of each series: means of 1, 2, 4, … estimates.
fn by_passes(moment: &MomentStudy) -> Panel {
    let mut lines = BTreeMap::new();
    for (estimator, agreement) in &moment.rows {
        lines.entry(estimator.series()).or_insert_with(|| agreement.curve.clone());
    }
    Panel { title: format!("after {} epochs: means of estimates", moment.epochs), abscissa: "passes", lines }
}

/// Cosines at equal passes over one number of the zeroth-order estimators. `split` gives that number, and the estimator with
/// the number set to one value for all: those that then equal the first of their series make its line.
fn by_number(
    (moment, budget): (&MomentStudy, f64),
    abscissa: &'static str,
    split: impl Fn(&ZoSettings) -> (Option<f64>, ZoSettings),
) -> Panel {
    let mut firsts = BTreeMap::new();
    let mut lines: BTreeMap<_, Line> = BTreeMap::new();
    for (estimator, agreement) in &moment.rows {
        let Some((number, rest)) = estimator.zo().map(&split) else { continue };
        let first = *firsts.entry(estimator.series()).or_insert(rest);
        if let Some(point) = number.zip(agreement.cosine_at(budget)).filter(|_| rest == first) {
            lines.entry(estimator.series()).or_default().push(point);
        }
    }
    lines.retain(|_, line| line.len() > 1);
    for line in lines.values_mut() {
        line.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    Panel { title: format!("means of estimates at {budget} passes"), abscissa, lines }
}

impl Panel {
    fn draw<'a>(&self, area: &Area<'a>, ceiling: f64) -> Drawn<'a> {
        let places = self.lines.values().flatten().map(|point| point.0);
        let (low, high) = places.fold((f64::INFINITY, 0.0_f64), |(low, high), x| (low.min(x), high.max(x)));
        // A panel without a point is drawn empty.
        let ends = if low < high { low..high } else { 1.0..2.0 };
        let mut chart = ChartBuilder::on(area)
            .caption(&self.title, ("sans-serif", 14))
            .margin(8)
            .x_label_area_size(30)
            .y_label_area_size(44)
            .build_cartesian_2d(ends.clone().log_scale(), COSINES)?;
        chart
            .configure_mesh()
            .disable_mesh()
            .x_desc(self.abscissa)
            .y_desc("cosine")
            .x_labels(4)
            .x_label_formatter(&|x| format!("{x}"))
            .y_label_formatter(&|cosine| format!("{cosine:.1}"))
            .draw()?;
        // Chance, and what an exact estimate would have.
        for height in [0.0, ceiling] {
            chart.draw_series(LineSeries::new([(ends.start, height), (ends.end, height)], BLACK.mix(0.3)))?;
        }
        for ((name, line), colour) in self.lines.iter().zip(COLOURS.into_iter().cycle()) {
            let style = colour.stroke_width(2);
            chart
                .draw_series(LineSeries::new(line.iter().copied(), style).point_size(2))?
                .label(*name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 14, y)], style));
        }
        let labels = &mut chart.configure_series_labels();
        labels.position(SeriesLabelPosition::UpperLeft).label_font(("sans-serif", 11)).draw()
    }
}
