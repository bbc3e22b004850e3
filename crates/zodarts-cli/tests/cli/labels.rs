//! Data with several labels an image: a threshold for each label, and everything that decides by it.

use crate::support::{Array, place, run, stdout, write_npz};
use predicates::str::contains;
use serde_json::Value;
use std::path::Path;

/// Side of the images.
const SIDE: usize = 12;
/// Options of a fit with thresholds.
const FIT: &str =
    "fit multi.npz --config tiny.toml --train-epochs 8 --class-weights balanced --sensitivity 0.9 --out run";

/// Returns whether an image has each label: bright, striped, a rare one, and one that no training image has.
fn labels(image: usize, is_training: bool) -> [bool; 4] {
    [image.is_multiple_of(2), image.is_multiple_of(3), image == 5, image % 4 == 1 && !is_training]
}

fn pixels(image: usize, [bright, striped, ..]: [bool; 4]) -> impl Iterator<Item = u8> {
    let level = if bright { 150 } else { 80 };
    (0..SIDE * SIDE).map(move |at| {
        let stripe = if striped && at % SIDE % 4 < 2 { 60 } else { 0 };
        level + stripe + ((image * 31 + at * 17 + image * at) % 23) as u8
    })
}

fn write_multi(path: &Path) {
    let mut arrays = Vec::new();
    for (split, count) in [("train", 80), ("val", 40), ("test", 40)] {
        let truth = |image| labels(image, split == "train");
        // Images of different splits have other noise.
        let own = |image| image + 1000 * split.len();
        let planes = (0..count).flat_map(|image| pixels(own(image), truth(image))).collect();
        let matrix = (0..count).flat_map(truth).map(u8::from).collect();
        let array = |name: &str, shape, bytes| Array { name: name.into(), descr: "|u1", shape, bytes };
        arrays.push(array(&format!("{split}_images"), vec![count, SIDE, SIDE], planes));
        arrays.push(array(&format!("{split}_labels"), vec![count, 4], matrix));
    }
    write_npz(path, &arrays);
}

fn write_image(path: &Path, image: usize) {
    let bytes = pixels(image, labels(image, true)).collect();
    image::GrayImage::from_raw(SIDE as u32, SIDE as u32, bytes).unwrap().save(path).unwrap();
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn each_label_is_decided_at_a_threshold_of_its_own() {
    let place = place();
    let place = place.path();
    write_multi(&place.join("multi.npz"));
    let fitted = run(place, FIT).success().stderr(contains("they have fewer: `2` (1)"));
    let text = String::from_utf8(fitted.get_output().stdout.clone()).unwrap();
    for part in [
        "each finds 90 % of its label's images among 40 validation images; one half for 2",
        "MedMNIST's ACC, which decides at one half",
        "always the commoner answer for each label: ACC ",
        "per label     label   n  sensitivity  specificity    AUC     AP   from",
        "no train image of label `3`",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let page = std::fs::read_to_string(place.join("run/report.html")).unwrap();
    assert!(page.contains("Results by label") && page.contains("ROC of each label"), "the page has labels");

    // The thresholds find what they should on the images that they were chosen on.
    run(place, "evaluate run --split val --json").success();
    let metrics = read(&place.join("run/metrics-val.json"));
    let at = &metrics["at_label_thresholds"];
    let least = at["probabilities"].as_array().unwrap();
    assert!(least[2].is_null() && metrics["confusion"].is_null(), "{metrics}");
    for label in [0, 1, 3] {
        let found = at["decided"]["classes"][label]["sensitivity"].as_f64().unwrap();
        assert!(found >= 0.9 && least[label].as_f64().unwrap() <= 0.5, "{label}: {metrics}");
        assert!(metrics["classes"][label]["ranking"]["auc"].is_f64(), "{metrics}");
    }

    // What is predicted and explained follows them.
    write_image(&place.join("x.png"), 6);
    let line: Value = serde_json::from_str(&stdout(place, "predict run x.png --json")).unwrap();
    let is_decided = |label: &usize| {
        let score = line["scores"][label.to_string()].as_f64().unwrap();
        least[*label].as_f64().map_or(score > 0.5, |least| score >= least)
    };
    let decided: Vec<String> = (0..4).filter(is_decided).map(|label| label.to_string()).collect();
    assert_eq!(line["predicted"], decided.join(";"));
    let rows = stdout(place, "explain run x.png --out heat");
    let explained: Vec<&str> = rows.lines().skip(1).map(|row| row.split(',').nth(1).unwrap()).collect();
    assert!(!decided.is_empty() && explained == decided, "{rows}");
    assert!(place.join(format!("heat/x-{}-heat.png", decided[0])).is_file());
    let one = stdout(place, "explain run x.png --out heat --class 2");
    assert!(one.contains("x.png,2,") && place.join("heat/x-heat.png").is_file(), "{one}");
}

#[test]
fn thresholds_that_no_label_can_have_are_refused() {
    let place = place();
    write_multi(&place.path().join("multi.npz"));
    let refused = |options: &str, message: &str| {
        let line = format!("fit multi.npz --config tiny.toml --out a {options}");
        run(place.path(), &line).code(1).stderr(contains(message));
    };
    refused("--sensitivity 0.99", "no label has more than 20 validation images");
    refused("--sensitivity 0.9 --positive 2", "there are 1 validation images of \"2\"");
    refused("--sensitivity 0.9 --positive mass", "`predict.positive` is \"mass\"");
    assert!(!place.path().join("a").exists());
}
