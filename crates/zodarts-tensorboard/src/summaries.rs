//! The values of an epoch and of an evaluation. Their tags are the field names of the records in the run
//! folder.

use crate::histogram::histogram;
use crate::messages::Value;
use zodarts_nas::evaluate::Metrics;
use zodarts_nas::records::{SearchRecord, TrainRecord};
use zodarts_nn::space::{CellEdge, Space};

/// Returns the section of an edge's probabilities.
pub fn mixture_section(place: CellEdge) -> String {
    format!("p_{}", tag(place))
}

fn tag(place: CellEdge) -> String {
    let cell = place.cell.map_or(String::new(), |cell| format!("cell_{}_", cell + 1));
    format!("{cell}edge_{}-{}", place.edge.source, place.edge.target)
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
    values.extend(mixture(record));
    values.extend(alphas(record.genotype.space(), alpha));
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

fn mixture(record: &SearchRecord) -> impl Iterator<Item = Value> {
    let space = record.genotype.space();
    space.cell_edges().zip(record.p.rows()).flat_map(|(place, row)| {
        space.operations.iter().zip(row).map(move |(operation, p)| {
            Value::scalar(format!("{}/{}", mixture_section(place), operation.name()), f64::from(*p))
        })
    })
}

/// Returns a histogram of α over all edges, and one for each edge.
fn alphas(space: &'static Space, alpha: &[f32]) -> impl Iterator<Item = Value> {
    let edges = space.cell_edges().zip(alpha.chunks_exact(space.columns()));
    let edges = edges.map(|(place, row)| (format!("alpha/{}", tag(place)), row));
    let all = std::iter::once(("alpha/all_edges".to_owned(), alpha));
    all.chain(edges).filter_map(|(tag, numbers)| histogram(tag, numbers))
}
