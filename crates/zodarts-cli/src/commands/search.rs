//! `zodarts search`.

use crate::args::SearchArgs;
use crate::output::{self, result};
use crate::progress::{Ui, note};
use crate::setup;
use anyhow::{Context, Result};
use serde_json::json;
use std::time::Instant;
use toml::Table;
use zodarts_run::folder::Goal;
use zodarts_run::job::{Place, RunRequest};
use zodarts_run::settings::Preset;

/// Searches for an architecture and prints its genotype.
pub fn run(args: &SearchArgs, ui: &Ui) -> Result<()> {
    let start = Instant::now();
    let settings = args.run.settings(Preset::Paper, None, &Table::new())?;
    let place = Place::new(args.run.out.clone());
    place.check()?;
    let dataset = setup::open(&args.data, &settings.data, &args.source, ui)?;
    let request =
        RunRequest::new(Goal::Search, &dataset, &settings, &place).with_resume(args.run.resume.into());
    let (folder, _lock) = request.open()?;
    setup::note_resumed(&folder);
    let job = request.job(&args.data, &folder).with_limit(args.run.max_time, start);
    let outcome = job
        .run_search(&mut *setup::observer(&job, args.run.tensorboard, ui)?)
        .with_context(|| setup::stopped(&folder))?;
    note(&format!("searched {}", result::search(&(&outcome).into(), settings.search.epochs)));
    note(&format!("files are in {0}; train with `zodarts train --run {0}`", folder.path().display()));
    if !args.run.json {
        return output::print(&format!("{}\n", outcome.genotype));
    }
    output::json(&json!({
        "genotype": outcome.genotype,
        "argmax": outcome.argmax,
        "method": settings.method.name(),
        "seed": settings.seed,
        "epochs": outcome.epochs,
        "seconds": outcome.seconds,
        "stop": outcome.stop,
        "p": outcome.mixture,
        "run": folder.path(),
    }))
}
