//! The check, before a run allocates anything, that it fits in memory.

use sysinfo::{MemoryRefreshKind, RefreshKind, System};
use thiserror::Error;
use zodarts_data::Bytes;

/// The number of bytes that a run may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory(u64);

/// A run that would take more memory than there is.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
#[error(
    "`{section}.batch_size` of {batch} needs {} of memory, but {} are available",
    Bytes(*needed), Bytes(*available)
)]
pub struct OutOfMemory {
    /// Section of the configuration, `search` or `train`.
    pub section: &'static str,
    /// The batch size: the setting, or the number of images if that is smaller.
    pub batch: usize,
    /// Number of bytes needed.
    pub needed: u64,
    /// Number of bytes available.
    pub available: u64,
    /// The largest batch size that fits; 0 if none does.
    pub largest: usize,
}

impl Memory {
    /// Returns a limit of `bytes` bytes.
    pub fn of(bytes: u64) -> Self {
        Self(bytes)
    }

    /// Returns the number of bytes.
    pub fn bytes(self) -> u64 {
        self.0
    }

    /// Returns the memory that is available on this machine or in the control group (container) of this
    /// process, or no limit if neither is known.
    pub fn available() -> Self {
        let memory = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
        let system = System::new_with_specifics(memory);
        let machine = match system.available_memory() {
            0 => u64::MAX,
            bytes => bytes,
        };
        // Not `free_memory`, which counts the page cache as used.
        let group = system.cgroup_limits().map(|limits| limits.total_memory.saturating_sub(limits.rss));
        Self(group.unwrap_or(u64::MAX).min(machine))
    }

    /// Checks that the bytes that `needed` returns for a batch of `batch` images are available.
    ///
    /// # Errors
    /// Returns [`OutOfMemory`] with the largest batch that fits.
    pub(crate) fn check(
        self,
        section: &'static str,
        batch: usize,
        needed: impl Fn(usize) -> u64,
    ) -> Result<(), OutOfMemory> {
        let (bytes, available) = (needed(batch), self.0);
        if bytes <= available {
            return Ok(());
        }
        let largest = largest(batch, |batch| needed(batch) <= available);
        Err(OutOfMemory { section, batch, needed: bytes, available, largest })
    }
}

/// Returns the largest size below `beyond` that fits, or 0 if none does.
fn largest(mut beyond: usize, fits: impl Fn(usize) -> bool) -> usize {
    let mut found = 0;
    while beyond - found > 1 {
        let middle = found + (beyond - found) / 2;
        if fits(middle) {
            found = middle;
        } else {
            beyond = middle;
        }
    }
    found
}

impl OutOfMemory {
    /// Returns advice for the user, if there is any.
    pub fn hint(&self) -> Option<String> {
        Some(match self.largest {
            0 => "not even one image at a time fits: choose fewer channels or cells, or a smaller input_size"
                .into(),
            largest => format!("the largest batch size that fits is {largest}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_refused_with_what_does() {
        let memory = Memory::of(1 << 30);
        let needed = |batch: usize| (batch as u64) << 20;
        assert_eq!(memory.check("search", 1024, needed), Ok(()));
        let error = memory.check("search", 1536, needed).unwrap_err();
        assert_eq!(error.largest, 1024);
        assert_eq!(
            error.to_string(),
            "`search.batch_size` of 1536 needs 1.5 GiB of memory, but 1.0 GiB are available"
        );
        assert_eq!(error.hint().unwrap(), "the largest batch size that fits is 1024");
        let error = Memory::of(1000).check("train", 8, needed).unwrap_err();
        assert_eq!(error.largest, 0);
        assert!(error.to_string().contains("8.0 MiB of memory, but 1.0 KiB are available"));
        assert!(error.hint().unwrap().starts_with("not even one image"));
    }

    #[test]
    fn this_machine_has_memory() {
        assert!(Memory::available().0 > 1 << 20);
    }
}
