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
