//! `zodarts data info`.

use crate::support::{arrays, place, stdout, write_npz};

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
