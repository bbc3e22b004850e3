//! Event files read back by TensorBoard itself.
//!
//! `ZODARTS_PYTHON` names a Python with TensorBoard (`cargo xtask validate` makes one). Without it, the test
//! says that it is skipped.

mod common;

use common::{EPOCHS, fit_with_events, tiny};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use zodarts_nas::genotype::Genotype;
use zodarts_nas::observer::{Event, Observer};
use zodarts_nas::records::{SearchRecord, TrainRecord};
use zodarts_nn::space::NAS_BENCH_201;
use zodarts_run::folder::RunFolder;

/// The Python to test with.
fn python() -> Option<PathBuf> {
    let python = std::env::var_os("ZODARTS_PYTHON").map(PathBuf::from);
    if python.is_none() {
        eprintln!("SKIPPED: ZODARTS_PYTHON is not set: event files are not read back by TensorBoard");
    }
    python
}

/// Returns what TensorBoard finds in the event files of a run.
fn found(python: &Path, run: &Path) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/read_events.py");
    let output = Command::new(python).arg(script).arg(run.join("tensorboard")).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Records α after each epoch.
#[derive(Default)]
struct Alphas(Vec<Vec<f32>>);

impl Observer for &mut Alphas {
    fn event(&mut self, event: Event<'_>) {
        if let Event::SearchEpoch { alpha, .. } = event {
            self.0.push(alpha.to_vec());
        }
    }
}

/// Asserts that a tag has these numbers, to the precision of an `f32`, at the steps 1, 2 and so on.
fn check(found: &Value, tag: &str, numbers: impl IntoIterator<Item = f64>) {
    let numbers = numbers.into_iter().enumerate();
    let expected: Vec<(u64, f32)> = numbers.map(|(at, number)| (at as u64 + 1, number as f32)).collect();
    let points = found["scalars"][tag].as_array().unwrap_or_else(|| panic!("no {tag}")).iter();
    let points: Vec<(u64, f32)> =
        points.map(|point| (point[0].as_u64().unwrap(), point[1].as_f64().unwrap() as f32)).collect();
    assert_eq!(points, expected, "{tag}");
}

fn check_search(found: &Value, records: &[SearchRecord]) {
    let of = |tag: &str, number: fn(&SearchRecord) -> f64| {
        check(found, &format!("search/{tag}"), records.iter().map(number));
    };
    of("train_loss", |record| record.train_loss);
    of("train_acc", |record| record.train_acc);
    of("val_loss", |record| record.val_loss);
    of("val_acc", |record| record.val_acc);
    of("learning_rate", |record| record.learning_rate);
    of("temperature", |record| record.temperature);
    of("live_operations", |record| record.live_operations as f64);
    of("hypergradient_norm", |record| record.hypergradient_norm);
    of("seconds", |record| record.seconds);
    for (at, edge) in NAS_BENCH_201.edges.iter().enumerate() {
        for (column, operation) in NAS_BENCH_201.operations.iter().enumerate() {
            let tag = format!("p_edge_{}-{}/{}", edge.source, edge.target, operation.name());
            check(found, &tag, records.iter().map(|record| f64::from(record.p[at][column])));
        }
    }
}

fn check_train(found: &Value, records: &[TrainRecord]) {
    let of = |tag: &str, number: fn(&TrainRecord) -> f64| {
        check(found, &format!("train/{tag}"), records.iter().map(number));
    };
    of("train_loss", |record| record.train_loss);
    of("train_acc", |record| record.train_acc);
    of("val_loss", |record| record.val_loss);
    of("val_acc", |record| record.val_acc);
    of("val_auc", |record| record.val_auc.unwrap());
    of("learning_rate", |record| record.learning_rate);
    of("seconds", |record| record.seconds);
}

fn check_alphas(found: &Value, alphas: &[Vec<f32>]) {
    let close = |found: &Value, expected: f64| (found.as_f64().unwrap() - expected).abs() < 1e-9;
    let check = |tag: &str, part: &dyn Fn(&[f32]) -> Vec<f64>| {
        let histograms = found["histograms"][tag].as_array().unwrap();
        assert_eq!(histograms.len(), alphas.len(), "{tag}");
        for (at, (histogram, alpha)) in histograms.iter().zip(alphas).enumerate() {
            let part = part(alpha);
            let (min, max) = (
                part.iter().copied().fold(f64::MAX, f64::min),
                part.iter().copied().fold(f64::MIN, f64::max),
            );
            let count = part.len() as f64;
            let expected = [(at + 1) as f64, min, max, count, part.iter().sum(), count];
            let fits = expected.iter().enumerate().all(|(at, number)| close(&histogram[at], *number));
            assert!(fits, "{tag}: {histogram}, expected {expected:?}");
        }
    };
    check("alpha/all_edges", &|alpha| alpha.iter().map(|value| f64::from(*value)).collect());
    for (at, edge) in NAS_BENCH_201.edges.iter().enumerate() {
        let part = move |alpha: &[f32]| alpha[at * 5..][..5].iter().map(|value| f64::from(*value)).collect();
        check(&format!("alpha/edge_{}-{}", edge.source, edge.target), &part);
    }
}

/// Asserts that there are four grids of 8 × 8 images of 12 pixels a side, and a confusion matrix of 2 × 2
/// cells.
fn check_images(found: &Value) {
    let images = found["images"].as_object().unwrap();
    assert_eq!(images.len(), 5, "{images:?}");
    for tag in
        ["search/val_images", "search/val_images_augmented", "train/val_images", "train/val_images_augmented"]
    {
        assert_eq!(images[tag], serde_json::json!([[0, 105, 105, true]]), "{tag}");
    }
    assert_eq!(images["test/confusion"], serde_json::json!([[EPOCHS.1, 81, 81, true]]));
}

/// Asserts that there is a chart for each edge, that training and validation share a chart, and that every
/// curve exists.
fn check_charts(found: &Value) {
    let charts = found["charts"].as_object().unwrap();
    assert_eq!(charts.len(), 4 + NAS_BENCH_201.rows(), "{charts:?}");
    let tags: Vec<&String> = found["scalars"].as_object().unwrap().keys().collect();
    for (title, patterns) in charts {
        let matches = |pattern: &Value| {
            let pattern = pattern.as_str().unwrap().strip_prefix('^').unwrap();
            let whole = pattern.strip_suffix('$');
            tags.iter()
                .filter(|tag| whole.map_or(tag.starts_with(pattern), |whole| tag.as_str() == whole))
                .count()
        };
        let curves: usize = patterns.as_array().unwrap().iter().map(matches).sum();
        assert_eq!(curves, if title.starts_with("p_edge") { 5 } else { 2 }, "{title}");
    }
}

#[test]
fn tensorboard_finds_all_that_the_run_wrote() {
    let Some(python) = python() else { return };
    let place = tempfile::tempdir().unwrap();
    let run = place.path().join("run");
    let mut alphas = Alphas::default();
    let fit = fit_with_events(&tiny(), &run, &mut alphas);
    let found = found(&python, &run);
    let folder = RunFolder::open(&run).unwrap();
    check_search(&found, &folder.records("search.jsonl").unwrap());
    check_train(&found, &folder.records("train.jsonl").unwrap());
    assert_eq!(alphas.0.len(), EPOCHS.0);
    assert_eq!(Genotype::argmax(&NAS_BENCH_201, alphas.0.last().unwrap()), fit.search.unwrap().argmax);
    check_alphas(&found, &alphas.0);
    check_images(&found);
    check_charts(&found);
    let report = fit.metrics.report;
    for (tag, number) in [("test/acc", report.acc), ("test/auc", report.auc.unwrap())] {
        let points = found["scalars"][tag].as_array().unwrap();
        assert_eq!((points.len(), points[0][1].as_f64().unwrap() as f32), (1, number as f32), "{tag}");
    }
}
