//! One training step of the dense supernet.

use super::bench::{Bench, FORMATS, THREADS, program};
use super::report::{Measured, Table, number, times};
use super::series::{Candidate, Series, interleaved, own_milliseconds};
use anyhow::Result;
use std::process::Command;

/// The column of `torch.compile`.
const COMPILED: &str = "PyTorch compiled, channels_last";

/// A batch, its images' side, timed steps of a run, and runs.
type Case = (usize, usize, usize, usize);

const CASES: [Case; 3] = [(64, 28, 5, 7), (16, 32, 9, 9), (256, 28, 2, 5)];
const QUICK: [Case; 1] = [(8, 16, 1, 1)];

pub fn measure(bench: &Bench) -> Result<Measured> {
    let cases = bench.size(&CASES[..], &QUICK);
    let mut table = Table::new(
        "Forward, backward with the gradient of the mixture, clipping and SGD; C = 16, N = 3, all \
         operations live. Milliseconds, and how many times as long PyTorch takes. `torch.compile` compiles \
         the network for minutes before the first step; that is not counted.",
        &[
            "batch",
            "side",
            "zodarts",
            FORMATS[0].1,
            FORMATS[1].1,
            COMPILED,
            "× NCHW",
            "× channels_last",
            "× compiled",
        ],
    );
    let mut all = Vec::new();
    for &case in cases {
        let mut candidates = candidates(bench, case)?;
        candidates.push(compiled(bench, case)?);
        let series = interleaved(case.3, "ms", &mut candidates, own_milliseconds)?;
        let [ours, eager, channels_last, compiled] = [0, 1, 2, 3].map(|at| series[at].median());
        let milliseconds = [ours, eager, channels_last, compiled].map(number);
        let factors = [eager, channels_last, compiled].map(|peer| times(peer, ours));
        table.row([case.0.to_string(), case.1.to_string()].into_iter().chain(milliseconds).chain(factors));
        all.extend(series);
    }
    Ok((vec![table], all))
}

/// Measures steps of zodarts and of eager `PyTorch` in both memory formats, in turn.
pub fn paired(bench: &Bench, case: Case) -> Result<Vec<Series>> {
    interleaved(case.3, "ms", &mut candidates(bench, case)?, own_milliseconds)
}

/// Returns the commands of zodarts and of eager `PyTorch` in both memory formats.
fn candidates(bench: &Bench, case: Case) -> Result<Vec<Candidate>> {
    let ours = program("zodarts-step", &as_str(&arguments(case)));
    let mut candidates = vec![Candidate { name: name("zodarts", case), command: ours }];
    for (format, who) in FORMATS {
        candidates.push(Candidate { name: name(who, case), command: torch(bench, case, format)? });
    }
    Ok(candidates)
}

/// Returns the command of compiled `PyTorch`, in the memory format that suits it best.
fn compiled(bench: &Bench, case: Case) -> Result<Candidate> {
    let mut command = torch(bench, case, FORMATS[1].0)?;
    command.arg("--compile");
    Ok(Candidate { name: name(COMPILED, case), command })
}

fn torch(bench: &Bench, case: Case, format: &str) -> Result<Command> {
    let mut command = bench.script("step.py", &as_str(&arguments(case)))?;
    command.args(["--memory-format", format]);
    Ok(command)
}

fn name(who: &str, (batch, side, ..): Case) -> String {
    format!("{who}, batch {batch}, {side}×{side}")
}

/// Returns the options that both sides take.
fn arguments((batch, side, steps, _): Case) -> Vec<String> {
    let options = [("--batch", batch), ("--side", side), ("--steps", steps), ("--threads", THREADS)];
    options.into_iter().flat_map(|(option, value)| [option.to_owned(), value.to_string()]).collect()
}

fn as_str(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}
