//! Short runs of a built binary, and the hashes of what they leave: evidence that another version computes
//! the same bits.
//!
//! A record holds a hash for each case and kind of artifact (genotype, α, weights, predictions, …). Times,
//! versions and paths are left out by the lists of [`fields`]. The hashes hold for one kind of machine: for
//! the same vector instructions and the same mathematical library.

mod artifacts;
mod cases;
mod fields;
mod record;
mod runner;
mod tensors;

use anyhow::{Result, bail};
use cases::{Case, Form};
use clap::Args;
use record::Record;
use runner::Runner;
use std::path::PathBuf;
use std::time::Instant;

/// The options of `cargo xtask same-bits`.
#[derive(Args, Debug)]
pub struct Options {
    /// The binary that runs the cases
    #[arg(long, value_name = "PATH")]
    binary: PathBuf,
    #[command(flatten)]
    task: Task,
    /// Use the options and names of commit 8f9ca18 instead of today's
    #[arg(long)]
    old: bool,
    /// Run only the cases whose name holds this text
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
}

/// The use that is made of the hashes.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
struct Task {
    /// Write the hashes to this file
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Compare the hashes with this file, print a table, and fail if one differs
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,
}

/// Runs the cases, then writes or compares the hashes.
///
/// # Errors
/// If a run fails, a file cannot be read or written, or a hash differs.
pub fn run(options: &Options) -> Result<()> {
    let form = if options.old { Form::Old } else { Form::New };
    let runner = Runner::prepare(&options.binary, form)?;
    let known = options.task.check.as_deref().map(Record::read).transpose()?;
    if let Some(known) = known.as_ref().filter(|known| known.machine != record::machine()) {
        bail!("the hashes are of {}, this machine is {}", known.machine, record::machine());
    }
    let found = hashes(&runner, &options.only)?;
    println!("==> what the runs left, and the text that was hashed, is in {}", runner.folder.display());
    match (known, &options.task.record) {
        (Some(known), _) => compare(&known.only(&options.only), &found),
        (None, Some(path)) => found.write(path),
        (None, None) => bail!("expected --record FILE or --check FILE"),
    }
}

fn hashes(runner: &Runner, only: &str) -> Result<Record> {
    let mut found = Record::empty();
    let cases: Vec<Case> = cases::all().into_iter().filter(|case| case.name.contains(only)).collect();
    for case in cases {
        if let Some(missing) = runner::missing(&case) {
            println!("==> SKIPPED {}: {missing}", case.name);
            continue;
        }
        let start = Instant::now();
        let artifacts = runner.run(&case)?;
        println!("==> {}: {:.1} s", case.name, start.elapsed().as_secs_f64());
        found.cases.insert(case.name, record::digests(&artifacts));
    }
    Ok(found)
}

fn compare(known: &Record, found: &Record) -> Result<()> {
    print!("{}", known.table(found));
    match known.differences(found) {
        0 => Ok(()),
        differing => bail!("{differing} of the hashes differ"),
    }
}
