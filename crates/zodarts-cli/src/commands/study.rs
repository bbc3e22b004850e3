//! `zodarts study`.

use crate::args::{HypergradientArgs, StudyCommand};
use crate::failure::Advice;
use crate::output;
use crate::progress::{Ui, note};
use crate::resolve::Resolved;
use crate::setup;
use anyhow::{Context, Result};
use std::fs;
use zodarts_lab::study::{StudyPlan, StudySettings, study};
use zodarts_nas::memory::Memory;
use zodarts_nas::search::SearchInput;
use zodarts_nas::stage::Deadline;
use zodarts_run::job;
use zodarts_run::settings::{Preset, Settings};

/// Runs a study.
pub fn run(command: &StudyCommand, ui: &Ui) -> Result<()> {
    match command {
        StudyCommand::Hypergradient(args) => hypergradient(args, ui),
    }
}

/// Compares every estimator with the reference, prints the tables and writes them with their figures.
fn hypergradient(args: &HypergradientArgs, ui: &Ui) -> Result<()> {
    let options = [args.seed.table(), args.given.table()];
    let Resolved { settings, methods } = args.base.settings(Preset::Paper, None, &options)?;
    let study_settings = study_settings(args, &settings)?;
    let dataset = setup::open(&args.data, &settings.data, &args.source, ui)?;
    let memory = Memory::available();
    job::check_search(&dataset, &settings, memory)?;
    fs::create_dir_all(&args.out).with_context(|| format!("{}: cannot be created", args.out.display()))?;
    let development = dataset.train.merged(&dataset.val);
    let input = SearchInput {
        info: &dataset.info,
        development: &development,
        settings: settings.part(|settings| &settings.search),
        method: settings.part(|settings| &*settings.method),
        mixing: None,
        seed: settings.seed,
        deadline: Deadline::NONE,
        memory,
        store: None,
    };
    let bar = ui.work("study", study_settings.total_passes(settings.search.space, &methods) as u64);
    let tick = |passes| bar.inc(passes as u64);
    let plan = StudyPlan { settings: &study_settings, methods: &methods };
    let found = study(input, plan, &mut ui.brief_observer(), &tick, &mut |study| study.write(&args.out))?;
    bar.finish_and_clear();
    if args.json {
        output::json(&found)?;
    } else {
        output::print(&found.markdown())?;
    }
    note(&format!("tables and figures are in {}", args.out.display()));
    Ok(())
}

fn study_settings(args: &HypergradientArgs, settings: &Settings) -> Result<StudySettings> {
    let mut snapshot_epochs = args.snapshots.clone();
    snapshot_epochs.sort_unstable();
    snapshot_epochs.dedup();
    let epochs = settings.search.epochs;
    if let Some(late) = snapshot_epochs.iter().find(|epoch| **epoch >= epochs) {
        let message = format!("--snapshots {late}: the search has {epochs} epochs");
        return Err(Advice::error(message, "choose epochs before its end"));
    }
    let (draws, passes) = (args.draws as usize, args.passes as usize);
    Ok(StudySettings { snapshot_epochs, draws, width: args.width, passes })
}
