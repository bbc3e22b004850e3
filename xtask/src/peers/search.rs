//! A whole search on `BreastMNIST`: `PyTorch`'s cost an epoch is constant, so a few epochs are measured and
//! extrapolated; zodarts runs the whole schedule.

use super::bench::{Bench, FORMATS, THREADS, output, program, records, text};
use super::report::{Measured, Table, number, times};
use super::series::{Series, median};
use super::step;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::fs;

/// Operations of the six edges that are computed when all are live.
const ALL_LIVE: usize = 24;

/// An epoch as either side records it.
#[derive(Deserialize)]
struct Epoch {
    seconds: f64,
    live_operations: usize,
    /// zodarts only.
    #[serde(default)]
    passes: usize,
}

/// A process and its epochs.
struct Run {
    wall: f64,
    epochs: Vec<Epoch>,
}

impl Run {
    fn in_epochs(&self) -> f64 {
        self.epochs.iter().map(|epoch| epoch.seconds).sum()
    }

    /// Wall time of the process had it gone on to `epochs` epochs like those it ran.
    fn extrapolated(&self, epochs: usize) -> f64 {
        let seconds: Vec<f64> = self.epochs.iter().map(|epoch| epoch.seconds).collect();
        self.wall - self.in_epochs() + epochs as f64 * median(&seconds)
    }

    /// Seconds of an epoch in which all operations are live.
    fn dense_epoch(&self) -> Result<f64> {
        let dense = self.epochs.iter().filter(|epoch| epoch.live_operations == ALL_LIVE);
        let seconds: Vec<f64> = dense.map(|epoch| epoch.seconds).collect();
        (!seconds.is_empty()).then(|| median(&seconds)).context("no epoch had all operations live")
    }
}

/// Sizes of the comparison.
struct Plan {
    /// The schedule.
    epochs: usize,
    /// Epochs of `PyTorch` that are measured.
    measured: usize,
    /// Runs of everything.
    rounds: usize,
    /// Options of the peer.
    sizes: &'static [&'static str],
    /// Options of ours that mean the same.
    set: &'static [&'static str],
}

/// Everything that was run.
#[derive(Default)]
struct Runs {
    peers: [Vec<Run>; FORMATS.len()],
    stopping: Vec<Run>,
    complete: Vec<Run>,
}

/// A small network, in our words.
const SMALL: [&str; 4] = ["--set", "search.channels=4", "--set", "search.cells=1"];

pub fn measure(bench: &Bench) -> Result<Measured> {
    let full = Plan { epochs: 50, measured: 3, rounds: 2, sizes: &[], set: &[] };
    let quick =
        Plan { epochs: 2, measured: 1, rounds: 1, sizes: &["--channels", "4", "--cells", "1"], set: &SMALL };
    let plan = bench.size(full, quick);
    let mut runs = Runs::default();
    for _ in 0..plan.rounds {
        for (at, (format, _)) in FORMATS.iter().enumerate() {
            runs.peers[at].push(peer(bench, &plan, plan.measured, &["--memory-format", format])?);
            let (ours, options) = match at {
                0 => (&mut runs.stopping, ["--set", "search.early_stop=true"]),
                _ => (&mut runs.complete, ["--set", "search.early_stop=false"]),
            };
            ours.push(zodarts(bench, &plan, &options)?);
        }
    }
    let sparse = ["--memory-format", "channels_last", "--support-only"];
    let sparse = peer(bench, &plan, plan.epochs, &sparse)?;
    let steps = step::paired(bench, bench.size((16, 32, 9, 9), (16, 32, 1, 1)))?;
    let tables = vec![whole(&plan, &runs, &sparse), shares(&plan, &runs, &steps)?];
    Ok((tables, [every_value(&plan, &runs, &sparse), steps].concat()))
}

fn zodarts(bench: &Bench, plan: &Plan, options: &[&str]) -> Result<Run> {
    let (data, out) = (bench.data_file("breastmnist.npz"), bench.scratch("search")?);
    let [epochs, threads] = [plan.epochs, THREADS].map(|value| value.to_string());
    let arguments = ["search", text(&data)?, "--out", text(&out)?, "--quiet", "--epochs", &epochs];
    let mut command = program("zodarts", &arguments);
    command.args(["--threads", &threads]).args(plan.set).args(options);
    let (_, wall) = output(&mut command)?;
    let lines = fs::read_to_string(out.join("search.jsonl")).context("cannot read search.jsonl")?;
    Ok(Run { wall, epochs: records(&lines)? })
}

fn peer(bench: &Bench, plan: &Plan, epochs: usize, options: &[&str]) -> Result<Run> {
    let data = bench.data_file("breastmnist.npz");
    let [epochs, schedule, threads] = [epochs, plan.epochs, THREADS].map(|value| value.to_string());
    let arguments = [text(&data)?, "--epochs", &epochs, "--schedule", &schedule, "--threads", &threads];
    let (lines, wall) = output(bench.script("search.py", &arguments)?.args(plan.sizes).args(options))?;
    Ok(Run { wall, epochs: records(&lines)? })
}

fn middle(runs: &[Run], value: impl Fn(&Run) -> f64) -> f64 {
    median(&runs.iter().map(value).collect::<Vec<_>>())
}

/// Wall time of the whole process, by who runs it.
fn whole(plan: &Plan, runs: &Runs, sparse: &Run) -> Table {
    let mut table = Table::new(
        &format!(
            "`zodarts search breastmnist.npz` and the same algorithm in PyTorch: batch 16, 32×32, T = 10, \
             {} epochs. Wall time of the process. PyTorch's first rows are {} measured epochs, \
             extrapolated: its cost an epoch does not change. Chains run one after the other in PyTorch, \
             at the same time in zodarts.",
            plan.epochs, plan.measured
        ),
        &["", "epochs run", "seconds", "× all epochs", "× with the stop"],
    );
    let (complete, stopping) =
        (middle(&runs.complete, |run| run.wall), middle(&runs.stopping, |run| run.wall));
    let mut row = |name: &str, epochs: usize, seconds: f64| {
        let factors = [times(seconds, complete), times(seconds, stopping)];
        table.row([name.into(), epochs.to_string(), number(seconds)].into_iter().chain(factors));
    };
    for ((_, name), peers) in FORMATS.iter().zip(&runs.peers) {
        row(name, plan.measured, middle(peers, |run| run.extrapolated(plan.epochs)));
    }
    let name = "PyTorch eager, channels_last, told to leave out operations of weight zero";
    row(name, sparse.epochs.len(), sparse.wall);
    row("zodarts, all epochs", runs.complete[0].epochs.len(), complete);
    row("zodarts, stops when the hypergradient is zero", runs.stopping[0].epochs.len(), stopping);
    table
}

/// Splits the factor over `PyTorch` into its parts.
fn shares(plan: &Plan, runs: &Runs, steps: &[Series]) -> Result<Table> {
    let mut table = Table::new(
        "Where the factor over PyTorch in its faster memory format comes from. Support: the cost of all \
         epochs if each were like those with all operations live, against what they took. The rest: what \
         either side does outside its steps.",
        &["", "from", "to", "factor"],
    );
    let [ours, peer] = [steps[0].median(), steps[1].median().min(steps[2].median())];
    let extrapolated = runs.peers.each_ref().map(|peers| middle(peers, |run| run.extrapolated(plan.epochs)));
    let torch = extrapolated.into_iter().fold(f64::INFINITY, f64::min);
    let complete = middle(&runs.complete, |run| run.wall);
    let stopping = middle(&runs.stopping, |run| run.wall);
    let dense = runs.complete.iter().map(Run::dense_epoch).collect::<Result<Vec<_>>>()?;
    let dense = median(&dense);
    let epochs = &runs.complete[0].epochs;
    let in_turn = epochs[0].passes as f64 * ours / 1e3;
    let all_dense = dense * epochs.len() as f64;
    let spent = middle(&runs.complete, Run::in_epochs);
    let known = (peer / ours) * (in_turn / dense) * (all_dense / spent) * (complete / stopping);
    let mut row = |name: &str, from: String, to: String, factor: f64| {
        table.row([name.into(), from, to, format!("{factor:.2}×")]);
    };
    let ms = |value| format!("{} ms", number(value));
    let s = |value| format!("{} s", number(value));
    row("kernels: a step, one chain at a time", ms(peer), ms(ours), peer / ours);
    row("both chains at once: an epoch", s(in_turn), s(dense), in_turn / dense);
    row("only the support: all epochs", s(all_dense), s(spent), all_dense / spent);
    row("stopping when settled: the process", s(complete), s(stopping), complete / stopping);
    row("the rest", String::new(), String::new(), torch / stopping / known);
    row("all together: the process", s(torch), s(stopping), torch / stopping);
    Ok(table)
}

fn every_value(plan: &Plan, runs: &Runs, sparse: &Run) -> Vec<Series> {
    let series = |name: &str, values| Series { name: name.into(), unit: "s".into(), values };
    let mut all = Vec::new();
    let mut add = |name: &str, runs: &[Run], wall: fn(&Run, usize) -> f64| {
        all.push(series(name, runs.iter().map(|run| wall(run, plan.epochs)).collect()));
        let epochs = runs.iter().flat_map(|run| &run.epochs);
        all.push(series(&format!("{name}, epoch by epoch"), epochs.map(|epoch| epoch.seconds).collect()));
    };
    for ((_, name), peers) in FORMATS.iter().zip(&runs.peers) {
        add(&format!("{name}, extrapolated"), peers, Run::extrapolated);
    }
    add("PyTorch, support only", std::slice::from_ref(sparse), |run, _| run.wall);
    add("zodarts, all epochs", &runs.complete, |run, _| run.wall);
    add("zodarts, stopping", &runs.stopping, |run, _| run.wall);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extrapolation_keeps_the_start_and_repeats_the_epochs() {
        let epoch = |seconds, live_operations| Epoch { seconds, live_operations, passes: 42 };
        let run = Run { wall: 10.0, epochs: vec![epoch(2.0, ALL_LIVE), epoch(4.0, 3)] };
        assert_eq!(run.extrapolated(50), 10.0 - 6.0 + 50.0 * 3.0);
        assert_eq!(run.dense_epoch().unwrap(), 2.0);
        assert!(Run { wall: 1.0, epochs: vec![epoch(1.0, 3)] }.dense_epoch().is_err());
    }
}
