//! The figure of a study: the agreement of estimators over their numbers, at one snapshot.

use super::{Estimator, SnapshotStudy};
use crate::drawing::{self, Area, Drawn, render};
use plotters::prelude::*;
use std::collections::BTreeMap;
use zodarts_nas::methods::{Mu, UnrolledSettings, ZoSettings};

/// Pixels of a panel.
const PANEL: (u32, u32) = (440, 300);
/// The range of the cosines that are drawn.
const COSINES: std::ops::Range<f64> = -0.4..1.0;

/// Points of an estimator, or of a family of them.
type Line = Vec<(f64, f64)>;

/// A panel: its abscissa and its lines.
struct Panel {
    title: String,
    abscissa: &'static str,
    lines: BTreeMap<&'static str, Line>,
}

/// Draws six panels: the cosine over the passes, and over μ, K, T, M and R at `budget` passes. Thin lines
/// mark chance and the cosine of an exact estimate.
///
/// # Errors
/// Returns the message of the drawing library if it fails.
pub fn draw(snapshot: &SnapshotStudy, budget: f64) -> Result<String, String> {
    let panels = [
        by_passes(snapshot),
        by_number(snapshot, budget, "μ", |estimator| {
            let zo = *estimator.zo()?;
            Some((
                in_alpha(zo.mu, snapshot.temperature)?,
                Estimator::ZerothOrder(ZoSettings { mu: Mu::Absolute(1.0), ..zo }),
            ))
        }),
        by_number(snapshot, budget, "K, directions", |estimator| {
            let zo = *estimator.zo()?;
            Some((zo.directions as f64, Estimator::ZerothOrder(ZoSettings { directions: 1, ..zo })))
        }),
        by_number(snapshot, budget, "T, weight steps", |estimator| {
            Some((estimator.steps() as f64, estimator.with(1, estimator.validation_batches())?))
        }),
        by_number(snapshot, budget, "M, validation batches", |estimator| {
            Some((estimator.validation_batches() as f64, estimator.with(estimator.steps(), 1)?))
        }),
        by_number(snapshot, budget, "R, radius of probes", |estimator| {
            let Estimator::Unrolled(unrolled) = estimator else { return None };
            Some((unrolled.radius, Estimator::Unrolled(UnrolledSettings { radius: 1.0, ..*unrolled })))
        }),
    ];
    render((2 * PANEL.0, 3 * PANEL.1), |root| {
        let areas = root.split_evenly((3, 2));
        areas.iter().zip(&panels).try_for_each(|(area, panel)| panel.draw(area, snapshot.reference.ceiling))
    })
}

/// Returns μ in units of α, or `None` if it depends on α.
fn in_alpha(mu: Mu, temperature: f64) -> Option<f64> {
    match mu {
        Mu::Absolute(mu) => Some(mu),
        Mu::Tempered(factor) => Some(factor * temperature),
        Mu::Relative(_) => None,
    }
}

/// Returns the panel over passes: means of 1, 2, 4, … estimates of the first estimator of each series.
fn by_passes(snapshot: &SnapshotStudy) -> Panel {
    let mut lines = BTreeMap::new();
    for (estimator, agreement) in &snapshot.rows {
        lines.entry(estimator.series()).or_insert_with(|| agreement.curve.clone());
    }
    Panel {
        title: format!("after {} epochs: means of estimates", snapshot.epochs),
        abscissa: "passes",
        lines,
    }
}

/// Returns the panel of cosines at equal passes over one number of the estimators. `split` returns that
/// number, and the estimator with the number set to one value for all; `None` for estimators without it.
/// Those that then equal the first of their series make its line.
fn by_number(
    snapshot: &SnapshotStudy,
    budget: f64,
    abscissa: &'static str,
    split: impl Fn(&Estimator) -> Option<(f64, Estimator)>,
) -> Panel {
    let mut firsts = BTreeMap::new();
    let mut lines: BTreeMap<_, Line> = BTreeMap::new();
    for (estimator, agreement) in &snapshot.rows {
        let Some((number, rest)) = split(estimator) else { continue };
        let first = firsts.entry(estimator.series()).or_insert_with(|| rest.clone());
        if let Some(cosine) = agreement.cosine_at(budget).filter(|_| rest == *first) {
            lines.entry(estimator.series()).or_default().push((number, cosine));
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
        // Chance, and the cosine of an exact estimate.
        for height in [0.0, ceiling] {
            chart.draw_series(LineSeries::new([(ends.start, height), (ends.end, height)], BLACK.mix(0.3)))?;
        }
        for (number, (name, points)) in self.lines.iter().enumerate() {
            let name = (*name).to_owned();
            drawing::Line { number, width: 2, circles: 2, name }.draw(&mut chart, points)?;
        }
        let labels = &mut chart.configure_series_labels();
        labels.position(SeriesLabelPosition::UpperLeft).label_font(("sans-serif", 11)).draw()
    }
}
