//! Records for tests.

use zodarts_nas::genotype::Genotype;
use zodarts_nas::records::SearchRecord;
use zodarts_nn::space::{NAS_BENCH_201, Operation};

/// Returns the records of a search planned for `epochs` epochs, one for each number of live operations.
pub fn search_records(live: &[usize], epochs: usize) -> Vec<SearchRecord> {
    let record = |(epoch, live): (usize, &usize)| SearchRecord {
        epoch,
        epochs,
        temperature: 1.0,
        learning_rate: 0.1,
        train_loss: 0.5,
        train_acc: 0.5,
        val_loss: 0.5,
        val_acc: 0.5,
        p: [[0.1, 0.4, 0.2, 0.2, 0.1]; 6].into(),
        live_operations: *live,
        hypergradient_norm: 0.1,
        passes: 4,
        genotype: Genotype::new(&NAS_BENCH_201, &[Operation::SkipConnect; 6]),
        seconds: 1.0,
        seconds_waiting: 0.0,
    };
    live.iter().enumerate().map(record).collect()
}
