//! `zodarts compare`.

use crate::args::CompareArgs;
use crate::failure::Advice;
use crate::interrupt::{self, Uninterested};
use crate::output::{self, result};
use crate::progress::{Ui, note};
use crate::resolve::Resolved;
use crate::setup;
use anyhow::Result;
use std::path::Path;
use zodarts_lab::Error;
use zodarts_lab::compare::{NamedDataset, Plan, Runner, Trained, Trial, TrialPosition, TrialResult, Watcher};
use zodarts_nas::memory::Memory;
use zodarts_nas::observer::Observer;
use zodarts_nas::protocol::Protocol;
use zodarts_run::job;
use zodarts_run::settings::{Preset, Settings};

/// Runs the trials that are not finished and prints the tables.
pub fn run(args: &CompareArgs, ui: &Ui) -> Result<()> {
    let Resolved { settings, methods } = args.base.settings(Preset::Paper, None, &[args.given.table()])?;
    check_out(args)?;
    let datasets = open(args, &settings, ui)?;
    let candidates = args.candidates();
    let (protocol, settings, out) = (args.protocol, &*settings, &*args.out);
    let plan = Plan {
        datasets: &datasets,
        candidates: &candidates,
        seeds: &args.seeds,
        protocol,
        settings,
        methods: &methods,
        out,
    };
    let trials = plan.trials()?;
    if protocol == Protocol::Paper {
        note(
            "protocol paper trains the architecture of each seed three times and chooses the best epoch on \
             the test split, so its accuracies do not estimate the accuracy on new images",
        );
    }
    interrupt::watch()?;
    let runner = Runner { trials: &trials, settings, protocol, jobs: args.jobs, out };
    let comparison = runner.run(&Terminal { ui, alone: args.jobs.get() == 1 })?;
    if args.json {
        output::json(&comparison)?;
    } else {
        output::print(&comparison.markdown())?;
    }
    note(&format!("tables and trials are in {}", args.out.display()));
    match comparison.failures.len() {
        0 => Ok(()),
        failed => {
            let message = format!("{failed} of {} trials failed", trials.len());
            Err(Advice::error(message, "run the same command again to retry only those"))
        }
    }
}

/// Refuses an output folder with the name of a data set: once it is there, the name would mean the folder.
fn check_out(args: &CompareArgs) -> Result<()> {
    match args.data.iter().find(|data| Path::new(data) == args.out) {
        Some(data) => {
            let message = format!("--out {data}: this is the name or path of the data");
            Err(Advice::error(message, "choose another folder"))
        }
        None => Ok(()),
    }
}

fn open(args: &CompareArgs, settings: &Settings, ui: &Ui) -> Result<Vec<NamedDataset>> {
    let named = |data: &String| {
        let dataset = setup::open(data, &settings.data, &args.source, ui)?;
        let memory = Memory::available();
        job::check_search(&dataset, settings, memory)?;
        job::check_training(&dataset, settings, None, memory)?;
        Ok(NamedDataset { data: data.clone(), dataset })
    };
    args.data.iter().map(named).collect()
}

/// The watcher of a comparison: bars while one trial runs at a time, and a note for each trial.
struct Terminal<'a> {
    ui: &'a Ui,
    alone: bool,
}

impl Watcher for Terminal<'_> {
    fn begins(&self, trial: &Trial<'_>, position: TrialPosition) -> Box<dyn Observer + '_> {
        note(&format!("{} begins: {}", place(position), trial.name()));
        if self.alone { Box::new(self.ui.brief_observer()) } else { Box::new(Uninterested) }
    }

    fn ends(
        &self,
        trial: &Trial<'_>,
        position: TrialPosition,
        result: &Result<TrialResult, Error>,
        found: bool,
    ) {
        let (place, name) = (place(position), trial.name());
        match result {
            Ok(result) => {
                let verb = if found { "was finished" } else { "is done" };
                note(&format!("{place} {verb}: {name}: {}", accuracies(result)));
            }
            Err(error) => note(&format!("{place} failed: {name}: {error}")),
        }
    }
}

/// Returns the accuracies of each training.
fn accuracies(result: &TrialResult) -> String {
    let of = |training: &Trained| {
        let report = &training.test.report;
        format!("test ACC {:.3}, AUC {}", report.acc, result::optional(report.auc))
    };
    result.trainings.iter().map(of).collect::<Vec<String>>().join("; ")
}

fn place(TrialPosition { index, of }: TrialPosition) -> String {
    format!("trial {} of {of}", index + 1)
}
