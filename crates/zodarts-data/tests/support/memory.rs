//! Measurement of the memory that a call takes.

use std::fs;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes that reading any file may take at most.
const MOST: u64 = 512 << 20;

/// A test that runs while no other one of its kind does in this process, so that the process' memory is its
/// own.
pub struct Alone {
    _turn: MutexGuard<'static, ()>,
}

impl Alone {
    /// Waits for the other tests of this kind.
    pub fn now() -> Self {
        static TURN: Mutex<()> = Mutex::new(());
        Self { _turn: TURN.lock().unwrap_or_else(PoisonError::into_inner) }
    }

    /// Calls `what`, and fails if it takes more memory than [`MOST`] on systems that tell.
    #[allow(clippy::unused_self, reason = "only who is alone can tell")]
    pub fn bounded<T>(&self, what: impl FnOnce() -> T) -> T {
        // Linux counts the peak from here on then.
        let _ = fs::write("/proc/self/clear_refs", "5");
        let before = status("VmRSS:");
        let result = what();
        if let (Some(before), Some(peak)) = (before, status("VmHWM:")) {
            let taken = peak.saturating_sub(before);
            assert!(taken <= MOST, "{} MiB of memory", taken >> 20);
        }
        result
    }
}

/// Bytes of memory that this process has (`VmRSS:`) or had at most (`VmHWM:`).
fn status(name: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kib| kib << 10)
}
