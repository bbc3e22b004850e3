//! Data sets that are large for one machine; zodarts alone.

use super::bench::{Bench, THREADS, output, program, records, text};
use super::memory::peak;
use super::report::{Measured, Table, number};
use super::series::Series;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

/// A search on a data set.
struct Case {
    name: String,
    data: PathBuf,
    arguments: Vec<String>,
    /// Bytes of its images in memory.
    bytes: usize,
}

/// The record of one epoch.
#[derive(Deserialize)]
struct Epoch {
    seconds: f64,
    seconds_waiting: f64,
}

pub fn measure(bench: &Bench) -> Result<Measured> {
    let mut table = Table::new(
        &format!(
            "One epoch of `zodarts search --preset quick`, {THREADS} threads. *Start*: seconds until the \
             run folder is there, the data read and decoded. *Waiting*: the share of the epoch's time in \
             which the engine waited for images. Memory in MiB: most that the process was resident with, \
             and the images alone."
        ),
        &["", "start, s", "epoch, s", "waiting, %", "memory", "images"],
    );
    let mut all = Vec::new();
    for case in cases(bench)? {
        let Measurement { start, epoch, memory } = case.measure(bench)?;
        let Epoch { seconds, seconds_waiting } = epoch;
        let mebibytes = |bytes: f64| format!("{:.0}", bytes / f64::from(1 << 20));
        let numbers = [start, seconds, 100.0 * seconds_waiting / seconds].map(number);
        let sizes = [memory, case.bytes as f64].map(mebibytes);
        table.row([case.name.clone()].into_iter().chain(numbers).chain(sizes));
        let unit = "s: start, epoch, waiting; bytes: peak".into();
        all.push(Series { name: case.name, unit, values: vec![start, seconds, seconds_waiting, memory] });
    }
    Ok((vec![table], all))
}

/// The time and memory of a search on a large set.
struct Measurement {
    start: f64,
    epoch: Epoch,
    memory: f64,
}

impl Case {
    fn measure(&self, bench: &Bench) -> Result<Measurement> {
        let out = bench.scratch("large")?;
        let threads = THREADS.to_string();
        let mut command = program("zodarts", &["search", text(&self.data)?, "--quiet", "--out", text(&out)?]);
        command.args(["--preset", "quick", "--epochs", "1", "--threads", &threads]).args(&self.arguments);
        let begun = SystemTime::now();
        let memory = peak(bench, &command)?;
        // It is written once, when the data are open.
        let start = fs::metadata(out.join("config.toml"))?.modified()?.duration_since(begun)?.as_secs_f64();
        let lines = fs::read_to_string(out.join("search.jsonl")).context("the search left no records")?;
        let epoch = records::<Epoch>(&lines)?.pop().context("the search has no epoch")?;
        Ok(Measurement { start, epoch, memory })
    }
}

fn cases(bench: &Bench) -> Result<Vec<Case>> {
    let (images, files, side) = bench.size((200_000, 20_000, 224), (1200, 120, 32));
    let folder = bench.kept(&format!("large-{images}-{files}-{side}"));
    let mut make = program("zodarts-large-sets", &[text(&folder)?]);
    for (option, value) in [("--images", images), ("--files", files), ("--side", side)] {
        make.args([option, &value.to_string()]);
    }
    output(&mut make)?;
    let archive = Case {
        name: format!("archive of {images} images, 28×28"),
        data: folder.join("archive.npz"),
        arguments: Vec::new(),
        bytes: images * 28 * 28,
    };
    let of_files = |arguments: &[&str], what: &str| Case {
        name: format!("{files} PNG files, {side}×{side} in colour, {what}"),
        data: folder.join("files"),
        arguments: arguments.iter().map(ToString::to_string).collect(),
        bytes: files * side * side * 3,
    };
    Ok(vec![
        archive,
        of_files(&[], "searched at 28×28"),
        of_files(&["--set", "search.input_size=64"], "searched at 64×64"),
    ])
}
