//! Measures the multiply-adds on registers that some threads do at the same time, and prints one line of
//! JSON.

use clap::Parser;
use serde::Serialize;
use std::sync::Barrier;
use std::time::{Duration, Instant};
use zodarts_kernels::probe::MultiplyAdd;
use zodarts_kernels::{Kernels, Pixel};

/// Steps between looks at the clock: a tenth of a millisecond or so.
const STEPS: usize = 50_000;

/// Measures the multiply-adds on registers that some threads do at the same time.
#[derive(Parser)]
struct Arguments {
    /// Threads.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// Milliseconds to measure for.
    #[arg(long, default_value_t = 200)]
    milliseconds: u64,
}

/// The measurement.
#[derive(Serialize)]
struct Peak {
    gflops: f64,
}

fn main() -> anyhow::Result<()> {
    let Arguments { threads, milliseconds } = Arguments::parse();
    let (barrier, time) = (Barrier::new(threads), Duration::from_millis(milliseconds));
    let one = || {
        barrier.wait();
        rate(time)
    };
    let gflops = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(one)).collect();
        threads.into_iter().map(|thread| thread.join().expect("a probe does not panic")).sum()
    });
    println!("{}", serde_json::to_string(&Peak { gflops })?);
    Ok(())
}

/// Billions of operations a second of this thread.
fn rate(time: Duration) -> f64 {
    let kernels = Kernels::<f32>::detect();
    let mut output = Pixel::ZERO;
    let (start, mut operations) = (Instant::now(), 0.0);
    while start.elapsed() < time {
        kernels.run(MultiplyAdd { steps: STEPS, output: &mut output });
        operations += MultiplyAdd::<f32>::operations(STEPS);
    }
    operations / start.elapsed().as_secs_f64() / 1e9
}
