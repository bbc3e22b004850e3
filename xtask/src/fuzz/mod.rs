//! Fuzzing: whole files and words first, then libFuzzer on one target or one after the other.

mod summary;

use crate::shell;
use anyhow::{Context, Result, bail};
use clap::Args;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use summary::Summary;

/// Longest time, in seconds, that an input may take.
const PATIENCE: u64 = 10;
/// Memory, in MiB, that reading may take, all at once or together.
const MEMORY: u64 = 512;
/// Bytes that an input may have beyond the largest whole file.
const GROWTH: u64 = 4 << 10;

/// The options of `cargo xtask fuzz`.
#[derive(Args, Debug)]
pub struct Options {
    /// A target of the folder fuzz, such as npz, or `all`
    target: String,
    /// The time for each target, such as 90s or 1h
    #[arg(long, default_value = "10m", value_parser = humantime::parse_duration)]
    time: Duration,
}

impl Options {
    /// Returns the targets to fuzz, out of the `known` ones.
    fn targets(&self, known: Vec<String>) -> Result<Vec<String>> {
        match &self.target {
            all if all == "all" => Ok(known),
            target if known.contains(target) => Ok(vec![target.clone()]),
            target => bail!("there is no target `{target}`, only {}", known.join(", ")),
        }
    }
}

/// Fuzzes targets one after the other, and names what was found.
pub fn run(options: &Options) -> Result<()> {
    let targets = options.targets(known()?)?;
    let version = shell::cargo().args(["fuzz", "--version"]).output().context("cannot run cargo")?;
    if !version.status.success() {
        bail!("cargo-fuzz is not there; install it with: cargo install cargo-fuzz --locked");
    }
    let inputs = ["run", "--quiet", "--package", "zodarts-fuzz-inputs", "--", "fuzz"];
    shell::run(shell::cargo().args(inputs)).context("whole files cannot be written")?;
    let mut summaries = Vec::new();
    for target in targets {
        println!("==> {target}");
        summaries.push(fuzz(&target, options.time)?);
    }
    for summary in &summaries {
        println!("{summary}");
    }
    match summaries.iter().map(|summary| summary.findings.len()).sum::<usize>() {
        0 => Ok(()),
        found => bail!("{found} finding(s); to run one again: cargo fuzz run --sanitizer none TARGET FILE"),
    }
}

/// The folder of the targets.
fn folder() -> PathBuf {
    shell::root().join("fuzz")
}

/// Names of the targets: those of their files.
fn known() -> Result<Vec<String>> {
    let mut names: Vec<String> = files(&folder().join("fuzz_targets"))?
        .iter()
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    Ok(names)
}

/// Fuzzes a target.
fn fuzz(target: &str, time: Duration) -> Result<Summary> {
    // In memory, where there is such a place: every input is a file.
    let memory = Path::new("/dev/shm");
    let base = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    let place = base.join(format!("zodarts-fuzz-{target}-{}", std::process::id()));
    std::fs::create_dir(&place).with_context(|| place.display().to_string())?;
    let summary = watched(target, time, &place);
    std::fs::remove_dir_all(&place).with_context(|| place.display().to_string())?;
    summary
}

/// Runs libFuzzer, passes on what it says, and remembers the figures.
fn watched(target: &str, time: Duration, place: &Path) -> Result<Summary> {
    let before = findings(target)?;
    let mut cargo = shell::cargo();
    // Without a sanitizer a stable toolchain is enough. The code that reads files has no unsafe blocks.
    cargo.args(["fuzz", "run", "--sanitizer", "none", target, "--"]).args(limits(target, time)?);
    cargo.env("TMPDIR", place).stderr(Stdio::piped());
    // Makes glibc return large pieces of memory at once, so that the process holds no more than it uses.
    cargo.env("MALLOC_MMAP_THRESHOLD_", "131072");
    let mut child = cargo.spawn().context("cannot run cargo fuzz")?;
    let mut summary = Summary::of(target);
    for line in BufReader::new(child.stderr.take().context("no standard error")?).split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        eprintln!("{line}");
        summary.take(&line);
    }
    let status = child.wait()?;
    summary.findings = findings(target)?.into_iter().filter(|path| !before.contains(path)).collect();
    if !status.success() && summary.findings.is_empty() {
        bail!("cargo fuzz run {target}: {status}");
    }
    Ok(summary)
}

/// Returns the options of libFuzzer.
fn limits(target: &str, time: Duration) -> Result<Vec<String>> {
    let mut largest = 0;
    for seed in files(&folder().join("corpus").join(target))? {
        let is_seed = seed.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"seed-"));
        largest = largest.max(if is_seed { seed.metadata()?.len() } else { 0 });
    }
    let words = folder().join("dictionaries").join(format!("{target}.dict"));
    Ok(vec![
        format!("-max_total_time={}", time.as_secs()),
        format!("-timeout={PATIENCE}"),
        format!("-rss_limit_mb={MEMORY}"),
        format!("-malloc_limit_mb={MEMORY}"),
        format!("-max_len={}", largest + GROWTH),
        format!("-dict={}", words.display()),
        "-print_final_stats=1".into(),
    ])
}

/// Inputs that something is wrong with.
fn findings(target: &str) -> Result<Vec<PathBuf>> {
    let folder = folder().join("artifacts").join(target);
    if folder.is_dir() { files(&folder) } else { Ok(Vec::new()) }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let named = || folder.display().to_string();
    let entries = std::fs::read_dir(folder).with_context(named)?;
    entries.map(|entry| Ok(entry.with_context(named)?.path())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_targets_that_are_there_are_run() {
        let known = || vec!["image".to_owned(), "npz".to_owned()];
        let targets =
            |target: &str| Options { target: target.into(), time: Duration::from_mins(10) }.targets(known());
        assert_eq!(targets("all").unwrap(), known());
        assert_eq!(targets("npz").unwrap(), ["npz"]);
        assert_eq!(targets("npy").unwrap_err().to_string(), "there is no target `npy`, only image, npz");
    }
}
