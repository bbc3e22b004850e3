//! Figures of searches and trainings, as SVG.

mod edges;
mod lines;
mod live;
mod training;

pub use edges::{all_edges, first_edge};
pub use live::live_operations;
pub use training::training;

use zodarts_nas::records::SearchRecord;

/// A search or a training, epoch by epoch.
#[derive(Clone, Debug)]
pub struct Course<R = SearchRecord> {
    /// The contender.
    pub name: &'static str,
    /// The seed.
    pub seed: u64,
    /// Its records.
    pub records: Vec<R>,
}

#[cfg(test)]
impl Course {
    /// Returns a search of seed 1 that was planned for three epochs, with these numbers of live operations.
    fn example(name: &'static str, live: &[usize]) -> Self {
        Self { name, seed: 1, records: crate::compare::example_records::search_records(live, 3) }
    }
}
