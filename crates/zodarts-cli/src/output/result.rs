//! The result of a run as text.

use super::Table;
use std::fmt;
use zodarts_data::{DatasetInfo, Task};
use zodarts_lab::text::number;
use zodarts_nas::evaluate::Metrics;
use zodarts_nas::evaluate::{
    AtLabelThresholds, AtThreshold, ClassReport, Difference, Estimate, PredictionSets, SetsReport,
};
use zodarts_nas::model::Calibration;
use zodarts_nas::search::{SearchSummary, Stop};
use zodarts_nas::train::TrainOutcome;
use zodarts_run::folder::ExternalEvaluation;
use zodarts_run::job::Prepared;

/// The most classes whose confusion is shown.
const CONFUSION: usize = 8;
/// The most characters of a class name in a column's head.
const HEAD: usize = 16;
/// The least size of a shift that is shown: a statistic that tells three of four pairs of images apart.
const NOTABLE_SHIFT: f64 = 0.25;
/// Characters of a label.
const LABEL: usize = 14;

/// Labelled lines below a title.
#[derive(Clone, Debug)]
pub struct Sheet {
    title: String,
    lines: Vec<(&'static str, String)>,
}

impl Sheet {
    /// Returns an empty sheet.
    pub fn new(title: String) -> Self {
        Self { title, lines: Vec::new() }
    }

    /// Adds a line.
    pub fn row(&mut self, label: &'static str, text: String) {
        self.lines.push((label, text));
    }
}

impl fmt::Display for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.title)?;
        self.lines.iter().try_for_each(|(label, text)| writeln!(f, "{label:<LABEL$}{text}"))
    }
}

/// Returns the title: data, method, seed and protocol.
pub fn title(metrics: &Metrics) -> String {
    let what = metrics.method.as_deref().unwrap_or(&metrics.architecture);
    format!("{} · {what} · seed {} · protocol {}", metrics.dataset, metrics.seed, metrics.protocol)
}

/// Adds the network and its cost.
pub fn network(sheet: &mut Sheet, metrics: &Metrics) {
    let genotype = metrics.genotype.map(|genotype| genotype.to_string());
    sheet.row("architecture", genotype.unwrap_or_else(|| metrics.architecture.clone()));
    let (params, macs) = (number::count(metrics.params), number::count(metrics.macs));
    sheet.row("network", format!("{params} parameters, {macs} MACs per image"));
}

/// Returns a description of the search.
pub fn search(outcome: &SearchSummary, epochs: usize) -> String {
    let why = match outcome.stop {
        Stop::Finished => "",
        Stop::Settled => " (stopped: every edge settled on one operation)",
        Stop::Deadline => " (stopped: the time limit was reached)",
    };
    let (epochs, time) = (number::epochs(epochs), number::duration(outcome.seconds));
    format!("{} of {epochs}, {time}{why}", outcome.epochs)
}

/// Returns a description of the training.
pub fn training(outcome: &TrainOutcome) -> String {
    let time = number::duration(outcome.seconds);
    format!(
        "{}, {time} (kept epoch {}, validation ACC {:.3}, AUC {})",
        number::epochs(outcome.epochs),
        outcome.selected_epoch + 1,
        outcome.val_acc,
        optional(outcome.val_auc)
    )
}

/// Returns the labels and descriptions of the steps that prepared a network to predict.
pub fn prepared(found: &Prepared, info: &DatasetInfo) -> impl Iterator<Item = (&'static str, String)> {
    let (classes, noun) = (&info.classes, info.noun());
    let calibration = found.calibration.as_ref().map(|found| ("calibration", calibration(found, noun)));
    let of = format!("validation {noun}s");
    let threshold = found.threshold.as_ref().map(|found| ("threshold", threshold(found, classes, &of)));
    let labels = found.label_thresholds.as_ref().map(|found| ("thresholds", label_thresholds(found, info)));
    let sets = found.sets.as_ref().map(|found| ("sets", sets(found, info)));
    calibration.into_iter().chain(threshold).chain(labels).chain(sets)
}

/// Returns a description of the rule of prediction sets, with the classes that it can never leave out.
fn sets(found: &PredictionSets, info: &DatasetInfo) -> String {
    let needed = PredictionSets::images_needed(found.coverage);
    let always: Vec<&str> = (info.classes.iter().zip(&found.images))
        .filter(|(_, images)| **images < needed)
        .map(|(class, _)| &**class)
        .collect();
    let rule = format!(
        "each {} is in the set of {} of its images",
        info.task.noun(),
        number::percent(found.coverage)
    );
    if always.is_empty() {
        return rule;
    }
    let always = always.join(", ");
    format!("{rule}; {always} is in every set, because {needed} validation images are needed to leave it out")
}

/// Returns a description of the coverage of prediction sets on some images.
fn coverage(found: &SetsReport, task: Task) -> String {
    let realised = number::share(found.realised, found.realised_ci95, "undefined");
    let (wanted, size) = (number::percent(found.sets.coverage), found.mean_size);
    match task {
        Task::MultiLabel => {
            format!(
                "sets hold a label that is present with {realised}, {wanted} asked for; {size:.2} labels a \
             set"
            )
        }
        _ => format!("sets hold the true class with {realised}, {wanted} asked for; {size:.2} classes a set"),
    }
}

fn calibration(found: &Calibration, noun: &str) -> String {
    let Calibration { temperature, images, before, after, applied } = found;
    let applied = if *applied { "" } else { ", not applied" };
    format!(
        "temperature {temperature:.2} by {images} validation {noun}s: calibration error {:.3} → \
         {:.3}{applied}",
        before.ece, after.ece
    )
}

/// Returns a description of a threshold and its effect on some images.
fn threshold(found: &AtThreshold, classes: &[String], samples: &str) -> String {
    format!(
        "{} if its probability is at least {:.3}: sensitivity {}, specificity {} on {} {samples}",
        classes[found.threshold.class],
        found.threshold.probability,
        optional(found.sensitivity),
        optional(found.specificity),
        found.n
    )
}

/// Returns a description of the thresholds of labels, which were chosen on these images.
fn label_thresholds(found: &AtLabelThresholds, info: &DatasetInfo) -> String {
    let (wanted, noun) = (number::percent(found.thresholds.wanted), info.noun());
    let rule = format!("each finds {wanted} of its label's {noun}s among {} validation {noun}s", found.n);
    rule + &exceptions(found.thresholds.probabilities.iter().zip(&info.classes))
}

/// Returns which labels have no threshold, or which have one if they are fewer; nothing if all have one.
fn exceptions<'a>(labels: impl Iterator<Item = (&'a Option<f32>, &'a String)>) -> String {
    let (with, without): (Vec<_>, Vec<_>) = labels.partition(|(least, _)| least.is_some());
    let names =
        |labels: Vec<(_, &String)>| labels.iter().map(|(_, name)| &***name).collect::<Vec<&str>>().join(", ");
    match (with.len(), without.len()) {
        (_, 0) => String::new(),
        (with_one, without_one) if with_one < without_one => format!("; only for {}", names(with)),
        _ => format!("; one half for {}", names(without)),
    }
}

/// Returns a share with three decimals, or `undefined`.
pub fn optional(share: Option<f64>) -> String {
    share.map_or_else(|| "undefined".into(), |share| format!("{share:.3}"))
}

/// Adds ACC, AUC and the table of classes.
pub fn metrics(sheet: &mut Sheet, metrics: &Metrics) {
    let (report, noun) = (&metrics.report, metrics.noun());
    let label = match &*metrics.split {
        "train" => "training set",
        "val" => "validation",
        "all" => "all images",
        _ => "test",
    };
    let read = match (&*metrics.split, metrics.test_reads) {
        ("test", 1) => ", read once".into(),
        ("test", times) => format!(", read {times} times"),
        _ => String::new(),
    };
    let Estimate { value: share, ci95: interval } = metrics.acc();
    let acc = number::with_interval(share, Some(interval));
    let auc = match (report.auc, report.auc_ci95) {
        (Some(auc), None) => format!("{auc:.3} (too few {noun}s for an interval)"),
        (Some(auc), interval) => number::with_interval(auc, interval),
        (None, _) => optional(None),
    };
    let of = metrics.slices.map_or_else(String::new, |slices| format!(" volumes of {slices} slices"));
    sheet.row(label, format!("ACC {acc}   AUC {auc}   n = {}{of}{read}", report.n));
    if metrics.decided().is_some() {
        sheet.row("", format!("MedMNIST's ACC, which decides at one half: {:.3}", report.acc));
    }
    match (report.majority_acc, metrics.balanced_acc()) {
        (Some(majority), Some(balanced)) => {
            sheet.row(
                "",
                format!("balanced ACC {balanced:.3}; always the commonest class: ACC {majority:.3}"),
            );
        }
        (Some(majority), None) => {
            sheet.row("", format!("always the commoner answer for each label: ACC {majority:.3}"));
        }
        (None, _) => {}
    }
    let missed = metrics.never_found();
    if !missed.is_empty() {
        sheet.row("warning", format!("no {noun} of {} is found{}", missed.join(", "), remedy(metrics)));
    }
    if !report.auc_undefined_for.is_empty() {
        let mean =
            others_auc(metrics).map_or_else(String::new, |auc| format!("; mean of the others {auc:.3}"));
        let names = report.auc_undefined_for.join(", ");
        sheet.row("", format!("no AUC: all or no {noun}s are {names}{mean}"));
    }
    if let Some(found) = &metrics.at_threshold {
        let names: Vec<String> = report.classes.iter().map(|class| class.name.clone()).collect();
        sheet.row("", threshold(found, &names, &format!("{} {noun}s", metrics.split)));
    }
    if let Some(found) = &metrics.sets {
        sheet.row("", coverage(found, report.task));
    }
    if let Some(found) = &metrics.flagged {
        sheet.row("", format!("{} of {} {noun}s are unlike the training {noun}s", found.images, report.n));
    }
    let (table, label) = match report.task {
        Task::MultiLabel => (labels(metrics), "per label"),
        _ => (classes(metrics.classes(), metrics.confusion()), "per class"),
    };
    for (index, line) in table.lines().enumerate() {
        sheet.row(if index == 0 { label } else { "" }, line);
    }
}

/// Returns the mean AUC of the classes or labels that have one.
fn others_auc(metrics: &Metrics) -> Option<f64> {
    let areas: Vec<f64> =
        metrics.report.classes.iter().filter_map(|class| Some(class.ranking.as_ref()?.auc)).collect();
    (!areas.is_empty()).then(|| areas.iter().sum::<f64>() / areas.len() as f64)
}

/// Returns what can be done about labels that are never found.
fn remedy(metrics: &Metrics) -> &'static str {
    match (metrics.report.task, &metrics.at_label_thresholds) {
        (Task::MultiLabel, None) => "; `--sensitivity 0.9` sets a threshold for each label",
        _ => "",
    }
}

/// Adds what an evaluation on other data says beside its metrics.
pub fn external(sheet: &mut Sheet, record: &ExternalEvaluation) {
    if record.developed_on > 0 {
        let left_out = record.developed_on;
        let noun = record.metrics.noun();
        sheet.row("left out", format!("{left_out} {noun}s that the network was developed on"));
    }
    sheet.row("calibration", format!("calibration error {:.3} on these images", record.calibration_error));
    for (index, found) in record.beside.iter().enumerate() {
        let Difference { before, after, difference, ci95: [low, high] } = found.difference;
        let text = format!(
            "{}: {:.3} → {:.3}, difference {difference:+.3} [{low:+.3}, {high:+.3}]",
            found.measure, before.value, after.value
        );
        sheet.row(if index == 0 { "own → these" } else { "" }, text);
    }
    let notable = record.shifts.iter().filter(|shift| shift.size() >= NOTABLE_SHIFT);
    for (index, shift) in notable.enumerate() {
        let value = shift.value.as_ref().map_or(String::new(), |value| format!(" {value}"));
        let text = format!(
            "{}{value}: {:.3} → {:.3}, tells {:.0} % of image pairs apart",
            shift.statistic,
            shift.training,
            shift.here,
            100.0 * (0.5 + shift.size())
        );
        sheet.row(if index == 0 { "differs" } else { "" }, text);
    }
}

/// Returns a table of the sensitivity and specificity of each label, and of the order of the images by it;
/// with thresholds, of the probability from which on it is decided for.
fn labels(metrics: &Metrics) -> Table {
    let thresholds = metrics.at_label_thresholds.as_ref().map(|found| &found.thresholds.probabilities);
    let heads = ["label", "n", "sensitivity", "specificity", "AUC", "AP"].map(String::from);
    let from = thresholds.map(|_| "from".to_owned());
    let mut table = Table::new(heads.into_iter().chain(from));
    for (index, label) in metrics.classes().iter().enumerate() {
        let share = |share: Option<f64>| share.map_or_else(|| "-".into(), |share| format!("{share:.3}"));
        let ranking = label.ranking.as_ref();
        let order = [ranking.map(|found| found.auc), ranking.map(|found| found.average_precision)].map(share);
        let from = thresholds.map(|found| format!("{:.3}", found[index].unwrap_or(0.5)));
        table.row(figures(label).into_iter().chain(order).chain(from));
    }
    table
}

/// Returns a table of the sensitivity and specificity of each class, and of its confusion with the others.
fn classes(classes: &[ClassReport], confusion: Option<&[Vec<u64>]>) -> Table {
    let confusion = confusion.filter(|rows| rows.len() <= CONFUSION);
    let names = classes.iter().map(|class| format!("as {}", shortened(&class.name)));
    let heads = names.filter(|_| confusion.is_some());
    let fixed = ["class", "n", "sensitivity", "specificity"].map(String::from);
    let mut table = Table::new(fixed.into_iter().chain(heads));
    for (index, class) in classes.iter().enumerate() {
        let counts = confusion.map_or(&[][..], |rows| &rows[index]);
        table.row(figures(class).into_iter().chain(counts.iter().map(ToString::to_string)));
    }
    table
}

fn figures(class: &ClassReport) -> [String; 4] {
    let share = |share: Option<f64>| share.map_or_else(|| "-".into(), |share| format!("{share:.3}"));
    [class.name.clone(), class.n.to_string(), share(class.sensitivity), share(class.specificity)]
}

fn shortened(name: &str) -> String {
    match name.char_indices().nth(HEAD) {
        Some((cut, _)) => format!("{}…", &name[..cut]),
        None => name.to_owned(),
    }
}
