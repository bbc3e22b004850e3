//! From data to a run folder and back.

use crate::support::{place, run, stdout, write_png};
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use serde_json::Value;
use std::fs;
use std::path::Path;

const FILES: [&str; 8] = [
    "config.toml",
    "genotype.txt",
    "search.jsonl",
    "train.jsonl",
    "model.json",
    "model.safetensors",
    "metrics.json",
    "predictions.csv",
];

const METRICS: [&str; 15] = [
    "protocol",
    "dataset",
    "split",
    "n",
    "acc",
    "acc_ci95",
    "auc",
    "auc_ci95",
    "genotype",
    "params",
    "macs",
    "method",
    "seed",
    "search_seconds",
    "train_seconds",
];

const SEARCH_RECORD: [&str; 11] = [
    "epoch",
    "temperature",
    "learning_rate",
    "train_loss",
    "val_loss",
    "val_acc",
    "p",
    "live_operations",
    "hypergradient_norm",
    "genotype",
    "seconds",
];

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn require(value: &Value, keys: &[&str]) {
    for key in keys {
        assert!(value.get(key).is_some_and(|value| !value.is_null()), "`{key}` is missing in {value}");
    }
}

fn read(place: &Path, file: &str) -> String {
    fs::read_to_string(place.join(file)).unwrap()
}

#[test]
fn fit_keeps_all_it_did_and_evaluate_repeats_it() {
    let place = place();
    let place = place.path();
    let printed = stdout(place, "fit --config tiny.toml --seed 3");
    assert!(printed.starts_with("phantom · zo-darts-plus · seed 3 · protocol official\n"), "{printed}");
    assert!(printed.contains("read once"), "{printed}");
    let folder = "runs/phantom-zo-darts-plus-seed3";
    assert!(printed.contains(&format!("files         {folder}\n")), "{printed}");
    for file in FILES {
        assert!(place.join(folder).join(file).is_file(), "{file}");
    }

    let first = json(&read(place, &format!("{folder}/metrics.json")));
    require(&first, &METRICS);
    let records = read(place, &format!("{folder}/search.jsonl"));
    assert_eq!(records.lines().count(), 1);
    require(&json(records.lines().next().unwrap()), &SEARCH_RECORD);

    let printed = stdout(place, &format!("evaluate {folder}"));
    assert!(printed.contains("read 2 times"), "{printed}");
    let second = json(&read(place, &format!("{folder}/metrics.json")));
    assert_eq!(second["test_reads"], 2);
    for key in ["acc", "acc_ci95", "auc", "auc_ci95", "confusion", "genotype", "seed"] {
        assert_eq!(first[key], second[key], "{key}");
    }

    let validation = json(&stdout(place, &format!("evaluate {folder} --split val --json")));
    assert_eq!((&validation["split"], &validation["test_reads"]), (&"val".into(), &2.into()));

    let elsewhere = json(&stdout(place, &format!("evaluate {folder} phantom:1 --json")));
    assert_eq!((&elsewhere["dataset"], &elsewhere["test_reads"]), (&"phantom-1".into(), &2.into()));
    let unchanged = json(&read(place, &format!("{folder}/metrics.json")));
    assert_eq!(unchanged, second, "an evaluation on other data leaves the run's own as it was");
}

#[test]
fn a_second_run_gets_a_folder_of_its_own_and_json_is_the_metrics_file() {
    let place = place();
    let place = place.path();
    let command = "fit phantom --config tiny.toml --set train.architecture=resnet18 --max-time 5m --json";
    let printed = json(&stdout(place, command));
    assert_eq!(printed, json(&read(place, "runs/phantom-resnet18-seed0/metrics.json")));
    assert_eq!((&printed["genotype"], &printed["method"]), (&Value::Null, &Value::Null));
    stdout(place, command);
    assert!(place.join("runs/phantom-resnet18-seed0-2/metrics.json").is_file());
}

#[test]
fn search_then_train_then_evaluate_shares_one_folder() {
    let place = place();
    let place = place.path();
    let genotype = stdout(place, "search phantom --config tiny.toml --method milenas --out found");
    assert_eq!(genotype, read(place, "found/genotype.txt"));
    run(place, "evaluate found").code(1).stderr(contains("hint: pass the folder that `zodarts train` wrote"));

    let printed = stdout(place, "train --run found --patience 7");
    assert!(printed.starts_with("validation  ACC 0."), "{printed}");
    assert!(!place.join("found/metrics.json").exists(), "training does not read the test images");
    let config = read(place, "found/config.toml");
    assert!(
        config.contains("[method]\nlambda = 1.0\nname = \"milenas\"") && config.contains("patience = 7"),
        "{config}"
    );

    let metrics = json(&stdout(place, "evaluate found --json"));
    assert_eq!((&metrics["method"], &metrics["test_reads"]), (&"milenas".into(), &1.into()));
    run(place, "train --run found").code(1).stderr(contains("already holds a training"));
}

#[test]
fn a_genotype_is_trained_as_given() {
    let place = place();
    let genotype = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|avg_pool_3x3~0|none~1|nor_conv_1x1~2|";
    let command = format!("train phantom --config tiny.toml --genotype {genotype} --json");
    let printed = json(&stdout(place.path(), &command));
    require(&printed, &["val_acc", "val_auc", "params", "macs", "run"]);
    assert_eq!(printed["genotype"], genotype);
    assert_eq!(read(place.path(), "runs/phantom-genotype-seed0/genotype.txt").trim(), genotype);
}

#[test]
fn results_do_not_depend_on_threads() {
    let place = place();
    let place = place.path();
    let bytes = |threads: usize| {
        stdout(place, &format!("fit phantom --config tiny.toml --threads {threads} --out {threads}"));
        ["genotype.txt", "model.safetensors", "predictions.csv"]
            .map(|file| fs::read(place.join(threads.to_string()).join(file)).unwrap())
    };
    let one = bytes(1);
    assert!(one == bytes(2), "two threads differ from one");
    assert!(one == bytes(3), "three threads differ from one");
}

#[test]
fn event_files_are_written_where_they_are_wanted_and_change_nothing() {
    let place = place();
    let place = place.path();
    run(place, "fit phantom --config tiny.toml --out plain").success().stderr("");
    run(place, "fit phantom --config tiny.toml --out watched --tensorboard")
        .success()
        .stderr("note: to watch the run: tensorboard --logdir watched/tensorboard\n");
    for file in ["config.toml", "genotype.txt", "model.safetensors", "predictions.csv"] {
        assert!(
            fs::read(place.join("plain").join(file)).unwrap()
                == fs::read(place.join("watched").join(file)).unwrap()
        );
    }
    let names = |run: &str| -> Vec<String> {
        let entries = fs::read_dir(place.join(run).join("tensorboard")).into_iter().flatten();
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    };
    assert_eq!(names("plain"), Vec::<String>::new());
    assert!(matches!(&names("watched")[..], [name] if name.starts_with("events.out.tfevents.")));
    // A training in the folder of its search adds a file.
    stdout(place, "search phantom --config tiny.toml --out found --tensorboard");
    stdout(place, "train --run found --tensorboard");
    assert_eq!(names("found").len(), 2);
}

#[test]
fn a_time_limit_that_leaves_nothing_is_an_error() {
    let place = place();
    let command = "fit phantom --config tiny.toml --max-time 1ms";
    run(place.path(), command).code(1).stderr(contains("--max-time"));
}

#[test]
fn predictions_are_exported_under_the_evaluators_name() {
    let place = place();
    run(place.path(), "fit phantom --config tiny.toml --out r").success();
    run(place.path(), "evaluate r --predictions .").success();
    let names = fs::read_dir(place.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    let name = names.iter().find(|name| name.starts_with("phantom_test_[AUC]0.")).expect("an export");
    assert!(name.contains("_[ACC]0.") && name.ends_with("@r.csv"), "{name}");
    let read = |path: &str| fs::read_to_string(place.path().join(path)).unwrap();
    assert_eq!(read(name), read("r/predictions.csv"));
}

#[test]
fn an_architecture_is_not_trained_where_its_search_may_have_seen_the_test_images() {
    let place = place();
    run(place.path(), "search phantom --config tiny.toml --epochs 1 --out s").success();
    let error = contains("whose fingerprint differs").and(contains("--genotype"));
    run(place.path(), "train phantom:7 --run s --out t").code(1).stderr(error);
    assert!(!place.path().join("t").exists());
}

#[test]
fn probabilities_are_calibrated_unless_they_should_not_be_and_decisions_stay() {
    let place = place();
    let metrics = |out: &str, options: &str| -> Value {
        let text = stdout(place.path(), &format!("fit --config tiny.toml --out {out} --json {options}"));
        serde_json::from_str(&text).unwrap()
    };
    let (calibrated, plain) = (metrics("a", ""), metrics("b", "--set predict.calibrate=false"));
    assert_eq!(calibrated["acc"], plain["acc"]);
    // Rounding can make different scores equal, and equal scores different: this network gives scores that
    // hardly differ.
    let auc = |metrics: &Value| metrics["auc"].as_f64().unwrap();
    assert!((auc(&calibrated) - auc(&plain)).abs() < 0.01, "{calibrated} {plain}");
    let read = |name: &str| std::fs::read_to_string(place.path().join(name)).unwrap();
    assert_ne!(read("a/predictions.csv"), read("b/predictions.csv"));
    let found: Value = serde_json::from_str(&read("a/calibration.json")).unwrap();
    assert!(found["after"]["loss"].as_f64() < found["before"]["loss"].as_f64(), "{found}");
    assert!(!place.path().join("b/calibration.json").exists());
    // The model that was kept is the calibrated one.
    let again = stdout(place.path(), "evaluate a --json");
    assert_eq!(serde_json::from_str::<Value>(&again).unwrap()["auc"], calibrated["auc"]);
    assert_eq!(read("a/predictions.csv").lines().count(), 120);
}

#[test]
fn a_class_that_must_not_be_missed_is_decided_for_more_readily() {
    let place = place();
    let fit = "fit --config tiny.toml --sensitivity 0.95 --positive smooth --out a";
    let text = stdout(place.path(), fit);
    assert!(text.contains("threshold     smooth if its probability is at least 0."), "{text}");
    let metrics = fs::read_to_string(place.path().join("a/metrics.json")).unwrap();
    let metrics: Value = serde_json::from_str(&metrics).unwrap();
    let at = &metrics["at_threshold"];
    assert_eq!((&at["class"], &at["wanted"], &at["n"]), (&0.into(), &0.95.into(), &120.into()));
    // The threshold is where the sensitivity is reached on the validation images, and no higher.
    run(place.path(), "evaluate a --split val --json").success();
    let val = fs::read_to_string(place.path().join("a/metrics-val.json")).unwrap();
    let val: Value = serde_json::from_str(&val).unwrap();
    let found = val["at_threshold"]["sensitivity"].as_f64().unwrap();
    assert!(found >= 0.95 && at["probability"].as_f64().unwrap() <= 0.5, "{found}");
    // The page and the terminal show the classifier that predicts, and MedMNIST's ACC beside it.
    assert!(text.contains("MedMNIST's ACC, which decides at one half"), "{text}");
    let page = fs::read_to_string(place.path().join("a/report.html")).unwrap();
    assert!(page.contains("MedMNIST&#39;s ACC") && page.contains("operating point"), "the page shows both");
    let decided = &at["decided"];
    let rows = decided["confusion"].as_array().unwrap();
    let right: u64 = (0..2).map(|class| rows[class][class].as_u64().unwrap()).sum();
    assert_eq!(decided["acc"].as_f64().unwrap(), right as f64 / 120.0);
    // What predict says follows it.
    let threshold = at["probability"].as_f64().unwrap();
    write_png(&place.path().join("x.png"), 7);
    let line: Value = serde_json::from_str(&stdout(place.path(), "predict a x.png --json")).unwrap();
    let expected =
        if line["scores"]["smooth"].as_f64().unwrap() >= threshold { "smooth" } else { "spiculated" };
    assert_eq!(line["predicted"], expected);
}

#[test]
fn a_threshold_that_cannot_be_chosen_is_refused_before_anything_is_computed() {
    let place = place();
    let refused = |options: &str, message: &str| {
        run(place.path(), &format!("fit --config tiny.toml --out a {options}"))
            .code(1)
            .stderr(contains(message));
    };
    refused("--sensitivity 1.5", "`predict.sensitivity` is 1.5, expected above 0 and at most 1");
    refused(
        "--sensitivity 0.9 --positive benign",
        "`predict.positive` is \"benign\", expected one of [\"smooth\", \"spiculated\"]",
    );
    refused("--positive smooth", "--sensitivity");
    refused(
        "--sensitivity 0.99 --positive smooth",
        "there are 60 validation images of \"smooth\", but a sensitivity of 0.99 needs at least 100",
    );
    assert!(!place.path().join("a").exists());
}
