//! Comparisons, from the command line to their files.

use crate::support::{place, run, stdout};
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use serde_json::Value;
use std::fs;

const TINY: &str = "compare phantom --config tiny.toml --methods zo-darts-plus,random --seeds 1,2 --out c";

#[test]
fn a_comparison_prints_its_tables_and_keeps_them() {
    let place = place();
    let printed = stdout(place.path(), TINY);
    assert!(printed.starts_with("# Comparison\n\nProtocol `official`"), "{printed}");
    for part in ["Searches of 1 epoch with C = 4", "| zo-darts-plus | 2 |", "| random | 2 |", "a pass, ms"] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
    let out = place.path().join("c");
    assert_eq!(fs::read_to_string(out.join("tables.md")).unwrap(), printed);
    assert_eq!(fs::read_to_string(out.join("trials.csv")).unwrap().lines().count(), 5);
    let figure = fs::read_to_string(out.join("figure-1-phantom.svg")).unwrap();
    assert!(figure.starts_with("<svg") && figure.contains("zo-darts-plus (seed 1)"));
    let live = fs::read_to_string(out.join("live-operations-phantom.svg")).unwrap();
    assert!(live.starts_with("<svg") && live.contains("zo-darts-plus (seed 1)"));
    let training = fs::read_to_string(out.join("training-phantom.svg")).unwrap();
    assert!(training.starts_with("<svg") && training.contains("random (seed 1)"));

    // The same command again runs nothing.
    let again = run(place.path(), &format!("{TINY} --json")).success();
    let again = again.stderr(contains("trial 4 of 4 was finished").and(contains("begins").not()));
    let comparison: Value = serde_json::from_slice(&again.get_output().stdout).unwrap();
    assert_eq!(comparison["rows"][1]["contender"], "random");
    assert_eq!(comparison["settings"]["train"]["epochs"], 1);
    assert_eq!(comparison["rows"][0]["search"]["live_operations"].as_array().unwrap().len(), 5);
}

#[test]
fn random_search_with_shared_weights_is_one_of_the_methods() {
    let place = place();
    let command = "compare phantom --config tiny.toml --methods random-ws --seeds 1 --out c";
    let printed = stdout(place.path(), command);
    assert!(printed.contains("cost of the search") && printed.contains("| random-ws | 1 |"), "{printed}");
    assert!(!printed.contains("live operations"), "{printed}");
}

#[test]
fn best_and_worst_of_a_sample_are_methods_and_the_sample_has_a_table() {
    let place = place();
    let command =
        "compare phantom --config tiny.toml --methods best-of-32,worst-of-32 --seeds 1 --out c --jobs 2";
    let printed = stdout(place.path(), command);
    for part in ["| best-of-32 | 1 |", "| worst-of-32 | 1 |", "phantom: the sample of 32", "ρ parameters"] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
    let again = run(place.path(), &format!("{command} --json")).success();
    let comparison: Value = serde_json::from_slice(&again.get_output().stdout).unwrap();
    let sample = &comparison["samples"][0];
    assert!(sample["smallest"]["mean"].as_f64() <= sample["largest"]["mean"].as_f64(), "{sample}");
}

#[test]
fn what_cannot_be_compared_is_refused_before_anything_is_run() {
    let place = place();
    let refused = |arguments: &str, message: &str| {
        run(place.path(), arguments).code(1).stderr(contains(message).and(contains("begins").not()));
    };
    refused("compare", "<DATA>");
    refused("compare phantom --methods pdarts", "invalid value 'pdarts'");
    refused("compare phantom --seeds 1,one", "invalid value 'one'");
    refused("compare phantom --out phantom", "--out phantom: this is the name or path of the data");
    refused("compare phantom --jobs 0", "invalid value '0'");
    refused("compare phantom --seeds 3,3", "seed 3 is given twice");
    refused("compare phantom phantom", "data set phantom is given twice");
    refused("compare phantom --methods all,random", "candidate random is given twice");
    refused(
        "compare phantom --methods best-of-32 --protocol paper",
        "best-of-32 is chosen on the validation images, but trainings under protocol paper see them",
    );
    assert!(!place.path().join("runs").exists());
}

#[test]
fn a_folder_of_another_comparison_is_left_alone() {
    let place = place();
    let only = "compare phantom --config tiny.toml --methods random --seeds 1 --out c";
    run(place.path(), only).success();
    let before = fs::read(place.path().join("c/tables.md")).unwrap();
    let longer = run(place.path(), &format!("{only} --train-epochs 2")).code(1);
    longer.stderr(contains("holds a run of another configuration: `train.epochs` = 1, not 2"));
    assert_eq!(fs::read(place.path().join("c/tables.md")).unwrap(), before);
}

#[test]
fn a_failed_trial_does_not_keep_the_others_from_running() {
    let place = place();
    run(place.path(), TINY).success();
    let trial = place.path().join("c/trials/official/phantom/random/seed-2");
    fs::write(trial.join("metrics.json"), "{").unwrap();
    fs::remove_dir_all(place.path().join("c/trials/official/phantom/random/seed-1")).unwrap();
    let failed = run(place.path(), TINY).code(1);
    failed
        .stdout(contains("## Failed trials").and(contains("| random | 1 |")))
        .stderr(contains("1 of 4 trials failed").and(contains("trial 2 of 4 is done")));
}

#[test]
fn protocol_paper_says_what_it_is_and_keeps_apart() {
    let place = place();
    let command = "compare phantom --config tiny.toml --methods random --seeds 1 --out c";
    run(place.path(), command).success();
    let paper = run(place.path(), &format!("{command} --protocol paper")).success();
    paper
        .stdout(contains("Protocol `paper`"))
        .stderr(contains("chooses the best epoch on the test split").and(contains("trial 1 of 1 is done")));
    for (protocol, training) in [("official", ""), ("paper", "retrain-1/"), ("paper", "retrain-3/")] {
        let trial = format!("c/trials/{protocol}/phantom/random/seed-1");
        let metrics = place.path().join(format!("{trial}/{training}metrics.json"));
        let metrics: Value = serde_json::from_slice(&fs::read(metrics).unwrap()).unwrap();
        assert_eq!(metrics["protocol"], protocol);
    }
    let csv = fs::read_to_string(place.path().join("c/trials.csv")).unwrap();
    let retrains: Vec<&str> = csv.lines().map(|line| line.split(',').nth(3).unwrap()).collect();
    assert_eq!(retrains, ["retrain", "1", "2", "3"]);
}
