//! One training step of the dense supernet.

use super::bench::{Bench, FORMATS, THREADS, program};
use super::report::{Measured, Table, number, times};
use super::series::{Contender, Series, interleaved, own_milliseconds};
use anyhow::Result;

/// A batch, its images' side, timed steps of a run, and runs.
type Case = (usize, usize, usize, usize);

const CASES: [Case; 3] = [(64, 28, 5, 7), (16, 32, 9, 9), (256, 28, 2, 5)];
const QUICK: [Case; 1] = [(8, 16, 1, 1)];

pub fn measure(bench: &Bench) -> Result<Measured> {
    let cases = bench.size(&CASES[..], &QUICK);
    let mut table = Table::new(
        "Forward, backward with the gradient of the mixture, clipping and SGD; C = 16, N = 3, all \
         operations live. Milliseconds, and how many times as long PyTorch takes.",
        &["batch", "side", "zodarts", FORMATS[0].1, FORMATS[1].1, "× NCHW", "× channels_last"],
    );
    let mut all = Vec::new();
    for &case in cases {
        let series = paired(bench, case)?;
        let [ours, eager, channels_last] = [0, 1, 2].map(|at| series[at].median());
        let milliseconds = [ours, eager, channels_last].map(number);
        let factors = [times(eager, ours), times(channels_last, ours)];
        table.row([case.0.to_string(), case.1.to_string()].into_iter().chain(milliseconds).chain(factors));
        all.extend(series);
    }
    Ok((vec![table], all))
}

/// Steps of zodarts and of `PyTorch` in both memory formats, in turn.
pub fn paired(bench: &Bench, (batch, side, steps, rounds): Case) -> Result<Vec<Series>> {
    let [batch, side, steps, threads] = [batch, side, steps, THREADS].map(|value| value.to_string());
    let arguments = ["--batch", &batch, "--side", &side, "--steps", &steps, "--threads", &threads];
    let name = |who: &str| format!("{who}, batch {batch}, {side}×{side}");
    let ours = program("zodarts-step", &arguments);
    let mut contenders = vec![Contender { name: name("zodarts"), command: ours }];
    for (format, who) in FORMATS {
        let mut command = bench.script("step.py", &arguments)?;
        command.args(["--memory-format", format]);
        contenders.push(Contender { name: name(who), command });
    }
    interleaved(rounds, "ms", &mut contenders, own_milliseconds)
}
