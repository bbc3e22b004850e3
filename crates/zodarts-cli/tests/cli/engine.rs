//! Threads, memory and kernels.

use crate::support::{place, run, stdout, zodarts};
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use serde_json::Value;
use std::fs;
use std::path::Path;

const SEARCH: &str = "search phantom --config tiny.toml";

#[test]
fn no_threads_are_all_cores_and_nothing_is_said_of_it() {
    let place = place();
    run(place.path(), &format!("{SEARCH} --threads 0 --out s")).success().stderr(contains("--threads").not());
    let config = fs::read_to_string(place.path().join("s/config.toml")).unwrap();
    let cores = std::thread::available_parallelism().unwrap();
    assert!(config.contains(&format!("threads = {cores}\n")), "{config}");
}

#[test]
fn more_threads_than_cores_are_allowed_but_noted() {
    let place = place();
    run(place.path(), &format!("{SEARCH} --threads 1000 --out s"))
        .success()
        .stderr(contains("note: --threads 1000: this machine has "));
    run(place.path(), "presets --threads 1025").code(1).stderr(contains("0..=1024"));
    run(place.path(), "presets --threads -1").code(1);
}

#[test]
fn a_batch_larger_than_memory_is_refused_before_anything_is_allocated() {
    let place = place();
    let network = |section: &str| {
        let set = ["channels=4", "cells=32", "input_size=1024", "batch_size=65536"];
        set.map(|set| format!("--set {section}.{set} ")).concat() + "--threads 2"
    };
    for command in [
        "search phantom",
        "train phantom --genotype |nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|skip_connect~1|none~2|",
    ] {
        let name = command.split(' ').next().unwrap();
        let assert = run(place.path(), &format!("{command} {} --out s", network(name))).code(1).stdout("");
        let text = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
        // How much there is depends on the machine, and with it what would fit.
        let (before, after) = text.split_once(", but ").unwrap();
        let (_, after) = after.split_once(" are available").unwrap();
        let (after, _) = after.split_once("hint: ").unwrap();
        insta::assert_snapshot!(
            format!("{name}-beyond-memory"),
            format!("{before}, but … are available{after}")
        );
        assert!(!place.path().join("s").exists());
    }
}

#[test]
fn a_batch_larger_than_the_data_is_all_of_them() {
    let place = place();
    let search = |batch: usize| {
        let folder = batch.to_string();
        stdout(place.path(), &format!("{SEARCH} --set search.batch_size={batch} --out {folder}"));
        epoch(place.path(), &folder)["train_loss"].as_f64().unwrap()
    };
    assert_eq!(search(10_000), search(65_536));
}

#[test]
fn the_engine_is_recorded() {
    let place = place();
    let options =
        "--set search.convolutions=direct --set search.operations=all --set search.chains=in-turn --out s";
    stdout(place.path(), &format!("{SEARCH} {options}"));
    let config = fs::read_to_string(place.path().join("s/config.toml")).unwrap();
    for line in ["convolutions = \"direct\"", "operations = \"all\"", "chains = \"in-turn\""] {
        assert!(config.contains(line), "{line} is not in {config}");
    }
}

#[test]
fn a_cpu_without_vector_instructions_finds_the_same_up_to_rounding() {
    let place = place();
    let search = |kernels: &str| {
        // At the paper's rate of 0.1, twenty steps on sixteen images make of the last bits what they like.
        let set = "--set search.channels=8 --set search.learning_rate=0.01";
        let arguments = format!("{SEARCH} {set} --seed 2 --out {kernels}");
        let mut command = zodarts(place.path());
        command.args(arguments.split(' ')).env("ZODARTS_KERNELS", kernels).assert().success();
        let config = fs::read_to_string(place.path().join(kernels).join("config.toml")).unwrap();
        assert!(kernels == "fastest" || config.contains("kernels = \"portable\""), "{config}");
        epoch(place.path(), kernels)
    };
    let (portable, fastest) = (search("portable"), search("fastest"));
    for key in ["train_loss", "val_loss"] {
        let (a, b) = (portable[key].as_f64().unwrap(), fastest[key].as_f64().unwrap());
        assert!((a - b).abs() < 1e-5 * b, "{key}: {a} portable, {b} else");
    }
    assert_eq!(portable["genotype"], fastest["genotype"]);
}

/// The last record of a search.
fn epoch(place: &Path, folder: &str) -> Value {
    let records = fs::read_to_string(place.join(folder).join("search.jsonl")).unwrap();
    serde_json::from_str(records.lines().last().unwrap()).unwrap()
}
