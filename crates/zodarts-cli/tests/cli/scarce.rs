//! Data sets that are too small to learn from or to evaluate: they are refused, or undefined numbers are left
//! out.

use crate::support::{Array, arrays, place, run, stdout, write_npz};
use predicates::str::contains;
use serde_json::Value;
use std::path::Path;

/// A network that has a path.
const GENOTYPE: &str = "--genotype |skip_connect~0|+|none~0|nor_conv_3x3~1|+|none~0|none~1|skip_connect~2|";
const FIT: &str = "fit data.npz --config tiny.toml --out fit";

/// A folder with `data.npz`: a sound data set after `change`.
fn changed(change: impl Fn(&mut Vec<Array>)) -> tempfile::TempDir {
    let (place, mut arrays) = (place(), arrays());
    change(&mut arrays);
    write_npz(&place.path().join("data.npz"), &arrays);
    place
}

/// Keeps the first `count` images of every split.
fn first(count: usize) -> impl Fn(&mut Vec<Array>) {
    move |arrays| {
        for array in arrays {
            array.bytes.truncate(array.bytes.len() / array.shape[0] * count);
            array.shape[0] = count;
        }
    }
}

/// Takes class 1 out of a split.
fn without_class(split: &'static str) -> impl Fn(&mut Vec<Array>) {
    move |arrays| {
        let labels = arrays.iter_mut().find(|array| array.name == format!("{split}_labels"));
        labels.unwrap().bytes.fill(0);
    }
}

/// The JSON of a file, or of each line of it.
fn json(place: &Path, file: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(place.join(file)).unwrap();
    serde_json::Deserializer::from_str(&text).into_iter().map(Result::unwrap).collect()
}

#[test]
fn a_class_that_validation_lacks_is_noted_and_its_auc_left_out() {
    let place = changed(without_class("val"));
    run(place.path(), FIT).success().stderr(contains("note: no val image of class `1`"));
    assert_eq!(json(place.path(), "fit/train.jsonl")[0]["val_auc"], Value::Null);
    assert!(json(place.path(), "fit/metrics.json")[0]["auc"].is_f64());
}

#[test]
fn a_class_that_the_test_lacks_is_noted_and_its_auc_left_out() {
    let place = changed(without_class("test"));
    run(place.path(), FIT).success().stderr(contains("note: no test image of class `1`"));
    let metrics = &json(place.path(), "fit/metrics.json")[0];
    assert_eq!(metrics["auc"], Value::Null, "{metrics}");
    assert!(metrics["acc"].is_f64(), "{metrics}");
}

#[test]
fn a_class_that_the_training_lacks_is_nothing_to_learn_from() {
    let place = changed(without_class("train"));
    run(place.path(), FIT).code(1).stdout("").stderr(contains("expected at least two classes"));
    assert!(!place.path().join("fit").exists());
}

#[test]
fn one_image_is_refused_and_two_of_each_split_are_enough() {
    let place = changed(first(1));
    run(place.path(), FIT).code(1).stdout("").stderr(contains("expected at least two classes"));
    assert!(!place.path().join("fit").exists());
    let place = changed(first(2));
    stdout(place.path(), FIT);
    assert_eq!(json(place.path(), "fit/metrics.json")[0]["n"], 2);
}

/// Statistics of a batch are then those of one image's pixels, and of one value where a stage has a single
/// pixel.
#[test]
fn batches_of_one_image_are_trained_and_searched_with() {
    let place = changed(|_| ());
    let tiny = "data.npz --config tiny.toml --set train.batch_size=1 --set search.batch_size=1 --epochs 2";
    stdout(place.path(), &format!("search {tiny} --out search"));
    stdout(place.path(), &format!("train {tiny} {GENOTYPE} --out train --set train.input_size=4"));
    for file in ["search/search.jsonl", "train/train.jsonl"] {
        let records = json(place.path(), file);
        assert!(
            records.len() == 2 && records.iter().all(|record| record["val_loss"].is_f64()),
            "{records:?}"
        );
    }
}

#[test]
fn the_last_batch_may_have_one_image() {
    let place = changed(|_| ());
    // Of twelve images.
    stdout(
        place.path(),
        &format!("train data.npz --config tiny.toml --set train.batch_size=11 {GENOTYPE} --out train"),
    );
    assert!(json(place.path(), "train/train.jsonl")[0]["train_loss"].is_f64());
}

/// Normalisation divides by a deviation of zero then, but for its ε.
#[test]
fn images_that_are_all_the_same_give_chance_and_a_warning() {
    let grey = |arrays: &mut Vec<Array>| {
        let images = arrays.iter_mut().filter(|array| array.name.ends_with("images"));
        images.for_each(|array| array.bytes.fill(77));
    };
    let place = changed(grey);
    run(place.path(), FIT).success().stderr(contains("6 test images also in train"));
    let metrics = &json(place.path(), "fit/metrics.json")[0];
    assert_eq!(metrics["auc"], 0.5, "{metrics}");
}
