//! The result in a sentence, and a list of facts.

use crate::markup::Markup;
use crate::run::ReportedRun;
use askama::Template;
use zodarts_data::Task;
use zodarts_lab::text::number;
use zodarts_nas::evaluate::{Estimate, Metrics};
use zodarts_nas::protocol::Protocol;
use zodarts_nas::search::Stop;
use zodarts_run::folder::Progress;

#[derive(Template)]
#[template(path = "result.html")]
struct ResultSection {
    headline: String,
    finished: bool,
    /// True if a class is never found.
    doubtful: bool,
    facts: Vec<(&'static str, String)>,
}

/// Returns the headline and the list of facts.
pub fn body(run: &ReportedRun) -> Markup {
    let finished = run.metrics.is_some();
    let doubtful = run.metrics.as_ref().is_some_and(|metrics| !metrics.never_found().is_empty());
    Markup::of(&ResultSection { headline: headline(run), finished, doubtful, facts: facts(run) })
}

/// Returns the test result in a sentence or two, or the state of an unfinished run.
pub fn headline(run: &ReportedRun) -> String {
    let unfinished = |stage: &str, done: usize, planned: usize| {
        format!("This run is not finished: {done} of {planned} epochs of the {stage} are done.")
    };
    match (&run.metrics, run.status.training, run.status.search) {
        (Some(metrics), _, _) => tested(metrics),
        (None, Progress::Done, _) => {
            "The network is trained but has not been tested yet: run `zodarts evaluate`.".into()
        }
        (None, Progress::Begun { done, planned }, _) => unfinished("training", done, planned),
        (None, Progress::NotBegun, Progress::Done) => {
            "The search has found an architecture; nothing has been trained yet.".into()
        }
        (None, Progress::NotBegun, Progress::Begun { done, planned }) => unfinished("search", done, planned),
        (None, Progress::NotBegun, Progress::NotBegun) => {
            "This run has only just begun: there are no results yet.".into()
        }
    }
}

fn tested(metrics: &Metrics) -> String {
    let (report, noun) = (&metrics.report, metrics.noun());
    let what = match report.task {
        Task::MultiLabel => "of the decisions on a label are correct",
        _ => "are classified correctly",
    };
    let deployed = metrics.decided();
    let Estimate { value: share, ci95: [low, high] } = metrics.acc();
    let acc = format!(
        "Of {} test {noun}s, {} {what} (95 % interval {} to {})",
        report.n,
        percent(share),
        percent(low),
        percent(high)
    );
    let at_half = match deployed {
        Some(_) => format!(" MedMNIST's ACC, which decides at one half, is {}.", percent(report.acc)),
        None => String::new(),
    };
    let auc = match (report.auc, report.auc_ci95) {
        (Some(auc), Some([low, high])) => format!("; the AUC is {auc:.3} ({low:.3} to {high:.3})"),
        (Some(auc), None) => format!("; the AUC is {auc:.3} (too few {noun}s for an interval)"),
        (None, _) => String::new(),
    };
    let how = match (metrics.protocol, metrics.test_reads) {
        (Protocol::Paper, _) => {
            "Protocol paper: the epoch was chosen on these test images, so this does not estimate the \
             accuracy on new images."
                .into()
        }
        (Protocol::Official, 1) => {
            "Protocol official: the test images were read once, after the last decision.".to_owned()
        }
        (Protocol::Official, reads) => {
            format!(
                "Protocol official: no decision depends on the test images, but they were read {reads} times."
            )
        }
    };
    format!("{acc}{auc}.{at_half}{} {how}", beside(metrics))
}

/// Returns what an accuracy has to be held against, and a warning of classes that are never found.
fn beside(metrics: &Metrics) -> String {
    let report = &metrics.report;
    let compared = match (report.majority_acc, metrics.balanced_acc()) {
        (Some(majority), Some(balanced)) => format!(
            " Always predicting the commonest class would be right for {}; the balanced accuracy is {}.",
            percent(majority),
            percent(balanced)
        ),
        (Some(majority), None) => format!(
            " Always giving the commoner answer for each label would be right for {}.",
            percent(majority)
        ),
        (None, _) => String::new(),
    };
    match &metrics.never_found()[..] {
        [] => compared,
        missed => format!("{compared} No {} of {} is found.", metrics.noun(), missed.join(", ")),
    }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

fn facts(run: &ReportedRun) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("data", run.dataset().to_owned()),
        ("method", run.method()),
        ("seed", run.settings.seed.to_string()),
    ];
    if let Some(model) = &run.model {
        let cost = model.cost();
        let (params, macs) = (number::count(cost.params), number::count(cost.macs));
        facts.push(("network", format!("{params} parameters, {macs} multiply-accumulates per image")));
    }
    facts.extend(search(run).map(|text| ("search", text)));
    facts.extend(training(run).map(|text| ("training", text)));
    if let Some(found) = &run.calibration {
        let (temperature, before, after) = (found.temperature, found.before.ece, found.after.ece);
        let noun = run.model.as_ref().map_or("image", |model| model.card.dataset.noun());
        let applied = if found.applied { "" } else { ", not applied" };
        facts.push((
            "calibration",
            format!(
                "temperature {temperature:.2}; calibration error on the {} validation {noun}s {before:.3} → \
                 {after:.3}{applied}",
                found.images
            ),
        ));
    }
    if let Some(found) = run.metrics.as_ref().and_then(|metrics| metrics.at_threshold.as_ref()) {
        let classes = &run.metrics.as_ref().expect("there is a threshold").report.classes;
        let share = |share: Option<f64>| share.map_or_else(|| "undefined".into(), percent);
        let (name, probability) = (&classes[found.threshold.class].name, found.threshold.probability);
        let (sensitivity, specificity) = (share(found.sensitivity), share(found.specificity));
        facts.push((
            "threshold",
            format!(
                "{name} if its probability is at least {probability:.3}; on the test images, sensitivity is \
                 {sensitivity} and specificity {specificity}"
            ),
        ));
    }
    facts.extend(run.metrics.as_ref().and_then(label_thresholds));
    facts.extend(run.metrics.iter().flat_map(beyond_classes));
    facts
}

/// Returns the thresholds of labels in a sentence.
fn label_thresholds(metrics: &Metrics) -> Option<(&'static str, String)> {
    let thresholds = &metrics.at_label_thresholds.as_ref()?.thresholds;
    let labels = metrics.report.classes.iter().zip(&thresholds.probabilities);
    let without: Vec<&str> =
        labels.filter(|(_, least)| least.is_none()).map(|(label, _)| &*label.name).collect();
    let found = number::percent(thresholds.wanted);
    let rule = format!("a probability for each label at which {found} of its validation images are found");
    let rule = if without.is_empty() { rule } else { format!("{rule}; one half for {}", without.join(", ")) };
    Some(("thresholds", rule))
}

/// Returns what the test says of prediction sets and of images that are unlike the training images.
fn beyond_classes(metrics: &Metrics) -> impl Iterator<Item = (&'static str, String)> {
    let sets = metrics.sets.as_ref().map(|found| {
        let realised = number::share(found.realised, found.realised_ci95, "undefined");
        let wanted = number::percent(found.sets.coverage);
        let size = found.mean_size;
        let text = match metrics.report.task {
            Task::MultiLabel => format!(
                "the set of labels of a test image holds each that is present with {realised}; {wanted} were \
                 asked for. It has {size:.2} labels on average"
            ),
            _ => format!(
                "the set of classes of a test image holds the true one with {realised}; {wanted} were asked \
                 for. It has {size:.2} classes on average"
            ),
        };
        ("prediction sets", text)
    });
    let flagged = metrics.flagged.map(|found| {
        let (n, noun) = (metrics.report.n, metrics.noun());
        ("novelty", format!("{} of {n} test {noun}s are unlike the training {noun}s", found.images))
    });
    sets.into_iter().chain(flagged)
}

fn search(run: &ReportedRun) -> Option<String> {
    let found = run.found?;
    let why = match found.stop {
        Stop::Finished => "",
        Stop::Settled => ", stopped because every edge had settled on one operation",
        Stop::Deadline => ", stopped by the time limit",
    };
    Some(format!("{} in {}{why}", number::epochs(found.epochs), number::duration(found.seconds)))
}

fn training(run: &ReportedRun) -> Option<String> {
    let seconds: f64 = run.train.iter().map(|record| record.seconds).sum();
    let epochs = number::epochs(run.train.len());
    let kept = run.kept().map_or(String::new(), |epoch| format!("; the weights of epoch {epoch} were kept"));
    (!run.train.is_empty()).then(|| format!("{epochs} in {}{kept}", number::duration(seconds)))
}
