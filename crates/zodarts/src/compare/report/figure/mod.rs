//! Figures of searches, as SVG.

mod edges;
mod live;

pub use edges::{all_edges, first_edge};
pub use live::live_operations;

use crate::run::SearchRecord;

/// A search, epoch by epoch.
#[derive(Clone, Debug)]
pub struct Course {
    /// The method.
    pub name: &'static str,
    /// The seed.
    pub seed: u64,
    /// Its records.
    pub records: Vec<SearchRecord>,
}

#[cfg(test)]
impl Course {
    /// A search of seed 1 that was planned for three epochs, which have so many live operations.
    fn example(name: &'static str, live: &[usize]) -> Self {
        Self { name, seed: 1, records: SearchRecord::examples(live, 3) }
    }
}
