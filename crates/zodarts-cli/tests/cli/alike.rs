//! Runs on folders with copies or with grey images in colour, and runs that a version began which cut copies
//! apart and kept channels.

use crate::support::{place, run, stdout, write_png};
use predicates::prelude::*;
use predicates::str::contains;
use std::fs;
use std::path::Path;

/// Two classes of 12 images; with `copies`, half of them are there twice.
fn images(root: &Path, copies: bool) {
    for (class, first) in [("a", 0), ("b", 40)] {
        for at in 0..12 {
            write_png(&root.join(format!("{class}/{at}.png")), first + at);
            if copies && at % 2 == 0 {
                write_png(&root.join(format!("{class}/{at}-again.png")), first + at);
            }
        }
    }
}

/// Makes a run's configuration that of a version without `data.alike`, and its test undone.
fn begun_before(run: &Path) {
    let config = run.join("config.toml");
    let text = fs::read_to_string(&config).unwrap();
    let is_new =
        |line: &&str| ["alike = ", "fit = ", "channels = \""].iter().any(|new| line.starts_with(new));
    let lines: Vec<&str> = text.lines().filter(|line| !is_new(line)).collect();
    assert_eq!(lines.len() + 3, text.lines().count());
    fs::write(&config, lines.join("\n")).unwrap();
    for file in ["metrics.json", "predictions.csv"] {
        fs::remove_file(run.join(file)).unwrap();
    }
}

const FIT: &str = "fit images --config tiny.toml --out run";

#[test]
fn copies_are_told_and_stay_together() {
    let place = place();
    images(&place.path().join("images"), true);
    let told = "note: 24 images are copies or near copies of another; each group stays on one side of a cut";
    run(place.path(), "data check images")
        .success()
        .stderr(contains(told))
        .stdout(contains("also in").not().and(contains("repeated within the split")));
    run(place.path(), "data check images --alike apart").success().stdout(contains("also in train"));
}

#[test]
fn a_run_that_an_earlier_version_began_goes_on_with_its_own_cut_or_is_refused() {
    let place = place();
    let place = place.path();
    images(&place.join("images"), true);
    stdout(place, &format!("{FIT} --set data.alike=apart"));
    let predictions = fs::read(place.join("run/predictions.csv")).unwrap();
    begun_before(&place.join("run"));
    run(place, FIT)
        .code(1)
        .stderr(contains("data with fingerprint").and(contains("`data.alike` = \"apart\" cuts copies")));
    let resumed = run(place, &format!("{FIT} --set data.alike=apart")).success();
    resumed.stderr(contains("resuming the run"));
    assert_eq!(fs::read(place.join("run/predictions.csv")).unwrap(), predictions);
    // The data of a finished run are opened as it cut them.
    let config = fs::read_to_string(place.join("run/config.toml")).unwrap();
    assert!(!config.contains("alike = "), "a run that goes on keeps its configuration: {config}");
    run(place, "evaluate run").success();
}

#[test]
fn a_run_on_data_without_copies_goes_on_by_the_same_command() {
    let place = place();
    let place = place.path();
    images(&place.join("images"), false);
    stdout(place, FIT);
    let predictions = fs::read(place.join("run/predictions.csv")).unwrap();
    begun_before(&place.join("run"));
    run(place, FIT).success().stderr(contains("resuming the run"));
    assert_eq!(fs::read(place.join("run/predictions.csv")).unwrap(), predictions);
}

#[test]
fn a_run_that_an_earlier_version_began_on_grey_images_in_colour_keeps_its_channels_or_is_refused() {
    let place = place();
    let place = place.path();
    images(&place.join("images"), false);
    for entry in ["a", "b"].iter().flat_map(|class| fs::read_dir(place.join("images").join(class)).unwrap()) {
        let path = entry.unwrap().path();
        image::open(&path).unwrap().to_rgb8().save(&path).unwrap();
    }
    let told = "all 24 images are stored in colour but show grey: taken as grey";
    run(place, "data info images").success().stderr(contains(told)).stdout(contains("grey"));
    stdout(place, &format!("{FIT} --set data.channels=stored"));
    let predictions = fs::read(place.join("run/predictions.csv")).unwrap();
    begun_before(&place.join("run"));
    run(place, FIT)
        .code(1)
        .stderr(contains("`data.channels` = \"stored\" keeps colour that shows grey as earlier"));
    run(place, &format!("{FIT} --set data.channels=stored --set data.alike=apart")).success();
    assert_eq!(fs::read(place.join("run/predictions.csv")).unwrap(), predictions);
    run(place, "evaluate run").success();
}
