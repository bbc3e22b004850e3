//! `zodarts fit`.

use crate::args::FitArgs;
use crate::output;
use crate::output::result::{self, Sheet};
use crate::progress::{Ui, note};
use crate::resolve;
use crate::setup;
use anyhow::{Context, Result};
use std::time::Instant;
use toml::Table;
use zodarts_data::Dataset;
use zodarts_run::folder::Goal;
use zodarts_run::folder::RunFolder;
use zodarts_run::job::{Fit, Place, RunRequest};
use zodarts_run::settings::{Preset, Settings};

/// Searches, trains and evaluates.
pub fn run(args: &FitArgs, ui: &Ui) -> Result<()> {
    let start = Instant::now();
    let recorded = match &args.run.base.config {
        Some(file) if args.data.is_none() => resolve::recorded_data(file)?,
        _ => None,
    };
    if let Some(data) = &recorded {
        note(&format!("DATA is {data}, of the run that wrote the file of --config"));
    }
    let named = args.data.as_deref().or(recorded.as_deref());
    let default = if named.is_some() { Preset::Standard } else { Preset::Quick };
    let settings = args.run.settings(default, None, &Table::new())?;
    let place = Place::new(args.run.out.clone());
    place.check()?;
    let data = named.unwrap_or("phantom");
    let dataset = setup::open(data, &settings.data, &args.source, ui)?;
    let request = RunRequest::new(Goal::Fit, &dataset, &settings, &place).with_resume(args.run.resume.into());
    let (folder, _lock) = request.open()?;
    setup::note_resumed(&folder);
    let job = request.job(data, &folder).with_limit(args.run.max_time, start);
    let fit = job
        .fit(&mut *setup::observer(&job, args.run.tensorboard, ui)?)
        .with_context(|| setup::stopped(&folder))?;
    // What was computed is safe by now: a page that cannot be made takes nothing away.
    if let Err(error) = zodarts_report::write(&folder, Ok(&dataset)) {
        note(&format!("no {}: {error}", zodarts_report::FILE));
    }
    if args.run.json {
        return output::json(&fit.metrics);
    }
    output::print(&sheet(&fit, &settings, &dataset, &folder).to_string())
}

fn sheet(fit: &Fit, settings: &Settings, dataset: &Dataset, folder: &RunFolder) -> Sheet {
    let mut sheet = Sheet::new(result::title(&fit.metrics));
    result::network(&mut sheet, &fit.metrics);
    if let Some(search) = &fit.search {
        sheet.row("search", result::search(search, settings.search.epochs));
    }
    sheet.row("training", result::training(&fit.train));
    for (label, text) in result::prepared(&fit.prepared, &dataset.info) {
        sheet.row(label, text);
    }
    result::metrics(&mut sheet, &fit.metrics);
    if !fit.data.findings.is_empty() {
        sheet.row("data", fit.data.findings.join("; "));
    }
    sheet.row("files", folder.path().display().to_string());
    sheet.row("to look at", folder.path().join(zodarts_report::FILE).display().to_string());
    sheet
}
