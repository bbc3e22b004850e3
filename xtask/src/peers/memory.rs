//! Peak resident memory at a large batch.

use super::bench::{Bench, FORMATS, THREADS, program, record, text};
use super::report::{Measured, Table, times};
use super::series::Series;
use anyhow::Result;
use serde::Deserialize;
use std::process::Command;

/// Most images of a batch in the paper.
const BATCH: usize = 512;

pub fn measure(bench: &Bench) -> Result<Measured> {
    let batch = bench.size(BATCH, 16).to_string();
    let mut table = Table::new(
        &format!(
            "Most memory a process was resident with, MiB: batch {batch}, 28×28. Everything is counted, \
             the interpreter and its libraries too; the first row says how much that is. A search holds \
             two chains."
        ),
        &["", "zodarts", FORMATS[0].1, FORMATS[1].1, "NCHW / zodarts", "channels_last / zodarts"],
    );
    let mut all = Vec::new();
    for (name, commands) in [
        ("start and end", nothing(bench)?),
        ("one training step", step(bench, &batch)?),
        ("one epoch of search", search(bench, &batch)?),
    ] {
        let values = commands.iter().map(|command| peak(bench, command)).collect::<Result<Vec<f64>>>()?;
        let mebibytes = values.iter().map(|bytes| format!("{:.0}", bytes / f64::from(1 << 20)));
        let factors = [times(values[1], values[0]), times(values[2], values[0])];
        table.row(std::iter::once(name.to_owned()).chain(mebibytes).chain(factors));
        all.push(Series { name: name.into(), unit: "bytes: zodarts, NCHW, channels_last".into(), values });
    }
    Ok((vec![table], all))
}

/// Commands of zodarts and of `PyTorch` in both memory formats.
type Trio = [Command; 3];

fn nothing(bench: &Bench) -> Result<Trio> {
    let torch = || {
        let mut command = bench.interpreter()?;
        command.args(["-c", "import torch"]);
        anyhow::Ok(command)
    };
    Ok([program("zodarts", &["--version"]), torch()?, torch()?])
}

fn step(bench: &Bench, batch: &str) -> Result<Trio> {
    let threads = THREADS.to_string();
    let arguments = ["--batch", batch, "--side", "28", "--steps", "1", "--threads", &threads];
    let ours = program("zodarts-step", &arguments);
    trio(ours, || bench.script("step.py", &arguments))
}

fn search(bench: &Bench, batch: &str) -> Result<Trio> {
    let (data, out) = (bench.data_file("pneumoniamnist.npz"), bench.scratch("memory")?);
    let (data, threads) = (text(&data)?, THREADS.to_string());
    let sizes = bench.size(&[][..], &["--channels", "4", "--cells", "1"]);
    let set = bench.size(&[][..], &["--set", "search.channels=4", "--set", "search.cells=1"]);
    let batch_size = format!("search.batch_size={batch}");
    let common = ["--epochs", "1", "--threads", &threads];
    let mut ours = program("zodarts", &["search", data, "--quiet", "--out", text(&out)?]);
    ours.args(["--set", &batch_size, "--set", "search.input_size=28"]).args(common).args(set);
    trio(ours, || {
        let mut peer = bench.script("search.py", &[data, "--batch", batch, "--side", "28"])?;
        peer.args(common).args(sizes);
        Ok(peer)
    })
}

fn trio(ours: Command, peer: impl Fn() -> Result<Command>) -> Result<Trio> {
    let [mut first, mut second] = [peer()?, peer()?];
    first.args(["--memory-format", FORMATS[0].0]);
    second.args(["--memory-format", FORMATS[1].0]);
    Ok([ours, first, second])
}

/// Most bytes that a command was resident with.
pub fn peak(bench: &Bench, command: &Command) -> Result<f64> {
    #[derive(Deserialize)]
    struct Peak {
        peak_bytes: f64,
    }
    let mut measuring = bench.script("peak_memory.py", &[])?;
    measuring.arg(command.get_program()).args(command.get_args());
    Ok(record::<Peak>(&mut measuring)?.peak_bytes)
}
