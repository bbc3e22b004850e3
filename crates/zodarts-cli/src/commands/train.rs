//! `zodarts train`.

use crate::args::TrainArgs;
use crate::failure::Advice;
use crate::output::{self, result};
use crate::progress::{Ui, note};
use crate::setup;
use anyhow::{Context, Result, bail};
use serde_json::json;
use std::path::Path;
use std::time::Instant;
use zodarts_nas::genotype::Genotype;
use zodarts_nas::train::TrainOutcome;
use zodarts_run::folder::{Goal, RunFolder, RunInfo, names};
use zodarts_run::job::{Place, RunRequest, check_searched_data};
use zodarts_run::settings::{Checked, Preset, Settings};

/// Trains a network and prints its validation result.
pub fn run(args: &TrainArgs, ui: &Ui) -> Result<()> {
    let start = Instant::now();
    let searched = args.from.as_deref().map(RunFolder::open).transpose()?;
    let settings = settings(args, searched.as_ref())?;
    let genotype = setup::genotype(&settings, || genotype(args, searched.as_ref()))?;
    let record = searched.as_ref().map(RunFolder::config).transpose()?.and_then(|(record, _)| record);
    let data = data(args, record.as_ref())?;
    let place = Place::new(args.run.out.clone());
    place.check()?;
    let dataset = setup::open(&data, &settings.data, &args.source, ui)?;
    if let Some(searched) = &searched {
        check_searched_data(searched, &dataset)?;
    }
    let request = RunRequest::new(Goal::Train, &dataset, &settings, &place)
        .with_genotype(genotype)
        .with_resume(args.run.resume.into());
    let (folder, _lock) = match searched.filter(|_| args.run.out.is_none()) {
        Some(folder) => request.open_in_search(folder)?,
        None => request.open()?,
    };
    setup::note_resumed(&folder);
    let job = request.job(&data, &folder).with_limit(args.run.max_time, start);
    let (outcome, prepared) = job
        .run_training(genotype, &mut *setup::observer(&job, args.run.tensorboard, ui)?)
        .with_context(|| setup::stopped(&folder))?;
    for (_, text) in result::prepared(&prepared, &dataset.info) {
        note(&text);
    }
    print(args.run.json, &outcome, folder.path())
}

fn settings(args: &TrainArgs, searched: Option<&RunFolder>) -> Result<Checked<Settings>> {
    let own = searched.map(|folder| folder.path().join(names::CONFIG));
    args.run.settings(Preset::Paper, own.as_deref(), &args.implied())
}

/// Returns the genotype that the arguments name.
fn genotype(args: &TrainArgs, searched: Option<&RunFolder>) -> Result<Genotype> {
    match (&args.genotype, searched) {
        (Some(text), _) => Ok(text.parse()?),
        (None, Some(folder)) => Ok(folder.genotype()?),
        (None, None) => bail!(zodarts_nas::Error::NoGenotype),
    }
}

fn data(args: &TrainArgs, record: Option<&RunInfo>) -> Result<String> {
    let recorded = || record.map(|record| record.data.clone());
    args.data
        .clone()
        .or_else(recorded)
        .ok_or_else(|| Advice::error("the run does not say what data it used", "pass DATA"))
}

fn print(json: bool, outcome: &TrainOutcome, run: &Path) -> Result<()> {
    note(&format!("trained {}", result::training(outcome)));
    note(&format!("files are in {0}; test with `zodarts evaluate {0}`", run.display()));
    if !json {
        let auc = result::optional(outcome.val_auc);
        return output::print(&format!("validation  ACC {:.3}   AUC {auc}\n", outcome.val_acc));
    }
    let cost = outcome.model.cost();
    output::json(&json!({
        "val_acc": outcome.val_acc,
        "val_auc": outcome.val_auc,
        "selected_epoch": outcome.selected_epoch,
        "epochs": outcome.epochs,
        "seconds": outcome.seconds,
        "genotype": outcome.model.card.genotype,
        "params": cost.params,
        "macs": cost.macs,
        "run": run,
    }))
}
