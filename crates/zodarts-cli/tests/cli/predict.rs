//! `zodarts predict`.

use crate::support::{place, run, stdout, write_png, zodarts};
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
    assert_eq!(lines.next(), Some("file,predicted,\"normal, benign\",other"));
    for ((line, file), expected) in lines.zip(&files).zip(&evaluated) {
        assert!(line.starts_with(&format!("\"{file}\",")) || line.starts_with(&format!("{file},")), "{line}");
        let scores = line.rsplitn(3, ',').take(2).collect::<Vec<_>>();
        assert_eq!(floats(&format!("{},{}", scores[1], scores[0]), 0), *expected);
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
        run(place, &format!("predict run good.png {file}"))
            .code(1)
            .stdout("")
            .stderr(contains(format!("error: {file}: ")));
    }
    run(place, "predict missing good.png").code(1).stderr(contains("error: missing: not a run folder"));
}
