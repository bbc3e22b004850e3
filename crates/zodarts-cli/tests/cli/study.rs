//! Studies, from the command line to their files.

use crate::support::{place, run, stdout};
use predicates::str::contains;
use std::fs;

const TINY: &str = "study hypergradient phantom --epochs 2 --draws 2 --passes 8 \
    --set search.channels=1 --set search.cells=1 --set search.input_size=8 --set search.batch_size=120 \
    --set method.steps=1 --set zo-darts-wide.steps=1 --set zo-darts-wide.validation_batches=1 \
    --set zo-darts-wide.directions=1 --set darts-unrolled.steps=1 --set darts-unrolled.validation_batches=1";

#[test]
fn a_study_prints_its_tables_and_keeps_them() {
    let place = place();
    let printed = stdout(place.path(), &format!("{TINY} --snapshots 1,1 --out s"));
    for part in [
        "## After 1 epochs",
        "| darts-v1 |",
        "| eq. 5, both sides | 1·τ |  | 1 | 1 | 1 |",
        "| darts-unrolled |  | 0.1 |  | 1 | 1 |",
        "at 2 passes",
    ] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
    assert_eq!(printed.matches("## After").count(), 1, "a moment named twice is looked at once");
    let out = place.path().join("s");
    assert_eq!(fs::read_to_string(out.join("study.md")).unwrap(), printed);
    assert!(fs::read_to_string(out.join("estimates-1.svg")).unwrap().starts_with("<svg"));
}

#[test]
fn what_a_study_cannot_do_is_said_before_it_begins() {
    let place = place();
    let refused = |options: &str, message: &str| {
        run(place.path(), &format!("{TINY} {options} --out s")).code(1).stderr(contains(message));
    };
    refused("--snapshots 2", "--snapshots 2: the search has 2 epochs");
    refused("--snapshots 1 --width 0", "expected a number above 0");
    refused("--moments 1 --set zo-darts-wide.directions=25", "directions` is 25, expected 1 to 24");
    assert!(!place.path().join("s").exists());
}
