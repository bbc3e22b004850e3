//! The `zodarts` command: parse, resolve, call, print.

mod args;
mod commands;
mod failure;
mod interrupt;
mod output;
mod progress;
mod resolve;
mod setup;

use args::{Cli, Command, Common};
use progress::{Ui, note};
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use zodarts_nn::executor::MAX_SHARDS;

/// The most threads that a search uses: two chains, each with one thread per shard of a batch.
const MOST_THREADS: usize = 2 * MAX_SHARDS;

fn main() -> ExitCode {
    let cli = match args::from(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => return failure::usage(&error),
    };
    match catch_unwind(AssertUnwindSafe(|| run(cli))) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => failure::report(&error),
        Err(_) => failure::bug(),
    }
}

fn run(cli: Cli) -> anyhow::Result<()> {
    let ui = Ui::new(cli.common.quiet);
    threads(cli.common)?;
    match cli.command {
        Command::Fit(args) => commands::fit::run(&args, &ui),
        Command::Search(args) => commands::search::run(&args, &ui),
        Command::Train(args) => commands::train::run(&args, &ui),
        Command::Evaluate(args) => commands::evaluate::run(&args, &ui),
        Command::Export(args) => commands::export::run(&args, &ui),
        Command::Predict(args) => commands::predict::run(&args),
        Command::Explain(args) => commands::explain::run(&args),
        Command::Report(args) => commands::report::run(&args, &ui),
        Command::Compare(args) => commands::compare::run(&args, &ui),
        Command::CrossValidate(args) => commands::cross_validate::run(&args, &ui),
        Command::Study(command) => commands::study::run(&command, &ui),
        Command::Data(command) => commands::data::run(&command, &ui),
        Command::Presets { json } => commands::presets::run(json),
        Command::Settings(args) => commands::settings::run(&args),
        Command::Completions { shell } => commands::completions::run(shell),
        Command::Man { out } => commands::man::run(out.as_deref()),
        Command::Reference => commands::reference::run(),
    }
}

/// Starts the threads, and prints a note if some will be idle.
fn threads(common: Common) -> anyhow::Result<()> {
    let count = usize::from(common.threads);
    let cores = std::thread::available_parallelism().map_or(usize::MAX, NonZero::get);
    if count > cores {
        note(&format!("--threads {count}: this machine has {cores} cores; more threads do not help"));
    } else if count > MOST_THREADS {
        note(&format!("--threads {count}: a search uses at most {MOST_THREADS} threads"));
    }
    Ok(rayon::ThreadPoolBuilder::new().num_threads(count).build_global()?)
}
