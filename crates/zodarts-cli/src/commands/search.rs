//! `zodarts search`.

use crate::args::SearchArgs;
use crate::output::{self, result};
use crate::progress::{Ui, note};
use crate::setup;
use anyhow::{Context, Result};
use serde_json::json;
use std::time::Instant;
use toml::Table;
use zodarts_nas::protocol::Protocol;
use zodarts_run::folder::Goal;
use zodarts_run::job::{Job, Wanted};
use zodarts_run::settings::Preset;

/// Searches an architecture and prints its genotype.
pub fn run(args: &SearchArgs, ui: &Ui) -> Result<()> {
    let start = Instant::now();
    let out = args.run.out.as_deref();
    let settings = args.run.settings(Preset::Paper, None, &Table::new())?;
    setup::check_out(out)?;
    let dataset = setup::open(&args.data, &settings.data, &args.source, ui)?;
    setup::check_search(&dataset, &settings)?;
    let (info, resume) = (&dataset.info, args.run.resume.into());
    let wanted = Wanted { goal: Goal::Search, info, settings: &settings, resume };
    let (folder, _lock) = setup::folder(args.run.out.as_deref(), &wanted, settings.method.name())?;
    let job = Job {
        dataset: &dataset,
        data: &args.data,
        settings: &settings,
        folder: &folder,
        protocol: Protocol::Official,
        limit: args.run.max_time,
        start,
    };
    job.begin(Goal::Search)?;
    job.describe()?;
    let outcome = job
        .search(None, &mut *setup::observer(&job, args.run.tensorboard, ui)?)
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
