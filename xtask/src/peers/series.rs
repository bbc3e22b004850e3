//! Runs of several candidates in turn.

use super::bench::{output, record};
use anyhow::Result;
use serde::{Deserialize, Serialize};
use std::process::Command;

/// A program to measure.
pub struct Candidate {
    pub name: String,
    pub command: Command,
}

/// The values of one candidate, in the order of their measurement.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Series {
    pub name: String,
    pub unit: String,
    pub values: Vec<f64>,
}

impl Series {
    pub fn median(&self) -> f64 {
        median(&self.values)
    }
}

/// The middle value, or the mean of the middle two.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { f64::midpoint(sorted[middle - 1], sorted[middle]) }
}

/// Runs the candidates in turn, `rounds` times over, so that whatever else the machine does meets all of them
/// alike.
pub fn interleaved(
    rounds: usize,
    unit: &str,
    candidates: &mut [Candidate],
    sample: impl Fn(&mut Command) -> Result<Vec<f64>>,
) -> Result<Vec<Series>> {
    let empty = |candidate: &Candidate| Series {
        name: candidate.name.clone(),
        unit: unit.into(),
        values: Vec::new(),
    };
    let mut series: Vec<Series> = candidates.iter().map(empty).collect();
    for _ in 0..rounds {
        for (candidate, series) in candidates.iter_mut().zip(&mut series) {
            series.values.extend(sample(&mut candidate.command)?);
        }
    }
    Ok(series)
}

/// The milliseconds that a command says it took, call by call.
pub fn own_milliseconds(command: &mut Command) -> Result<Vec<f64>> {
    #[derive(Deserialize)]
    struct Timing {
        milliseconds: Vec<f64>,
    }
    Ok(record::<Timing>(command)?.milliseconds)
}

/// The milliseconds of the whole process.
pub fn wall_milliseconds(command: &mut Command) -> Result<Vec<f64>> {
    Ok(vec![output(command)?.1 * 1e3])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_by_hand() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), 2.5);
    }

    #[test]
    fn contenders_take_turns() {
        let candidate = |name: &str| Candidate { name: name.into(), command: Command::new(name) };
        let mut candidates = [candidate("a"), candidate("b")];
        let order = std::cell::RefCell::new(Vec::new());
        let sample = |command: &mut Command| {
            order.borrow_mut().push(command.get_program().to_owned());
            Ok(vec![order.borrow().len() as f64])
        };
        let series = interleaved(2, "turns", &mut candidates, sample).unwrap();
        assert_eq!(*order.borrow(), ["a", "b", "a", "b"]);
        assert_eq!((&series[0].values[..], &series[1].values[..]), (&[1.0, 3.0][..], &[2.0, 4.0][..]));
    }
}
