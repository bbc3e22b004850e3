//! Novelty, prediction sets, and evaluations on other data.

use crate::support::{place, run, stdout};
use predicates::str::contains;
use serde_json::Value;
use std::path::Path;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn read(path: &Path) -> Value {
    json(&std::fs::read_to_string(path).unwrap())
}

/// Writes folders of dark and bright images with a little noise; others with another `first`.
fn write_classes(folder: &Path, first: u32, count: u32) {
    for (class, level) in [("bright", 190_u8), ("dark", 40)] {
        for index in 0..count {
            let seed = first + index;
            let pixel = |x: u32, y: u32| image::Luma([level + (mixed(seed << 16 | y << 8 | x) % 23) as u8]);
            let image = image::GrayImage::from_fn(16, 16, pixel);
            let path = folder.join(class).join(format!("{seed}.png"));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            image.save(path).unwrap();
        }
    }
}

/// A number that looks drawn at random.
fn mixed(number: u32) -> u32 {
    let once = (number ^ number >> 16).wrapping_mul(0x7feb_352d);
    let twice = (once ^ once >> 15).wrapping_mul(0x846c_a68b);
    twice ^ twice >> 16
}

/// A run on dark and bright images.
fn trained(place: &Path, options: &str) {
    write_classes(&place.join("images"), 0, 60);
    stdout(place, &format!("fit images --config tiny.toml --train-epochs 6 --out run {options}"));
}

#[test]
fn an_image_unlike_all_others_is_flagged_and_gets_no_class_if_asked() {
    let place = place();
    let place = place.path();
    trained(place, "");
    write_classes(&place.join("new"), 500, 3);
    let stripes = image::GrayImage::from_fn(16, 16, |x, _| image::Luma([if x % 4 < 2 { 255 } else { 0 }]));
    stripes.save(place.join("stripes.png")).unwrap();
    let files = "new/bright/500.png new/dark/501.png stripes.png";
    let output = run(place, &format!("predict run {files} --json")).success();
    let output = output.stderr(contains("of 3 images are unlike the training images")).get_output().clone();
    let lines: Vec<Value> = String::from_utf8(output.stdout).unwrap().lines().map(json).collect();
    let novelty = |line: &Value| line["novelty"].as_f64().unwrap();
    assert!(novelty(&lines[0]) < 3.0 && novelty(&lines[1]) < 3.0 && novelty(&lines[2]) > 10.0, "{lines:?}");
    assert_eq!(lines[2]["note"], "unlike the training images");
    assert!(lines[0].get("note").is_none() && lines[2]["predicted"] != "", "{lines:?}");

    let text = stdout(place, &format!("predict run {files} --abstain"));
    let rows: Vec<&str> = text.lines().collect();
    assert_eq!(rows[0], "file,predicted,bright,dark,novelty,note,error");
    assert!(rows[1].starts_with("new/bright/500.png,bright,"), "{text}");
    assert!(rows[3].starts_with("stripes.png,,") && rows[3].contains("unlike the training images"), "{text}");
    let metrics = read(&place.join("run/metrics.json"));
    assert!(metrics["flagged"]["share"].as_f64().unwrap() <= 0.2, "{metrics}");

    // A run of an earlier version has no profile.
    std::fs::remove_file(place.join("run/profile.safetensors")).unwrap();
    let text = stdout(place, "predict run stripes.png");
    assert!(text.lines().nth(1).unwrap().ends_with(",,,"), "{text}");
    for option in ["--abstain", "--coverage 0.9"] {
        run(place, &format!("predict run stripes.png {option}"))
            .code(1)
            .stderr(contains("run: holds no profile of its development images"));
    }
    std::fs::write(place.join("run/profile.safetensors"), b"nothing").unwrap();
    run(place, "predict run stripes.png").code(1).stderr(contains("run/profile.safetensors"));
}

#[test]
fn a_coverage_gives_sets_that_the_test_counts() {
    let place = place();
    let place = place.path();
    trained(place, "--val 0.4 --coverage 0.9");
    let metrics = read(&place.join("run/metrics.json"));
    let sets = &metrics["sets"];
    assert_eq!((&sets["coverage"], &sets["n"]), (&0.9.into(), &metrics["n"]));
    assert!(sets["realised"].as_f64().unwrap() >= 0.7, "{sets}");
    assert_eq!(sets["classes"].as_array().unwrap().len(), 2);
    let text = stdout(place, "predict run images/dark/3.png");
    assert!(text.starts_with("file,predicted,bright,dark,set,novelty,note,error\n"), "{text}");
    assert_eq!(json(&stdout(place, "predict run images/dark/3.png --json"))["set"], "dark");
    // No class can be left out of a set that must be right in 999 of 1000 cases.
    let cautious = json(&stdout(place, "predict run images/dark/3.png --json --coverage 0.999"));
    assert_eq!(cautious["set"], "bright;dark");
    run(place, "predict run images/dark/3.png --coverage 95")
        .code(1)
        .stderr(contains("expected a share above 0 and at most 0.999"));
    let printed = stdout(place, "evaluate run");
    assert!(printed.contains("sets hold the true class with "), "{printed}");
    let page = std::fs::read_to_string(place.join("run/report.html")).unwrap();
    assert!(page.contains("Prediction sets: each class is to be in the set of 90 % of its images"));
    let written = stdout(place, "export run --to onnx --out n.onnx");
    assert!(written.contains("n.onnx"), "{written}");
    let bytes = std::fs::read(place.join("n.onnx")).unwrap();
    assert!(bytes.windows(5).any(|bytes| bytes == b"least"), "the rule is in the metadata");
}

#[test]
fn a_run_is_evaluated_on_another_hospitals_images() {
    let place = place();
    let place = place.path();
    trained(place, "");
    let before = std::fs::read(place.join("run/metrics.json")).unwrap();
    write_classes(&place.join("elsewhere"), 900, 4);
    // Two images of the run's own among them: the training has most of 60, so two of ten are development's.
    for name in 0..10 {
        let own = place.join(format!("images/dark/{name}.png"));
        std::fs::copy(own, place.join(format!("elsewhere/dark/own-{name}.png"))).unwrap();
    }
    let record = json(&stdout(place, "evaluate run elsewhere --json"));
    let (n, left_out) = (record["n"].as_u64().unwrap(), record["developed_on"].as_u64().unwrap());
    assert!(n + left_out == 18 && left_out >= 2, "{record}");
    assert_eq!((&record["split"], &record["reads"]), (&"all".into(), &1.into()));
    assert!(record["acc_ci95"][1].as_f64().unwrap() <= 1.0);
    let beside = record["beside"].as_array().unwrap();
    assert_eq!(beside[0]["measure"], "ACC");
    assert!(record["shifts"].as_array().unwrap().iter().any(|shift| shift["statistic"] == "brightness"));
    assert_eq!(
        std::fs::read(place.join("run/metrics.json")).unwrap(),
        before,
        "the run's own test is untouched"
    );

    let printed = stdout(place, "evaluate run elsewhere");
    assert!(printed.contains("evaluated on other data") && printed.contains("left out"), "{printed}");
    let folder = place.join("run/external").read_dir().unwrap().next().unwrap().unwrap().path();
    for file in ["external.json", "predictions.csv", "truth.csv", "report.html"] {
        assert!(folder.join(file).is_file(), "{file}");
    }
    assert_eq!(read(&folder.join("external.json"))["reads"], 2);

    // Fewer classes will do, other classes will not.
    std::fs::remove_dir_all(place.join("elsewhere/bright")).unwrap();
    let record = json(&stdout(place, "evaluate run elsewhere --json"));
    assert_eq!(record["classes"][0]["n"], 0);
    std::fs::rename(place.join("elsewhere/dark"), place.join("elsewhere/black")).unwrap();
    run(place, "evaluate run elsewhere").code(1).stderr(contains("black")).stderr(contains("dark"));
    run(place, "evaluate run images").success().stdout(contains("read 2 times"));
}

#[test]
fn a_table_of_labels_may_have_moved() {
    let place = place();
    let place = place.path();
    write_classes(&place.join("images"), 0, 30);
    let row = |index| format!("bright/{index}.png,bright\ndark/{index}.png,dark\n");
    let rows: String = (0..30).map(row).collect();
    std::fs::write(place.join("labels.csv"), format!("path,label\n{rows}")).unwrap();
    stdout(place, "fit images --labels labels.csv --config tiny.toml --out run");
    std::fs::rename(place.join("labels.csv"), place.join("moved.csv")).unwrap();
    run(place, "evaluate run").code(1).stderr(contains("labels.csv"));
    run(place, "evaluate run --labels moved.csv").success().stdout(contains("read 2 times"));
    run(place, "evaluate run images --labels moved.csv").success().stdout(contains("read 3 times"));
}
