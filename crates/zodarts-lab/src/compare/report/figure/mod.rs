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
#[derive(Clone, Debug)]
pub struct EpochRecords<R = SearchRecord> {
    /// The candidate.
    pub name: &'static str,
    /// The seed.
    pub seed: u64,
    /// Its records.
    pub records: Vec<R>,
}

#[cfg(test)]
impl EpochRecords {
    /// Returns a search of seed 1 that was planned for three epochs, with these numbers of live operations.
    fn example(name: &'static str, live: &[usize]) -> Self {
        Self { name, seed: 1, records: crate::compare::example_records::search_records(live, 3) }
    }
}
