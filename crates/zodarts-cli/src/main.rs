//! The `zodarts` command: parse, resolve, call, print.

mod args;
mod commands;
mod failure;
mod output;
mod progress;
mod resolve;
mod setup;

use args::{Cli, Command, Common, DataCommand};
use progress::Ui;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

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
        Command::Predict(args) => commands::predict::run(&args),
        Command::Data(DataCommand::Info(args)) => commands::data::run(&args, &ui),
        Command::Presets { json } => commands::presets::run(json),
        Command::Completions { shell } => commands::completions::run(shell),
    }
}

fn threads(common: Common) -> anyhow::Result<()> {
    let count = common.threads.map_or(0, std::num::NonZero::get);
    Ok(rayon::ThreadPoolBuilder::new().num_threads(count).build_global()?)
}
