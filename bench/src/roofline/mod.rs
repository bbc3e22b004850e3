//! Each kernel beside the limit of this machine: multiply-adds for convolutions, memory traffic for sweeps
//! and reductions.
//!
//! A kernel and its limit are timed in turn, and the share is the median over the rounds: a machine that
//! slows down for a moment slows down both. What moves memory is measured twice, on one set of buffers that
//! stays in the cache and on so many in turn that none does, as in a training step.

pub mod cases;
mod limit;
mod machine;
mod report;
mod timing;

pub use report::Report;

use cases::Case;
use limit::Limit;
use machine::Machine;
use serde::Serialize;
use timing::{Stopwatch, median};
use zodarts_kernels::Kernels;

/// The least work of a kernel's run.
#[derive(Clone, Copy, Debug)]
pub enum Work {
    /// Floating-point operations, a multiply-add being two.
    Operations(f64),
    /// Memory traffic.
    Memory(Traffic),
}

/// Memory a kernel has to move.
#[derive(Clone, Copy, Debug, Default)]
pub struct Traffic {
    /// Pixels read.
    pub read: usize,
    /// Pixels written.
    pub written: usize,
    /// Pixels read and written.
    pub updated: usize,
}

impl Traffic {
    /// Bytes moved in both directions.
    pub fn bytes(&self) -> usize {
        (self.read + self.written + 2 * self.updated) * size_of::<zodarts_kernels::Pixel<f32>>()
    }
}

impl Work {
    /// Operations or bytes.
    pub fn amount(&self) -> f64 {
        match self {
            Self::Operations(operations) => *operations,
            Self::Memory(traffic) => traffic.bytes() as f64,
        }
    }

    /// Billions of what a second the rates count.
    pub fn unit(&self) -> &'static str {
        match self {
            Self::Operations(_) => "GFLOP/s",
            Self::Memory(_) => "GB/s",
        }
    }
}

/// A kernel at one shape, measured.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Kernel.
    pub kernel: &'static str,
    /// Shape.
    pub shape: String,
    /// Median time of a run in microseconds.
    pub microseconds: f64,
    /// Rate in `unit`.
    pub rate: f64,
    /// The limit's rate.
    pub limit: f64,
    /// Unit of both.
    pub unit: &'static str,
    /// Median share of the limit.
    pub share: f64,
}

/// Measures the machine and all kernels, `rounds` times each.
pub fn measure(kernels: Kernels<f32>, rounds: usize) -> Report {
    let machine = Machine::measure(kernels, rounds);
    let rows = cases::all(kernels).into_iter().flat_map(|case| rows(kernels, &case, rounds)).collect();
    Report { machine, rows }
}

/// Bytes of buffers that no cache holds.
const BEYOND_CACHE: usize = 64 << 20;

fn rows(kernels: Kernels<f32>, case: &Case, rounds: usize) -> Vec<Row> {
    let mut rows = vec![row(kernels, case, (1, ""), rounds)];
    if let Work::Memory(traffic) = case.work {
        let copies = BEYOND_CACHE.div_ceil(traffic.bytes());
        rows.push(row(kernels, case, (copies, ", from memory"), rounds));
    }
    rows
}

/// A row measured on `copies` sets of buffers in turn.
fn row(kernels: Kernels<f32>, case: &Case, (copies, place): (usize, &str), rounds: usize) -> Row {
    let Case { kernel, shape, work, prepare } = case;
    let (work, shape) = (*work, format!("{shape}{place}"));
    let mut run =
        Stopwatch::new(in_turn((0..copies).map(|_| prepare()).collect(), |run: &mut Box<dyn FnMut()>| run()));
    let limits = (0..copies).map(|_| Limit::new(kernels, work)).collect();
    let mut limit_run = Stopwatch::new(in_turn(limits, Limit::run));
    let mut times = Vec::new();
    let mut limits = Vec::new();
    for _ in 0..rounds {
        limits.push(limit_run.seconds());
        times.push(run.seconds());
    }
    // A limit's rate refers to its own work, which for multiply-adds is not the kernel's.
    let possible = |seconds: f64| limit::amount(work) / seconds;
    let shares = times.iter().zip(&limits).map(|(time, limit)| work.amount() / time / possible(*limit));
    let seconds = median(times.iter().copied());
    Row {
        kernel,
        shape,
        microseconds: seconds * 1e6,
        rate: work.amount() / seconds / 1e9,
        limit: possible(median(limits.iter().copied())) / 1e9,
        unit: work.unit(),
        share: median(shares),
    }
}

/// Runs each of several things in turn.
fn in_turn<X>(mut things: Vec<X>, run: impl Fn(&mut X)) -> impl FnMut() {
    let mut next = 0;
    move || {
        run(&mut things[next]);
        next = (next + 1) % things.len();
    }
}
