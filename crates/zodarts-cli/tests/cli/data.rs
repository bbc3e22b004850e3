//! `zodarts data info`.

use crate::support::{arrays, place, run, stdout, write_npz, write_png};
use predicates::prelude::*;
use predicates::str::contains;
use serde_json::Value;

#[test]
fn a_data_set_is_described() {
    let place = place();
    let mut arrays = arrays();
    // The first test image is the first training image.
    let copied = arrays[0].bytes[..64].to_vec();
    arrays[4].bytes[..64].copy_from_slice(&copied);
    write_npz(&place.path().join("small.npz"), &arrays);
    let text = stdout(place.path(), "data info small.npz");
    for line in [
        "images        8×8 pixels, grey",
        "task          binary-class, 2 classes",
        "              all images     12    6     6",
        "warning       1 test image also in train",
    ] {
        assert!(text.contains(line), "{line:?} is not in\n{text}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&stdout(place.path(), "data info small.npz --json")).unwrap();
    assert_eq!(json["test"]["also_in_train"], 1);
    assert_eq!(json["info"]["fingerprint"].as_str().unwrap().len(), 64);
}

#[test]
fn validation_data_can_be_cut_from_the_training() {
    let json = stdout(place().path(), "data info phantom --val 0.5 --json");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["train"]["images"], json["val"]["images"]);
}

#[test]
fn a_check_names_the_images_and_fails_only_if_strict() {
    let place = place();
    let mut arrays = arrays();
    let copied = arrays[0].bytes[..64].to_vec();
    arrays[4].bytes[..64].copy_from_slice(&copied);
    write_npz(&place.path().join("small.npz"), &arrays);
    let text = stdout(place.path(), "data check small.npz");
    assert!(
        text.contains("warning       1 test image also in train\n                test 0 is train 0\n"),
        "{text}"
    );
    run(place.path(), "data check small.npz --strict").code(1).stderr(contains("and --strict allows none"));
    let dropped = stdout(place.path(), "data check small.npz --drop-leaks");
    assert!(!dropped.contains("also in train"), "{dropped}");
    run(place.path(), "data check phantom --strict").success().stdout(contains("no copies, no near copies"));
    let json: serde_json::Value =
        serde_json::from_str(&stdout(place.path(), "data check small.npz --json")).unwrap();
    assert_eq!(json["findings"][0]["problem"], "also-in-train");
    assert_eq!(json["findings"][0]["images"][0]["like"]["position"], 0);
}

#[test]
fn a_run_leaves_leaks_out_if_asked_and_says_so_in_its_settings() {
    let place = place();
    let mut arrays = arrays();
    let copied = arrays[0].bytes[..64].to_vec();
    arrays[4].bytes[..64].copy_from_slice(&copied);
    write_npz(&place.path().join("small.npz"), &arrays);
    let fitted =
        run(place.path(), "fit small.npz --config tiny.toml --set data.drop_leaks=true --out run").success();
    fitted
        .stderr(contains("`data.drop_leaks`: left out 1 training image that is also in validation or test"));
    let config = std::fs::read_to_string(place.path().join("run/config.toml")).unwrap();
    assert!(config.contains("drop_leaks = true"), "{config}");
    run(place.path(), "evaluate run").success().stdout(contains("read 2 times"));
}

#[test]
fn a_check_lists_every_damaged_file_and_goes_on_without_them() {
    let place = place();
    let images = place.path().join("images");
    for class in ["a", "b"] {
        (0..8).for_each(|image| write_png(&images.join(format!("{class}/{image}.png")), image));
    }
    let whole = std::fs::read(images.join("a/3.png")).unwrap();
    std::fs::write(images.join("a/3.png"), &whole[..whole.len() / 2]).unwrap();
    std::fs::write(images.join("b/5.png"), "no image").unwrap();
    run(place.path(), "data info images").code(1).stderr(contains("b/5.png").and(contains("data check")));
    let text = stdout(place.path(), "data check images");
    assert!(text.contains("left out 2 files that cannot be read"), "{text}");
    assert!(text.contains("images/a/3.png: ") && text.contains("images/b/5.png: "), "{text}");
    let check: Value = serde_json::from_str(&stdout(place.path(), "data check images --json")).unwrap();
    let damaged = check["damaged"].as_array().unwrap();
    assert_eq!((damaged.len(), damaged[0]["file"].as_str()), (2, Some("images/a/3.png")));
    assert!(check["summary"].is_object() && check["findings"].is_array());
    run(place.path(), "data check images --strict").code(1).stderr(contains("--strict allows none"));
}

#[test]
fn a_configuration_of_a_run_brings_its_data() {
    let place = place();
    write_npz(&place.path().join("small.npz"), &arrays());
    run(place.path(), "fit small.npz --config tiny.toml --out run").success();
    let again = run(place.path(), "fit --config run/config.toml --out again").success();
    again.stderr(contains("small.npz, of the run that wrote the file of --config"));
    let config = |run: &str| std::fs::read_to_string(place.path().join(run).join("config.toml")).unwrap();
    let dataset = "dataset = \"small\"";
    assert!(config("run").contains(dataset) && config("again").contains(dataset), "{}", config("again"));
}

/// Writes 16 images `scans/0.png` and so on.
fn write_scans(folder: &std::path::Path) {
    (0..16).for_each(|image| write_png(&folder.join(format!("scans/{image}.png")), image));
}

#[test]
fn a_table_of_another_form_is_described_by_options_that_the_run_keeps() {
    let place = place();
    write_scans(place.path());
    let row =
        |image: u8| format!("{image};{};x\n", ["Cyst|Edema", "Edema", "No Finding"][usize::from(image % 3)]);
    let rows: String = (0..16).map(row).collect();
    std::fs::write(place.path().join("table.csv"), format!("scan;found;age\n{rows}")).unwrap();
    let options = "scans --labels table.csv --path-column scan --label-column found --suffix .png \
                   --label-separator |";
    let info: Value =
        serde_json::from_str(&stdout(place.path(), &format!("data info {options} --json"))).unwrap();
    assert_eq!(info["info"]["task"], "multi-label, binary-class");
    assert_eq!(info["info"]["classes"], serde_json::json!(["Cyst", "Edema"]));
    run(place.path(), &format!("fit {options} --config tiny.toml --out run"))
        .success()
        .stderr(contains("--labels: ignored the column(s) age"));
    let config = std::fs::read_to_string(place.path().join("run/config.toml")).unwrap();
    for line in
        ["path_column = \"scan\"", "label_column = \"found\"", "suffix = \".png\"", "label_separator = \"|\""]
    {
        assert!(config.contains(line), "{config}");
    }
    run(place.path(), "evaluate run").success();
}

#[test]
fn files_that_are_left_out_are_told_by_kind_and_class() {
    let place = place();
    for class in ["a", "b"] {
        (0..5).for_each(|image| write_png(&place.path().join(format!("images/{class}/{image}.png")), image));
    }
    for file in ["a/x.jp2", "a/y.jp2", "b/notes.txt", ".DS_Store"] {
        std::fs::write(place.path().join("images").join(file), "").unwrap();
    }
    run(place.path(), "data info images").success().stderr(
        contains("left out 3 files that are no images or in no class: 2 .jp2 in class a, 1 .txt in class b")
            .and(contains("left out 1 hidden file or folder")),
    );
}

#[test]
fn a_check_tells_what_gives_a_class_away() {
    let place = place();
    for seed in 0..20 {
        let noise = |x: u32, y: u32| ((x * 7919 + y * 104_729 + seed * 1_299_709) % 251) as u8;
        let grey = place.path().join(format!("images/a/{seed}.png"));
        let color = place.path().join(format!("images/b/{seed}.jpg"));
        for path in [&grey, &color] {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        }
        image::GrayImage::from_fn(16, 16, |x, y| image::Luma([noise(x, y)])).save(grey).unwrap();
        image::RgbImage::from_fn(16, 16, |x, y| image::Rgb([noise(y, x); 3])).save(color).unwrap();
    }
    let text = stdout(place.path(), "data check images");
    assert_eq!(text.matches("alone separates class").count(), 1, "{text}");
    assert!(
        text.contains("warning       file type alone separates class `b` from the others: AUC 1.00"),
        "{text}"
    );
    assert!(text.contains("the classes seem to come from different sources"), "{text}");
    let check: Value = serde_json::from_str(&stdout(place.path(), "data check images --json")).unwrap();
    let finding = check["findings"].as_array().unwrap().iter().find(|found| found["problem"] == "shortcut");
    let shortcut = &finding.unwrap()["shortcuts"][0];
    assert_eq!((&shortcut["statistic"], &shortcut["value"]), (&"file type".into(), &"JPEG".into()));
    assert!(shortcut["auc"] == 1.0 && shortcut["low"].as_f64().unwrap() < 1.0, "{shortcut}");
}
