//! Predictions of one trained network by zodarts and by onnxruntime.

use super::bench::{Bench, output, program, text};
use super::report::{Measured, Table, number, times};
use super::series::{Candidate, Series, interleaved, own_milliseconds, wall_milliseconds};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Networks to compare: the heaviest cell, and one as a search finds it.
const GENOTYPES: [(&str, &str); 2] = [
    (
        "all 3×3",
        "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|nor_conv_3x3~0|nor_conv_3x3~1|nor_conv_3x3~2|",
    ),
    (
        "mixed",
        "|avg_pool_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_1x1~1|skip_connect~2|",
    ),
];

/// Scores of one network by two programs differ by rounding only.
const TOLERANCE: f64 = 1e-4;

/// A trained network in both forms, and files to predict on.
struct Case {
    name: &'static str,
    run: PathBuf,
    onnx: PathBuf,
    files: Vec<PathBuf>,
}

pub fn measure(bench: &Bench) -> Result<Measured> {
    let files = images(bench, bench.size(1000, 70))?;
    let mut single = Table::new(
        "One 28×28 image, in a process that has made a prediction before; milliseconds. Network: C = 16, N \
         = 3.",
        &["network", "threads", "zodarts", "onnxruntime", "onnxruntime / zodarts"],
    );
    let mut folder = Table::new(
        &format!(
            "{} PNG files, 28×28, in batches of 64: `zodarts predict` and `predict.py`. Seconds of the \
             whole process, and images a second of all files but the first: the whole process less one \
             that reads a single file.",
            files.len()
        ),
        &["network", "threads", "zodarts", "onnxruntime", "zodarts, images/s", "onnxruntime, images/s"],
    );
    let mut all = Vec::new();
    for (name, genotype) in GENOTYPES {
        let case = prepare(bench, name, genotype, files.clone())?;
        same_network(bench, &case)?;
        for threads in [1, 2] {
            let series = latencies(bench, &case, threads)?;
            let [ours, peer] = [series[0].median(), series[1].median()];
            single.row([name.into(), threads.to_string(), number(ours), number(peer), times(peer, ours)]);
            all.extend(series);
            let series = throughputs(bench, &case, threads)?;
            let [ours, peer, our_start, peer_start] = [0, 1, 2, 3].map(|at| series[at].median() / 1e3);
            let rate = |whole: f64, start: f64| format!("{:.0}", (files.len() - 1) as f64 / (whole - start));
            let rates = [rate(ours, our_start), rate(peer, peer_start)];
            let seconds = [number(ours), number(peer)];
            folder.row([name.into(), threads.to_string()].into_iter().chain(seconds).chain(rates));
            all.extend(series);
        }
    }
    Ok((vec![single, folder], all))
}

fn images(bench: &Bench, count: usize) -> Result<Vec<PathBuf>> {
    let folder = bench.scratch("images")?;
    output(&mut bench.script("make_images.py", &[text(&folder)?, &count.to_string()])?)?;
    let entries = fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}

/// Trains for a moment, so that no weight is special, and exports.
fn prepare(bench: &Bench, name: &'static str, genotype: &str, files: Vec<PathBuf>) -> Result<Case> {
    let run = bench.scratch(&format!("model {name}"))?;
    let arguments = [
        "train",
        "phantom",
        "--genotype",
        genotype,
        "--epochs",
        "2",
        "--set",
        "train.input_size=28",
        "--quiet",
    ];
    output(program("zodarts", &arguments).arg("--out").arg(&run))?;
    let onnx = run.join("onnx");
    output(&mut bench.script("export_onnx.py", &[text(&run)?, text(&onnx)?])?)?;
    Ok(Case { name, run, onnx, files })
}

impl Case {
    /// The commands of zodarts and of onnxruntime that predict on some files.
    fn predict(&self, bench: &Bench, files: &[PathBuf], threads: usize) -> Result<[Command; 2]> {
        let threads = threads.to_string();
        let many = self.onnx.join("many.onnx");
        let mut ours = program("zodarts", &["predict", text(&self.run)?, "--threads", &threads]);
        let mut peer = bench.script("predict.py", &[text(&many)?, "--threads", &threads])?;
        ours.args(files);
        peer.args(files);
        Ok([ours, peer])
    }
}

/// Refuses to compare networks that do not give the same scores.
fn same_network(bench: &Bench, case: &Case) -> Result<()> {
    let [mut ours, mut peer] = case.predict(bench, &case.files[..case.files.len().min(64)], 1)?;
    let (ours, peer) = (scores(&output(&mut ours)?.0)?, scores(&output(&mut peer)?.0)?);
    let apart = ours.iter().zip(&peer).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    if ours.is_empty() || ours.len() != peer.len() || apart.is_nan() || apart > TOLERANCE {
        bail!("{}: {} and {} scores, up to {apart:e} apart", case.name, ours.len(), peer.len());
    }
    Ok(())
}

/// All scores of a table of file, class, scores.
fn scores(table: &str) -> Result<Vec<f64>> {
    let cells = table.lines().skip(1).flat_map(|line| line.split(',').skip(2));
    cells.map(|cell| cell.parse().with_context(|| format!("`{cell}` is not a score"))).collect()
}

fn latencies(bench: &Bench, case: &Case, threads: usize) -> Result<Vec<Series>> {
    let (calls, one) = (bench.size("200", "5"), case.onnx.join("one.onnx"));
    let count = threads.to_string();
    let ours = program("zodarts-latency", &[text(&case.run)?, "--threads", &count, "--calls", calls]);
    let peer = bench.script("predict.py", &[text(&one)?, "--threads", &count, "--latency", calls])?;
    let mut candidates = named(case, threads, "one image", [ours, peer]);
    interleaved(bench.size(7, 1), "ms", &mut candidates, own_milliseconds)
}

/// zodarts and onnxruntime on all files, then on one.
fn throughputs(bench: &Bench, case: &Case, threads: usize) -> Result<Vec<Series>> {
    let all = case.predict(bench, &case.files, threads)?;
    let one = case.predict(bench, &case.files[..1], threads)?;
    let mut candidates = named(case, threads, "all files", all);
    candidates.extend(named(case, threads, "one file", one));
    interleaved(bench.size(7, 1), "ms", &mut candidates, wall_milliseconds)
}

fn named(case: &Case, threads: usize, what: &str, commands: [Command; 2]) -> Vec<Candidate> {
    let name = |who: &str| format!("{who}, {}, {what}, threads {threads}", case.name);
    let candidate = |(who, command)| Candidate { name: name(who), command };
    ["zodarts", "onnxruntime"].into_iter().zip(commands).map(candidate).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_of_both_sides_are_read() {
        let ours = scores("file,predicted,smooth,spiculated\na.png,smooth,0.75,0.25\n").unwrap();
        assert_eq!(ours, scores("file,predicted,scores\na.png,0,0.75,0.25\n").unwrap());
        assert!(scores("file,predicted,a\na.png,x,high\n").is_err());
    }
}
