//! Ending a run when the user asks for it: the step at hand is finished, what was done is kept, and the command can be given again.
//!
//! A second request ends the process at once; what the last checkpoint holds is safe all the same.

use anyhow::{Context, Result};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use zodarts_nas::observer::{Event, Observer};

/// Whether a signal came.
static REQUESTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);
/// The last that came, 0 if none did.
static SIGNAL: LazyLock<Arc<AtomicUsize>> = LazyLock::new(Arc::default);
/// What shells add to a signal's number.
const STATUS: i32 = 128;

/// From here on signals are requests. Whoever calls this asks [`requested`] after every step.
///
/// # Errors
/// If the system refuses.
pub fn watch() -> Result<()> {
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_shutdown(signal, STATUS + signal, REQUESTED.clone())
            .and_then(|_| flag::register_usize(signal, SIGNAL.clone(), signal as usize))
            .and_then(|_| flag::register(signal, REQUESTED.clone()))
            .context("signals cannot be watched")?;
    }
    Ok(())
}

/// Whether the user asked for an end.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}

/// What the process returns after a request: 130 for SIGINT, 143 for SIGTERM.
pub fn status() -> u8 {
    STATUS as u8 + SIGNAL.load(Ordering::Relaxed) as u8
}

/// Looks at nothing of a run, but passes requests on.
#[derive(Clone, Copy, Debug)]
pub struct Uninterested;

impl Observer for Uninterested {
    fn event(&mut self, _: Event<'_>) {}

    fn stop_requested(&self) -> bool {
        requested()
    }
}
