//! The sections of the page of an evaluation on other data than the run's.

use super::{PageSection, test};
use crate::markup::Markup;
use askama::Template;
use zodarts_data::Task;
use zodarts_lab::text::number;
use zodarts_nas::evaluate::{Estimate, MeasureComparison};
use zodarts_nas::profile::Shift;
use zodarts_run::folder::{External, ExternalEvaluation};

/// The least probability of telling images apart that is called a difference in the headline.
const NOTABLE: f64 = 0.75;

#[derive(Template)]
#[template(path = "external.html")]
struct ResultSection {
    headline: String,
    /// True if a class is never found, or the network is clearly worse here.
    doubtful: bool,
    facts: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "beside.html")]
struct BesideSection {
    rows: Vec<BesideRow>,
}

/// A measure on the run's own test images and on the other ones.
struct BesideRow {
    measure: String,
    before: String,
    after: String,
    difference: String,
    clear: bool,
}

#[derive(Template)]
#[template(path = "shifts.html")]
struct ShiftsSection {
    rows: Vec<ShiftRow>,
}

/// A statistic over the training images and over the other ones.
struct ShiftRow {
    statistic: String,
    training: String,
    here: String,
    apart: String,
}

/// Returns the sections of the page.
pub fn of(external: &External) -> Vec<PageSection> {
    let record = &external.record;
    let evaluation = external.evaluation();
    let section = |id, title, body| PageSection { id, title, body };
    let mut sections = vec![section("result", "Result", result(record))];
    if !record.beside.is_empty() {
        let rows = record.beside.iter().map(BesideRow::of).collect();
        let body = Markup::of(&BesideSection { rows });
        sections.push(section("beside", "Beside the run's own test", body));
    }
    if !record.shifts.is_empty() {
        let rows = record.shifts.iter().map(ShiftRow::of).collect();
        sections.push(section("shifts", "What differs", Markup::of(&ShiftsSection { rows })));
    }
    sections.push(section("test", "Results", test::of(&record.metrics, Some(&evaluation))));
    sections
}

fn result(record: &ExternalEvaluation) -> Markup {
    let worse = |found: &MeasureComparison| found.difference.is_clear() && found.difference.difference < 0.0;
    let doubtful = !record.metrics.never_found().is_empty() || record.beside.iter().any(worse);
    Markup::of(&ResultSection { headline: headline(record), doubtful, facts: facts(record) })
}

/// Returns the result in a few sentences.
fn headline(record: &ExternalEvaluation) -> String {
    let metrics = &record.metrics;
    let (report, noun) = (&metrics.report, metrics.noun());
    let Estimate { value: acc, ci95: interval } = metrics.acc();
    let what = match report.task {
        Task::MultiLabel => "of the decisions on a label are correct",
        _ => "are classified correctly",
    };
    let text = format!(
        "Of {} {noun}s of {}, none of which is a copy of a development {noun}, {} {what} (95 % interval {} \
         to {}).",
        report.n,
        metrics.dataset,
        number::percent(acc),
        number::percent(interval[0]),
        number::percent(interval[1])
    );
    let beside = record.beside.first().map_or_else(String::new, |found| {
        let before = number::percent(found.difference.before.value);
        let difference =
            if found.difference.is_clear() { "a clear difference" } else { "no clear difference" };
        format!(" On the run's own test {noun}s it was {before}: {difference}.")
    });
    match &metrics.never_found()[..] {
        [] => text + &beside,
        missed => format!("{text}{beside} No {noun} of {} is found.", missed.join(", ")),
    }
}

fn facts(record: &ExternalEvaluation) -> Vec<(&'static str, String)> {
    let metrics = &record.metrics;
    let (noun, counted) = (metrics.noun(), if metrics.slices.is_some() { "volumes" } else { "images" });
    let times = if record.reads == 1 { "once".into() } else { format!("{} times", record.reads) };
    let mut facts = vec![
        (counted, format!("{}, evaluated {times}", metrics.report.n)),
        ("calibration error", format!("{:.3}", record.calibration_error)),
    ];
    if record.developed_on > 0 {
        let left_out = format!("{} {noun}s that the network was developed on", record.developed_on);
        facts.push(("left out", left_out));
    }
    if let Some(flagged) = &metrics.flagged {
        let text =
            format!("{} of {} {noun}s are unlike the training {noun}s", flagged.images, metrics.report.n);
        facts.push(("novelty", text));
    }
    let notable = record.shifts.iter().filter(|shift| apart(shift) >= NOTABLE).map(name);
    let notable: Vec<String> = notable.collect();
    if !notable.is_empty() {
        facts.push(("differ from the training images", notable.join(", ")));
    }
    facts
}

impl BesideRow {
    fn of(found: &MeasureComparison) -> Self {
        let estimate = |found: Estimate| number::with_interval(found.value, Some(found.ci95));
        let difference = &found.difference;
        let [low, high] = difference.ci95;
        Self {
            measure: found.measure.clone(),
            before: estimate(difference.before),
            after: estimate(difference.after),
            difference: format!("{:+.3} [{low:+.3}, {high:+.3}]", difference.difference),
            clear: difference.is_clear(),
        }
    }
}

impl ShiftRow {
    fn of(shift: &Shift) -> Self {
        let figure = |value: f64| match shift.value {
            Some(_) => number::percent(value),
            None if value.abs() >= 100.0 => format!("{value:.0}"),
            None => format!("{value:.3}"),
        };
        let (training, here) = (figure(shift.training), figure(shift.here));
        Self { statistic: name(shift), training, here, apart: format!("{:.2}", apart(shift)) }
    }
}

/// Returns the probability that a statistic tells images apart.
fn apart(shift: &Shift) -> f64 {
    0.5 + shift.size()
}

fn name(shift: &Shift) -> String {
    match &shift.value {
        Some(value) => format!("{}: {value}", shift.statistic),
        None => shift.statistic.clone(),
    }
}
