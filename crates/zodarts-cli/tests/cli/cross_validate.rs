//! Cross-validation, from the command line to its files.

use crate::support::{place, run, stdout};
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

const GENOTYPE: &str = "|skip_connect~0|+|nor_conv_1x1~0|none~1|+|none~0|avg_pool_3x3~1|skip_connect~2|";

#[test]
fn each_image_is_scored_once_by_a_network_that_did_not_see_it_and_folds_are_kept() {
    let place = place();
    let place = place.path();
    let command =
        format!("cross-validate phantom --config tiny.toml --genotype {GENOTYPE} --folds 3 --out cv");
    let printed = stdout(place, &command);
    for part in ["| fold | held out | ACC", "| 3 | 160 |", "mean ± deviation", "| all together | 480 |"] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
    let table = fs::read_to_string(place.join("cv/out-of-fold.csv")).unwrap();
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines[0].starts_with("fold,name,truth,") && lines.len() == 481, "{}", lines[0]);
    let names: BTreeSet<&str> = lines[1..].iter().map(|line| line.split(',').nth(1).unwrap()).collect();
    assert_eq!(names.len(), 480);

    // What is finished is not done again, and what is not is done as before.
    let first = fs::read(place.join("cv/cross-validation.json")).unwrap();
    fs::remove_dir_all(place.join("cv/fold-2")).unwrap();
    let again = run(place, &format!("{command} --json --threads 1")).success();
    let told = contains("fold 1 of 3 was finished").and(contains("fold 2 of 3 is done"));
    let again = again.stderr(told);
    let found: Value = serde_json::from_slice(&again.get_output().stdout).unwrap();
    let before: Value = serde_json::from_slice(&first).unwrap();
    assert_eq!((&found["pooled"], &found["over_folds"]), (&before["pooled"], &before["over_folds"]));
    assert_eq!(fs::read_to_string(place.join("cv/out-of-fold.csv")).unwrap(), table);
    let metrics = fs::read_to_string(place.join("cv/fold-1/metrics-val.json")).unwrap();
    let metrics: Value = serde_json::from_str(&metrics).unwrap();
    assert_eq!((&metrics["test_reads"], &metrics["n"]), (&Value::from(0), &Value::from(160)));
}

#[test]
fn what_would_choose_by_the_held_out_images_or_cannot_be_cut_is_refused() {
    let place = place();
    let command = |more: &str| {
        format!("cross-validate phantom --config tiny.toml --genotype {GENOTYPE} --out cv {more}")
    };
    for (more, told) in [
        ("--set train.selection=best", "`train.selection` = \"best\", expected last"),
        ("--set train.patience=3", "`train.patience` = 3, expected 0"),
        ("--folds 900", "expected at least 900, one for each fold"),
        ("--without-test", "phantom comes with a test split"),
        ("--folds 1", "1 is not in 2..=1000"),
    ] {
        run(place.path(), &command(more)).failure().stderr(contains(told));
    }
    assert!(!place.path().join("cv").exists());
    stdout(place.path(), &command("--folds 2"));
    let other = command("--folds 2").replace("avg_pool_3x3~1", "skip_connect~1");
    run(place.path(), &other).failure().stderr(contains("holds a fold of another architecture"));
    run(place.path(), &command("--folds 3")).failure().stderr(contains("data with fingerprint"));
}
