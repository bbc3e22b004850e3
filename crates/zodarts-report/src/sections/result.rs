//! The result in one sentence, and the facts beside it.

use crate::markup::Markup;
use crate::run::{Progress, Run};
use askama::Template;
use zodarts_data::Task;
use zodarts_lab::text::number;
use zodarts_nas::evaluate::Metrics;
use zodarts_nas::protocol::Protocol;
use zodarts_nas::search::Stop;

#[derive(Template)]
#[template(path = "result.html")]
struct Body {
    headline: String,
    finished: bool,
    facts: Vec<(&'static str, String)>,
}

/// The sentence and a table of facts.
pub fn body(run: &Run) -> Markup {
    let finished = run.progress() == Progress::Tested;
    Markup::of(&Body { headline: headline(run), finished, facts: facts(run) })
}

/// What the run came to, in a sentence or two, or how far it got.
pub fn headline(run: &Run) -> String {
    match (&run.metrics, run.progress()) {
        (Some(metrics), _) => tested(metrics),
        (None, Progress::Searching(done, planned)) => {
            format!("This run is not finished: the search did {done} of {planned} epochs.")
        }
        (None, Progress::Searched) => "An architecture was found; nothing was trained yet.".into(),
        (None, Progress::Training(done, planned)) => {
            format!("This run is not finished: the training did {done} of {planned} epochs.")
        }
        (None, Progress::Trained) => {
            "The network is trained, but was not tested yet: zodarts evaluate does that, once.".into()
        }
        (None, _) => "This run has only begun: there is nothing but its settings.".into(),
    }
}

fn tested(metrics: &Metrics) -> String {
    let report = &metrics.report;
    let what = match report.task {
        Task::MultiLabel => "of the decisions about a label are right",
        _ => "are classified correctly",
    };
    let [low, high] = report.acc_ci95;
    let acc = format!(
        "Of {} test images, {} {what} (95 % interval {} to {})",
        report.n,
        percent(report.acc),
        percent(low),
        percent(high)
    );
    let auc = match (report.auc, report.auc_ci95) {
        (Some(auc), Some([low, high])) => format!("; the AUC is {auc:.3} ({low:.3} to {high:.3})"),
        (Some(auc), None) => format!("; the AUC is {auc:.3}"),
        (None, _) => String::new(),
    };
    let how = match (metrics.protocol, metrics.test_reads) {
        (Protocol::Paper, _) => {
            "Protocol paper: the epoch was chosen on these very images, so this says nothing about new ones."
                .into()
        }
        (Protocol::Official, 1) => {
            "Protocol official: they were read once, after the last decision.".to_owned()
        }
        (Protocol::Official, reads) => {
            format!("Protocol official: no decision saw them, but they were read {reads} times.")
        }
    };
    format!("{acc}{auc}. {how}")
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

fn facts(run: &Run) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("data", run.dataset().to_owned()),
        ("method", run.method()),
        ("seed", run.settings.seed.to_string()),
    ];
    if let Some(model) = &run.model {
        let cost = model.cost();
        let (params, macs) = (number::count(cost.params), number::count(cost.macs));
        facts.push(("network", format!("{params} parameters, {macs} multiply-accumulates an image")));
    }
    facts.extend(search(run).map(|text| ("search", text)));
    facts.extend(training(run).map(|text| ("training", text)));
    if let Some(found) = &run.calibration {
        let (temperature, before, after) = (found.temperature, found.before.ece, found.after.ece);
        facts.push((
            "calibration",
            format!(
                "temperature {temperature:.2}; on the {} validation images the calibration error is {after:.3}, {before:.3} before",
                found.images
            ),
        ));
    }
    if let Some(found) = run.metrics.as_ref().and_then(|metrics| metrics.at_threshold) {
        let classes = &run.metrics.as_ref().expect("there is a threshold").report.classes;
        let share = |share: Option<f64>| share.map_or_else(|| "undefined".into(), percent);
        let (name, probability) = (&classes[found.threshold.class].name, found.threshold.probability);
        let (sensitivity, specificity) = (share(found.sensitivity), share(found.specificity));
        facts.push((
            "threshold",
            format!("{name} from probability {probability:.3} on: sensitivity {sensitivity}, specificity {specificity} on the test images"),
        ));
    }
    facts
}

fn search(run: &Run) -> Option<String> {
    let found = run.found?;
    let why = match found.stop {
        Stop::Finished => "",
        Stop::Settled => ", then every edge had settled on one operation",
        Stop::Deadline => ", then the time was over",
    };
    Some(format!("{} in {}{why}", number::epochs(found.epochs), number::duration(found.seconds)))
}

fn training(run: &Run) -> Option<String> {
    let seconds: f64 = run.train.iter().map(|record| record.seconds).sum();
    let epochs = number::epochs(run.train.len());
    let kept = run.kept().map_or(String::new(), |epoch| format!("; the weights are those of epoch {epoch}"));
    (!run.train.is_empty()).then(|| format!("{epochs} in {}{kept}", number::duration(seconds)))
}
