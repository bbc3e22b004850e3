//! `zodarts predict`.

use crate::support::{place, run, stdout, write_png, zodarts};
use predicates::prelude::*;
use predicates::str::contains;
use serde_json::Value;
use std::path::Path;

/// A run on a folder whose test images are brought from 16×16 to 10×10, then to the network's 12×12.
fn trained(place: &Path) -> Vec<String> {
    let classes = ["normal, benign", "other"];
    for (split, count) in [("train", 6), ("val", 3), ("test", 4)] {
        for (class, name) in classes.iter().enumerate() {
            for image in 0..count {
                let seed = (split.len() * 100 + class * 40 + image) as u32;
                write_png(&place.join(format!("images/{split}/{name}/{image}.png")), seed);
            }
        }
    }
    stdout(place, "fit images --config tiny.toml --image-size 10 --out run");
    let test = |name: &&str| (0..4).map(move |image| format!("images/test/{name}/{image}.png")).collect();
    classes.iter().map(test).collect::<Vec<Vec<String>>>().concat()
}

#[test]
fn a_file_is_scored_as_in_the_evaluation() {
    let place = place();
    let place = place.path();
    let files = trained(place);
    let evaluated = std::fs::read_to_string(place.join("run/predictions.csv")).unwrap();
    let evaluated: Vec<Vec<f32>> = evaluated.lines().map(|line| floats(line, 1)).collect();

    let output = zodarts(place).args(["predict", "run", "--json"]).args(&files).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), files.len());
    for ((line, file), expected) in text.lines().zip(&files).zip(&evaluated) {
        let value: Value = serde_json::from_str(line).unwrap();
        assert_eq!(value["file"], **file);
        let score = value["scores"]["other"].as_f64().unwrap() as f32;
        assert_eq!(score, expected[1], "{file}");
        let class = if score > 0.5 { "other" } else { "normal, benign" };
        assert_eq!(value["predicted"], class);
    }

    let output = zodarts(place).args(["predict", "run"]).args(&files).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("file,predicted,\"normal, benign\",other,novelty,note,error"));
    for ((line, file), expected) in lines.zip(&files).zip(&evaluated) {
        assert!(line.starts_with(&format!("\"{file}\",")) || line.starts_with(&format!("{file},")), "{line}");
        let fields: Vec<&str> = line.rsplitn(6, ',').collect();
        assert_eq!(fields[..2], ["", "resized from 16×16 to 10×10"], "{line}");
        assert!(fields[2].parse::<f64>().is_ok(), "{line}");
        assert_eq!(floats(&format!("{},{}", fields[4], fields[3]), 0), *expected);
    }
}

fn floats(line: &str, skipped: usize) -> Vec<f32> {
    line.split(',').skip(skipped).map(|field| field.parse().unwrap()).collect()
}

#[test]
fn a_bad_file_is_named() {
    let place = place();
    let place = place.path();
    stdout(place, "fit phantom --config tiny.toml --out run");
    write_png(&place.join("good.png"), 1);
    std::fs::write(place.join("empty.png"), b"").unwrap();
    std::fs::write(place.join("text.png"), b"not an image").unwrap();
    for file in ["empty.png", "text.png", "missing.png"] {
        let line = format!("predict run {file} good.png");
        run(place, &format!("{line} --strict"))
            .code(1)
            .stdout("")
            .stderr(contains(format!("error: {file}: ")));
        // Without --strict, the others are classified, and the file has a line of its own.
        let output = run(place, &line).code(1).stderr(contains(format!("note: {file}: ")));
        let output =
            output.stderr(contains("error: 1 of 2 images cannot be read")).get_output().stdout.clone();
        let text = String::from_utf8(output).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3, "{text}");
        assert!(lines[1].starts_with(&format!("{file},,,,,,")) && lines[1].len() > file.len() + 6, "{text}");
        assert!(lines[2].starts_with("good.png,s") && lines[2].ends_with(','), "{text}");
        let output = run(place, &format!("{line} --json")).code(1).get_output().stdout.clone();
        let text = String::from_utf8(output).unwrap();
        let refused: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        assert_eq!((&refused["file"], text.lines().count()), (&Value::from(file), 2));
        assert!(refused["error"].as_str().is_some_and(|reason| !reason.is_empty()), "{refused}");
    }
    run(place, "predict missing good.png").code(1).stderr(contains("error: missing: not a run folder"));
}

#[test]
fn a_folder_stands_for_all_images_below_it() {
    let place = place();
    let place = place.path();
    stdout(place, "fit phantom --config tiny.toml --out run");
    for (seed, name) in [(1, "scans/b/2.png"), (2, "scans/1.png"), (3, "single.png"), (4, "scans/.x.png")] {
        write_png(&place.join(name), seed);
    }
    std::fs::write(place.join("scans/notes.txt"), b"").unwrap();
    std::fs::create_dir(place.join("empty")).unwrap();
    let note = "note: scans: left out 2 files that are hidden or no images: 1 .txt, 1 hidden";
    for (command, options) in [("predict run", ""), ("explain run", " --out pictures")] {
        let named = stdout(place, &format!("{command} single.png scans/1.png scans/b/2.png{options}"));
        assert_eq!(named.lines().count(), 4);
        let taken = run(place, &format!("{command} single.png scans{options}")).success().stdout(named);
        taken.stderr(contains(note));
        let refused = run(place, &format!("{command} single.png empty{options}")).code(1).stdout("");
        refused.stderr(contains("error: empty: the folder has no images"));
        let refused = run(place, &format!("{command} scans/*.png{options}")).code(1).stdout("");
        refused.stderr(contains("error: scans/*.png: no such file").and(contains("write it without quotes")));
    }
}
