//! Notices an input that takes too long.

use std::path::{Path, PathBuf};
use std::process::exit;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

/// Longest time that an input may take.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Ends the process if the same input is at hand for too long.
#[derive(Debug)]
pub struct Watch {
    inputs: Arc<AtomicU64>,
}

impl Watch {
    /// Watches from now on; `input` is where the one at hand is kept.
    pub fn begin(input: &Path) -> Self {
        let inputs = Arc::new(AtomicU64::new(0));
        let (seen, input): (Arc<AtomicU64>, PathBuf) = (inputs.clone(), input.to_owned());
        thread::spawn(move || {
            let mut last = u64::MAX;
            loop {
                let now = seen.load(Ordering::Relaxed);
                if now == last {
                    eprintln!(
                        "error: an input takes more than {} s; it is in {}",
                        PATIENCE.as_secs(),
                        input.display()
                    );
                    exit(1);
                }
                last = now;
                thread::sleep(PATIENCE);
            }
        });
        Self { inputs }
    }

    /// The next input is at hand.
    pub fn next(&mut self) {
        self.inputs.fetch_add(1, Ordering::Relaxed);
    }
}
