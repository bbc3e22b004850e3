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
use zodarts_data::Dataset;
use zodarts_nas::genotype::Genotype;
use zodarts_nas::protocol::Protocol;
use zodarts_nas::train::TrainOutcome;
use zodarts_run::Error;
use zodarts_run::folder::Goal;
use zodarts_run::folder::{RunError, RunFolder, RunInfo};
use zodarts_run::job::{Job, Wanted};
use zodarts_run::lock::Lock;
use zodarts_run::settings::{Architecture, Checked, Preset, Settings};

/// Trains a network and prints its validation result.
pub fn run(args: &TrainArgs, ui: &Ui) -> Result<()> {
    let start = Instant::now();
    let searched = args.from.as_deref().map(RunFolder::open).transpose()?;
    let settings = settings(args, searched.as_ref())?;
    let genotype = genotype(args, searched.as_ref(), &settings)?;
    let record = searched.as_ref().map(RunFolder::config).transpose()?.and_then(|(record, _)| record);
    let data = data(args, record.as_ref())?;
    setup::check_out(args.run.out.as_deref())?;
    let dataset = setup::open(&data, &settings.data, &args.source, ui)?;
    if let Some(searched) = &searched {
        check_same_data(searched, record.as_ref(), &dataset)?;
    }
    setup::check_training(&dataset, &settings, genotype)?;
    setup::check_predictions(&dataset, &settings)?;
    let (info, resume) = (&dataset.info, args.run.resume.into());
    let wanted = Wanted { goal: Goal::Train, info, settings: &settings, resume };
    let (folder, _lock) = match searched.filter(|_| args.run.out.is_none()) {
        Some(folder) => in_search(folder, &wanted)?,
        None => setup::folder(args.run.out.as_deref(), &wanted, what(genotype))?,
    };
    let limit = args.run.max_time;
    let protocol = Protocol::Official;
    let job =
        Job { dataset: &dataset, data: &data, settings: &settings, folder: &folder, protocol, limit, start };
    job.begin(Goal::Train)?;
    job.describe()?;
    if let Some(genotype) = &genotype {
        folder.write_genotype(genotype)?;
    }
    let mut outcome = job
        .train(genotype, &mut *setup::observer(&job, args.run.tensorboard, ui)?)
        .with_context(|| setup::stopped(&folder))?;
    let prepared = job.prepare(&mut outcome.model)?;
    for (_, text) in result::prepared(&prepared, &dataset.info.classes) {
        note(&text);
    }
    print(args.run.json, &outcome, folder.path())
}

fn settings(args: &TrainArgs, searched: Option<&RunFolder>) -> Result<Checked<Settings>> {
    let own = searched.map(|folder| folder.path().join("config.toml"));
    args.run.settings(Preset::Paper, own.as_deref(), &args.implied())
}

/// The architecture to train; none for `ResNet-18`.
fn genotype(args: &TrainArgs, searched: Option<&RunFolder>, settings: &Settings) -> Result<Option<Genotype>> {
    if settings.train.architecture == Architecture::Resnet18 {
        return Ok(None);
    }
    let genotype: Genotype = match (&args.genotype, searched) {
        (Some(text), _) => text.parse()?,
        (None, Some(folder)) => folder.genotype()?,
        (None, None) => bail!(zodarts_nas::Error::NoGenotype),
    };
    genotype.check_connected()?;
    Ok(Some(genotype))
}

fn data(args: &TrainArgs, record: Option<&RunInfo>) -> Result<String> {
    let recorded = || record.map(|record| record.data.clone());
    args.data
        .clone()
        .or_else(recorded)
        .ok_or_else(|| Advice::error("the run does not say what data it used", "pass DATA"))
}

/// Refuses data that the search did not see: what is test data here may have shaped the architecture there.
fn check_same_data(searched: &RunFolder, record: Option<&RunInfo>, dataset: &Dataset) -> Result<()> {
    if let Some(record) = record.filter(|record| record.fingerprint != dataset.info.fingerprint) {
        let message = format!(
            "{}: searched on {}, which has another fingerprint than the data given ({}), so that its search may \
             have seen their test images",
            searched.path().display(),
            record.dataset,
            dataset.info.name
        );
        let hint = "pass the data and split options of the search, or the architecture with --genotype";
        return Err(Advice::error(message, hint));
    }
    Ok(())
}

/// The folder of a search, in which the network it found is trained, unless that was done.
fn in_search(folder: RunFolder, wanted: &Wanted<'_>) -> Result<(RunFolder, Lock)> {
    let path = folder.path();
    if !path.join("train.jsonl").exists() {
        let lock = Lock::inside(path)?;
        return Ok((folder, lock));
    }
    match wanted.at(path) {
        Err(Error::Run(RunError::Exists { .. })) => {
            let message = format!("{}: already holds a training", path.display());
            Err(Advice::error(message, "choose another folder with --out"))
        }
        found => Ok(found?),
    }
}

/// What a run is named after.
fn what(genotype: Option<Genotype>) -> &'static str {
    if genotype.is_some() { "genotype" } else { "resnet18" }
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
