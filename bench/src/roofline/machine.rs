//! The machine's own limits, on one core and on all.

use super::limit::{self, Limit};
use super::timing::{Stopwatch, median};
use super::{Traffic, Work};
use serde::Serialize;
use std::sync::Barrier;
use zodarts_kernels::{Kernels, Pixel};

/// Bytes that stay in a core's L2 cache, and that stay in none.
const SIZES: [(&str, usize); 2] = [("512 KiB", 1 << 19), ("256 MiB", 1 << 28)];

/// Limits of this machine.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    /// Vector instructions used.
    pub instructions: &'static str,
    /// Cores.
    pub cores: usize,
    /// Rates.
    pub limits: Vec<MachineLimit>,
}

/// One limit.
#[derive(Clone, Debug, Serialize)]
pub struct MachineLimit {
    /// The name of the measurement.
    pub name: String,
    /// Unit of the rates.
    pub unit: &'static str,
    /// Rate of one core.
    pub one_core: f64,
    /// Rate of all cores together.
    pub all_cores: f64,
}

impl Machine {
    pub fn measure(kernels: Kernels<f32>, rounds: usize) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut limits = vec![measure(kernels, "multiply-add", Work::Operations(0.0), cores, rounds)];
        for (size, bytes) in SIZES {
            let pixels = bytes / size_of::<Pixel<f32>>();
            let read = Traffic { read: pixels, ..Traffic::default() };
            let copy = Traffic { read: pixels / 2, written: pixels / 2, updated: 0 };
            for (what, traffic) in [("read", read), ("read half, write half of", copy)] {
                let name = format!("{what} {size}");
                // Large sizes are slow and steady.
                let rounds = rounds.min(1 + (1 << 30) / bytes);
                limits.push(measure(kernels, &name, Work::Memory(traffic), cores, rounds));
            }
        }
        Self { instructions: kernels.name(), cores, limits }
    }
}

fn measure(kernels: Kernels<f32>, name: &str, work: Work, cores: usize, rounds: usize) -> MachineLimit {
    let one_core = rates(kernels, work, 1, rounds);
    let all_cores = rates(kernels, work, cores, rounds);
    MachineLimit { name: name.into(), unit: work.unit(), one_core, all_cores }
}

/// Sum of the median rates of `threads` threads that run at the same time, in billions a second.
fn rates(kernels: Kernels<f32>, work: Work, threads: usize, rounds: usize) -> f64 {
    let barrier = Barrier::new(threads);
    let one = || {
        let mut limit = Limit::new(kernels, work);
        let mut stopwatch = Stopwatch::new(|| limit.run());
        barrier.wait();
        median((0..rounds).map(|_| limit::amount(work) / stopwatch.seconds() / 1e9))
    };
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(one)).collect();
        handles.into_iter().map(|handle| handle.join().expect("a probe does not panic")).sum()
    })
}
