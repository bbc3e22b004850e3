//! The same seed gives the same bits: in every process, on any number of threads, in any order of the chains,
//! on the same kernels.

use crate::support::{assert_left, left, place, zodarts};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Returns the files that `fit` leaves, without its configuration, which records the number of threads.
fn fit(place: &Path, name: &str, kernels: &str, options: &str) -> BTreeMap<String, Vec<u8>> {
    let changes = "--set train.policy=strong --set train.averaging=0.9";
    let arguments = format!("fit phantom --method zo-darts-plus {changes} {options} --out {name}");
    let mut command = zodarts(place);
    command.env("ZODARTS_KERNELS", kernels).args(arguments.split_whitespace()).assert().success();
    let mut left = left(&place.join(name));
    left.remove("config.toml").unwrap();
    assert!(left.len() > 10, "{:?}", left.keys());
    left
}

#[test]
fn threads_processes_and_the_order_of_chains_change_nothing() {
    let place = place();
    let tiny = std::fs::read_to_string(place.path().join("tiny.toml")).unwrap();
    let in_turn = tiny.replace("[search]", "[search]\nchains = \"in-turn\"");
    std::fs::write(place.path().join("in-turn.toml"), in_turn).unwrap();
    for kernels in ["auto", "portable"] {
        let run =
            |name: &str, options: &str| fit(place.path(), &format!("{kernels}-{name}"), kernels, options);
        let one = run("1", "--config tiny.toml --threads 1");
        for (name, options) in [
            ("again", "--config tiny.toml --threads 1"),
            ("2", "--config tiny.toml --threads 2"),
            ("3", "--config tiny.toml --threads 3"),
            ("in-turn", "--config in-turn.toml --threads 2"),
        ] {
            assert_left(&run(name, options), &one);
        }
    }
}

#[test]
fn kernels_agree_up_to_rounding() {
    let place = place();
    let losses = ["auto", "portable"].map(|kernels| {
        fit(place.path(), kernels, kernels, "--config tiny.toml");
        let text = std::fs::read_to_string(place.path().join(kernels).join("search.jsonl")).unwrap();
        let record: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        record["train_loss"].as_f64().unwrap()
    });
    assert!((losses[0] - losses[1]).abs() < 1e-4 * losses[0], "{losses:?}");
}
