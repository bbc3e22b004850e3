//! Times of short runs.

use std::time::Instant;

/// Shortest time measured at once: well above the clock's resolution, well below a scheduler's time slice.
const SHORTEST: f64 = 2e-4;

/// Something to run, and how often to run it for one measurement.
pub struct Stopwatch<F> {
    run: F,
    repeats: usize,
}

impl<F: FnMut()> Stopwatch<F> {
    /// Warms up, and finds how often to run.
    pub fn new(mut run: F) -> Self {
        run();
        let mut stopwatch = Self { run, repeats: 1 };
        while stopwatch.seconds() * (stopwatch.repeats as f64) < SHORTEST {
            stopwatch.repeats *= 2;
        }
        stopwatch
    }

    /// Mean time of one run.
    pub fn seconds(&mut self) -> f64 {
        let start = Instant::now();
        for _ in 0..self.repeats {
            (self.run)();
        }
        start.elapsed().as_secs_f64() / self.repeats as f64
    }
}

/// The middle value, the upper one of two.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
