//! Figures of searches and trainings, as SVG.

mod edges;
mod lines;
mod live_operations;
mod training;

pub use edges::{all_edges, first_edge};
pub use live_operations::live_operations;
pub use training::training;

use zodarts_nas::records::SearchRecord;

/// A search or a training, epoch by epoch.
#[derive(Clone, Copy, Debug)]
pub struct EpochRecords<'r, R = SearchRecord> {
    /// The candidate.
    pub name: &'static str,
    /// The seed.
    pub seed: u64,
    /// Its records.
    pub records: &'r [R],
}

#[cfg(test)]
impl<'r, R> EpochRecords<'r, R> {
    /// Returns a search or training of seed 1.
    fn example(name: &'static str, records: &'r [R]) -> Self {
        Self { name, seed: 1, records }
    }
}
