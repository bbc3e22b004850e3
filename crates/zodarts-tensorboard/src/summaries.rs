//! The values of an epoch and of an evaluation. Their tags are the field names of the records in the run
//! folder.

use crate::histogram::histogram;
use crate::messages::Value;
use zodarts_nas::evaluate::Metrics;
use zodarts_nas::records::{SearchRecord, TrainRecord};
use zodarts_nn::space::{EDGE_LIST, Edge, Mixture, OPERATIONS, Operation};

/// Returns the section of an edge's probabilities.
pub fn mixture_section(edge: Edge) -> String {
    format!("p_edge_{}-{}", edge.source, edge.target)
}

/// Returns the values of an epoch of a search. `alpha` has the shape `(edges, operations)`.
pub fn search(record: &SearchRecord, alpha: &[f32]) -> Vec<Value> {
    let numbers = [
        ("train_loss", record.train_loss),
        ("train_acc", record.train_acc),
        ("val_loss", record.val_loss),
        ("val_acc", record.val_acc),
        ("learning_rate", record.learning_rate),
        ("temperature", record.temperature),
        ("live_operations", record.live_operations as f64),
        ("hypergradient_norm", record.hypergradient_norm),
        ("seconds", record.seconds),
    ];
    let mut values = scalars("search", &numbers);
    values.extend(mixture(&record.p));
    values.extend(alphas(alpha));
    values
}

/// Returns the values of an epoch of a training.
pub fn train(record: &TrainRecord) -> Vec<Value> {
    let numbers = [
        ("train_loss", record.train_loss),
        ("train_acc", record.train_acc),
        ("val_loss", record.val_loss),
        ("val_acc", record.val_acc),
        ("learning_rate", record.learning_rate),
        ("seconds", record.seconds),
    ];
    let mut values = scalars("train", &numbers);
    values.extend(record.val_auc.map(|auc| Value::scalar("train/val_auc", auc)));
    values
}

/// Returns the values of an evaluation.
pub fn evaluation(metrics: &Metrics) -> Vec<Value> {
    let mut values = scalars(&metrics.split, &[("acc", metrics.report.acc)]);
    values.extend(metrics.report.auc.map(|auc| Value::scalar(format!("{}/auc", metrics.split), auc)));
    values
}

fn scalars(section: &str, numbers: &[(&str, f64)]) -> Vec<Value> {
    numbers.iter().map(|(name, number)| Value::scalar(format!("{section}/{name}"), *number)).collect()
}

fn mixture(mixture: &Mixture<f32>) -> impl Iterator<Item = Value> {
    EDGE_LIST.into_iter().zip(mixture).flat_map(|(edge, row)| {
        let value = move |(operation, p): (Operation, &f32)| {
            Value::scalar(format!("{}/{}", mixture_section(edge), operation.name()), f64::from(*p))
        };
        Operation::ALL.into_iter().zip(row).map(value)
    })
}

/// Returns a histogram of α over all edges, and one for each edge.
fn alphas(alpha: &[f32]) -> impl Iterator<Item = Value> {
    let edges = EDGE_LIST.into_iter().zip(alpha.chunks_exact(OPERATIONS));
    let edges = edges.map(|(edge, row)| (format!("alpha/edge_{}-{}", edge.source, edge.target), row));
    let all = std::iter::once(("alpha/all_edges".to_owned(), alpha));
    all.chain(edges).filter_map(|(tag, numbers)| histogram(tag, numbers))
}
