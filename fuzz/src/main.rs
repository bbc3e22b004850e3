//! `zodarts-fuzz TARGET`: reads files that are damaged at random, for a time.
//!
//! Inputs are made of whole files (real ones, where the measurements' data are at hand) by mutations that know nothing of coverage: bits,
//! numbers at their limits, pieces cut out, repeated or taken from another file, words of the format. Whatever is read has to come to an
//! end, an error or a value, without a panic, in [`watch::PATIENCE`] and with at most [`limits::MEMORY`] of memory. The input at hand is
//! on disk before it is read, so one that ends the process is found there. The same seed makes the same inputs.

mod limits;
mod mutate;
mod targets;
mod watch;

use anyhow::{Context, Result, bail};
use clap::Parser;
use mutate::Mutator;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use targets::Target;
use watch::Watch;

/// What is read, and for how long.
#[derive(Debug, Parser)]
struct Args {
    /// What is read
    #[arg(value_enum)]
    target: Target,
    /// For how long, such as 10m
    #[arg(long, default_value = "1m", value_parser = humantime::parse_duration)]
    time: Duration,
    /// Which inputs are made
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Folder of the measurements' data, whose files are among those that are damaged [default: `ZODARTS_DATA`, else ../shared/data]
    #[arg(long)]
    data: Option<PathBuf>,
    /// Where an input goes that something is wrong with
    #[arg(long, default_value = "findings")]
    out: PathBuf,
}

fn main() -> Result<()> {
    let args = Args::parse();
    limits::apply()?;
    // A panic is a finding, and told as one.
    std::panic::set_hook(Box::new(|_| ()));
    let place = tempfile::tempdir()?;
    let corpus = args.target.corpus(&args.data.clone().unwrap_or_else(shared));
    println!("{}: {} files to damage", args.target.name(), corpus.len());
    let count = run(&args, &corpus, place.path())?;
    let peak = limits::peak().map_or_else(|| "unknown".into(), |bytes| format!("{} MiB", bytes >> 20));
    println!("{}: {count}; at most {peak} of memory; nothing found", args.target.name());
    Ok(())
}

/// Where the measurements' data are by default.
fn shared() -> PathBuf {
    std::env::var_os("ZODARTS_DATA").map_or_else(|| "../shared/data".into(), PathBuf::from)
}

/// How inputs were taken.
#[derive(Debug, Default)]
struct Count {
    inputs: u64,
    read: u64,
}

impl std::fmt::Display for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} inputs, {} read, {} refused", self.inputs, self.read, self.inputs - self.read)
    }
}

fn run(args: &Args, corpus: &[Vec<u8>], place: &Path) -> Result<Count> {
    let mut mutator = Mutator::new(ChaCha8Rng::seed_from_u64(args.seed), args.target.words());
    let (input, mut count) =
        (args.out.join(format!("{}-{}", args.target.name(), args.seed)), Count::default());
    std::fs::create_dir_all(&args.out)?;
    let mut watch = Watch::begin(&input);
    let start = Instant::now();
    while start.elapsed() < args.time {
        let bytes = mutator.damaged(corpus);
        std::fs::write(&input, &bytes).with_context(|| input.display().to_string())?;
        watch.next();
        let read = catch_unwind(AssertUnwindSafe(|| args.target.read(&bytes, place)));
        match read {
            Ok(read) => count.read += u64::from(read),
            Err(panic) => bail!(
                "{}: panicked: {}; the input is in {}",
                args.target.name(),
                words(&*panic),
                input.display()
            ),
        }
        count.inputs += 1;
    }
    std::fs::remove_file(&input)?;
    Ok(count)
}

/// What a panic says.
fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without words").to_owned()
}
