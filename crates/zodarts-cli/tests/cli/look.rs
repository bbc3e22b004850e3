//! `zodarts report` and `zodarts explain`.

use crate::support::{place, run, stdout, write_png};
use predicates::str::contains;
use serde_json::Value;
use std::fs;

#[test]
fn every_fit_has_a_page_that_can_be_made_again() {
    let place = place();
    let place = place.path();
    let printed = stdout(place, "fit --config tiny.toml --out run");
    assert!(printed.contains("to look at    run/report.html"), "{printed}");
    let page = fs::read_to_string(place.join("run/report.html")).unwrap();
    fs::remove_file(place.join("run/report.html")).unwrap();
    assert_eq!(stdout(place, "report run"), "run/report.html\n");
    assert_eq!(fs::read_to_string(place.join("run/report.html")).unwrap(), page);
    assert_eq!(stdout(place, "report run --out elsewhere.html --data phantom"), "elsewhere.html\n");
    assert_eq!(fs::read_to_string(place.join("elsewhere.html")).unwrap(), page);
}

#[test]
fn what_there_is_of_an_unfinished_run_is_shown() {
    let place = place();
    let place = place.path();
    stdout(place, "search phantom --config tiny.toml --out run");
    stdout(place, "report run");
    assert!(
        fs::read_to_string(place.join("run/report.html")).unwrap().contains("nothing has been trained yet")
    );
    stdout(place, "fit --config tiny.toml --seed 1 --out other");
    assert_eq!(stdout(place, "report run other"), "comparison.html\n");
    assert!(fs::read_to_string(place.join("comparison.html")).unwrap().contains("2 runs side by side"));
    run(place, "report run other --data phantom")
        .code(1)
        .stderr(contains("--data is for the page of one run"));
    run(place, "report nowhere").code(1).stderr(contains("nowhere: not a run folder"));
}

#[test]
fn a_run_whose_data_are_gone_has_a_page_without_pictures() {
    let place = place();
    let place = place.path();
    for (split, count) in [("train", 6), ("val", 3), ("test", 4)] {
        for class in ["a", "b"] {
            for image in 0..count {
                let seed = (split.len() * 100 + class.len() * 40 + image) as u32;
                write_png(&place.join(format!("images/{split}/{class}/{image}.png")), seed);
            }
        }
    }
    stdout(place, "fit images --config tiny.toml --out run");
    fs::rename(place.join("images"), place.join("moved")).unwrap();
    run(place, "report run").success().stderr(contains("note: without pictures"));
    assert!(
        fs::read_to_string(place.join("run/report.html")).unwrap().contains("The images cannot be shown")
    );
    run(place, "report run --data moved").success().stderr("");
    run(place, "report run --data phantom").code(1).stderr(contains("phantom"));
}

#[test]
fn heat_maps_are_written_and_listed() {
    let place = place();
    let place = place.path();
    stdout(place, "fit --config tiny.toml --out run");
    write_png(&place.join("a/scan.png"), 1);
    write_png(&place.join("b/scan.png"), 2);
    let printed = stdout(place, "explain run a/scan.png b/scan.png --out a");
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines[0], "file,class,probability,heat_map,error");
    assert!(lines[1].starts_with("a/scan.png,") && lines[1].ends_with("a/scan-heat.png,"), "{printed}");
    assert!(lines[2].ends_with("a/scan-2-heat.png,"), "{printed}");
    let picture = image::open(place.join("a/scan-heat.png")).unwrap();
    assert_eq!((picture.width(), picture.height()), (224, 224));
    assert_eq!(image::open(place.join("a/scan.png")).unwrap().width(), 16, "the file itself stays as it is");

    let printed = stdout(place, "explain run a/scan.png --out new/folder --class smooth --json");
    let found: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!((&found["class"], &found["heat_map"]), (&"smooth".into(), &"new/folder/scan-heat.png".into()));
    let predicted: Value = serde_json::from_str(&stdout(place, "predict run a/scan.png --json")).unwrap();
    let difference = found["probability"].as_f64().unwrap() - predicted["scores"]["smooth"].as_f64().unwrap();
    assert!(difference.abs() < 1e-6);
}

#[test]
fn what_cannot_be_explained_is_said() {
    let place = place();
    let place = place.path();
    stdout(place, "fit --config tiny.toml --out run");
    write_png(&place.join("scan.png"), 1);
    let refused = |arguments: &str, message: &str| {
        run(place, arguments).code(1).stdout("").stderr(contains(message));
    };
    refused("explain run scan.png --out heat --class lobed", "expected one of [\"smooth\", \"spiculated\"]");
    refused("explain run missing.png --out heat --strict", "missing.png");
    let output = run(place, "explain run missing.png scan.png --out heat").code(1);
    let printed = String::from_utf8(output.get_output().stdout.clone()).unwrap();
    let lines: Vec<&str> = printed.lines().collect();
    assert!(lines.len() == 3 && lines[1].starts_with("missing.png,,,,"), "{printed}");
    assert!(place.join("heat/scan-heat.png").is_file());
    refused("explain run scan.png", "--out <DIR>");
    fs::write(place.join("file"), "").unwrap();
    refused("explain run scan.png --out file", "file");
    stdout(place, "search phantom --config tiny.toml --out searched");
    refused("explain searched scan.png --out heat", "`model.json` is missing");
}
