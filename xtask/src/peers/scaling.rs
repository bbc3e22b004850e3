//! The growth of a step's cost with its sizes; zodarts alone.

use super::bench::{Bench, THREADS, program, record};
use super::report::{Measured, Table, number, times};
use super::series::{Candidate, Series, interleaved, own_milliseconds};
use anyhow::Result;
use serde::Deserialize;
use std::process::Command;

/// Batch, side and channels of a step.
type Shape = (usize, usize, usize);

/// Images of a batch where another size varies: two blocks of lanes, so that two threads have work.
const FEW: usize = 16;

pub fn measure(bench: &Bench) -> Result<Measured> {
    let mut all = Vec::new();
    let mut tables = vec![threads(bench, &mut all)?];
    let batches = bench.size(&[16, 32, 64, 128, 256][..], &[8, 16]);
    let sides = bench.size(&[28, 56, 112, 224][..], &[8, 16]);
    let widths = bench.size(&[8, 16, 32, 64][..], &[4, 8]);
    let by_images = batches.iter().map(|&batch| (batch, 28, 16));
    let by_pixels = sides.iter().map(|&side| (FEW, side, 16));
    let by_width = widths.iter().map(|&channels| (FEW, 28, channels));
    for (caption, growth, shapes) in [
        ("Images, at 28×28 and C = 16", Growth::Images, by_images.collect::<Vec<_>>()),
        ("Pixels, at batch 16 and C = 16", Growth::Pixels, by_pixels.collect()),
        ("Width, at batch 16 and 28×28", Growth::Weights, by_width.collect()),
    ] {
        tables.push(growing(bench, caption, growth, &shapes, &mut all)?);
    }
    Ok((tables, all))
}

/// The size by which a cost is divided.
#[derive(Clone, Copy)]
enum Growth {
    Images,
    Pixels,
    Weights,
}

impl Growth {
    /// The name of the quotient, and what to divide by.
    fn unit(self, (batch, side, channels): Shape) -> (&'static str, f64) {
        let images = batch as f64;
        match self {
            Growth::Images => ("µs an image", images / 1e3),
            Growth::Pixels => ("ns a pixel of an image", images * (side * side) as f64 / 1e6),
            Growth::Weights => ("µs an image and C²/256", images * (channels * channels) as f64 / 256e3),
        }
    }
}

/// Two threads against one, beside what the machine itself makes of a second core.
fn threads(bench: &Bench, all: &mut Vec<Series>) -> Result<Table> {
    let mut table = Table::new(
        "Two threads against one, milliseconds a step. The first two rows are the machine: multiply-adds on \
         registers, GFLOP/s; and two processes that know nothing of each other, each taking steps of its \
         own, whose factor is twice the time of one alone over the time of either.",
        &["", "1 thread", "2 threads", "factor"],
    );
    let mut row = |name: &str, values: [&Series; 2], factor: fn(f64, f64) -> f64| {
        let [one, two] = values.map(Series::median);
        table.row([name.into(), number(one), number(two), times(factor(one, two), 1.0)]);
    };
    let peak = peak(bench)?;
    row("multiply-adds on registers", [&peak[0], &peak[1]], |one, two| two / one);
    let machine = machine(bench)?;
    row("two processes", [&machine[0], &machine[1]], |alone, beside| 2.0 * alone / beside);
    all.extend(peak.into_iter().chain(machine));
    for &(batch, side) in bench.size(&[(16, 32), (64, 28), (256, 28)][..], &[(16, 16)]) {
        let candidate = |threads| candidate(bench, (batch, side, 16), threads);
        let series = run(bench, &mut [candidate(1), candidate(THREADS)])?;
        let name = format!("step, batch {batch}, {side}×{side}");
        row(&name, [&series[0], &series[1]], |one, two| one / two);
        all.extend(series);
    }
    Ok(table)
}

/// Multiply-adds on registers by one thread and by two.
fn peak(bench: &Bench) -> Result<Vec<Series>> {
    #[derive(Deserialize)]
    struct Peak {
        gflops: f64,
    }
    let candidate = |threads: usize| {
        let milliseconds = bench.size("300", "20");
        let arguments = ["--threads", &threads.to_string(), "--milliseconds", milliseconds];
        let command = program("zodarts-peak", &arguments);
        Candidate { name: format!("multiply-adds on registers, threads {threads}"), command }
    };
    let sample = |command: &mut Command| Ok(vec![record::<Peak>(command)?.gflops]);
    interleaved(bench.size(9, 1), "GFLOP/s", &mut [candidate(1), candidate(THREADS)], sample)
}

/// Steps of a process of one thread: alone, and beside a second such process.
fn machine(bench: &Bench) -> Result<[Series; 2]> {
    let shape = (FEW, bench.size(28, 16), 16);
    let steps = || own_milliseconds(&mut candidate(bench, shape, 1).command);
    let names = ["one process alone", "one process beside another"];
    let mut series = names.map(|name| Series { name: name.into(), unit: "ms".into(), values: Vec::new() });
    for _ in 0..bench.size(5, 1) {
        series[0].values.extend(steps()?);
        let (first, second) = std::thread::scope(|scope| {
            let other = scope.spawn(steps);
            (steps(), other.join().expect("a measurement does not panic"))
        });
        series[1].values.extend(first?.into_iter().chain(second?));
    }
    Ok(series)
}

fn growing(
    bench: &Bench,
    caption: &str,
    growth: Growth,
    shapes: &[Shape],
    all: &mut Vec<Series>,
) -> Result<Table> {
    let mut candidates: Vec<Candidate> =
        shapes.iter().map(|&shape| candidate(bench, shape, THREADS)).collect();
    let series = run(bench, &mut candidates)?;
    let header = ["batch", "side", "C", "ms a step", growth.unit(shapes[0]).0];
    let mut table = Table::new(&format!("{caption}; {THREADS} threads."), &header);
    for (&shape, series) in shapes.iter().zip(&series) {
        let (batch, side, channels) = shape;
        let sizes = [batch, side, channels].map(|size| size.to_string());
        let cost = [number(series.median()), number(series.median() / growth.unit(shape).1)];
        table.row(sizes.into_iter().chain(cost));
    }
    all.extend(series);
    Ok(table)
}

fn candidate(bench: &Bench, (batch, side, channels): Shape, threads: usize) -> Candidate {
    let name = format!("step, batch {batch}, {side}×{side}, C = {channels}, threads {threads}");
    let mut command: Command = program("zodarts-step", &["--steps", bench.size("5", "1")]);
    for (option, value) in
        [("--batch", batch), ("--side", side), ("--channels", channels), ("--threads", threads)]
    {
        command.args([option, &value.to_string()]);
    }
    Candidate { name, command }
}

fn run(bench: &Bench, candidates: &mut [Candidate]) -> Result<Vec<Series>> {
    interleaved(bench.size(5, 1), "ms", candidates, own_milliseconds)
}
