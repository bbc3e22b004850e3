//! The handling of SIGINT and SIGTERM.
//!
//! At the first signal the run finishes its current step, saves what it has done and ends; the same command
//! resumes it. A second signal ends the process at once; the last checkpoint remains.

use anyhow::{Context, Result};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use zodarts_nas::observer::{Event, Observer};

/// True once a signal has come.
static REQUESTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);
/// The last signal, or 0 if none has come.
static SIGNAL: LazyLock<Arc<AtomicUsize>> = LazyLock::new(Arc::default);
/// The number that shells add to a signal's number.
const STATUS: i32 = 128;

/// Turns signals into stop requests from here on. The caller must check [`requested`] after every step.
///
/// # Errors
/// Returns an error if the system refuses.
pub fn watch() -> Result<()> {
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_shutdown(signal, STATUS + signal, REQUESTED.clone())
            .and_then(|_| flag::register_usize(signal, SIGNAL.clone(), signal as usize))
            .and_then(|_| flag::register(signal, REQUESTED.clone()))
            .context("signals cannot be watched")?;
    }
    Ok(())
}

/// Reports whether the user requested a stop.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}

/// Returns the exit status after a request: 130 for SIGINT, 143 for SIGTERM.
pub fn status() -> u8 {
    STATUS as u8 + SIGNAL.load(Ordering::Relaxed) as u8
}

/// An observer that ignores all events and passes stop requests on.
#[derive(Clone, Copy, Debug)]
pub struct Uninterested;

impl Observer for Uninterested {
    fn event(&mut self, _: Event<'_>) {}

    fn stop_requested(&self) -> bool {
        requested()
    }
}
