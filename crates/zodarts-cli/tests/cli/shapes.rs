//! Images that are not square.

use crate::support::{place, run, stdout};
use image::{GrayImage, Luma};
use predicates::prelude::*;
use predicates::str::contains;
use std::fs;
use std::path::Path;

/// A folder of oblong images in three splits.
fn images(root: &Path) {
    for (split, count, offset) in [("train", 8, 0), ("val", 4, 50), ("test", 4, 90)] {
        for (class, base) in [("a", 10), ("b", 130)] {
            for at in 0..count {
                let seed = offset + base + at;
                let pixel =
                    |x: u32, y: u32| Luma([((x * 31 + y * 17 + seed * 53 + x * y * seed) % 256) as u8]);
                let path = root.join(format!("{split}/{class}/{at}.png"));
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                GrayImage::from_fn(30 + at % 3 * 9, 18, pixel).save(path).unwrap();
            }
        }
    }
}

#[test]
fn what_a_run_was_trained_with_is_used_to_predict_to_evaluate_and_to_export() {
    let place = place();
    let place = place.path();
    images(&place.join("images"));
    let mut scores = Vec::new();
    for fit in ["squeeze", "pad", "crop"] {
        stdout(place, &format!("fit images --config tiny.toml --image-size 16 --fit {fit} --out {fit}"));
        let config = fs::read_to_string(place.join(fit).join("config.toml")).unwrap();
        assert!(config.contains(&format!("fit = \"{fit}\"")), "{config}");
        let card = fs::read_to_string(place.join(fit).join("model.json")).unwrap();
        assert_eq!(card.contains(&format!("\"fit\": \"{fit}\"")), fit != "squeeze", "{card}");
        let evaluated = fs::read_to_string(place.join(fit).join("predictions.csv")).unwrap();
        let predicted = stdout(place, &format!("predict {fit} images/test"));
        for (line, expected) in predicted.lines().skip(1).zip(evaluated.lines()) {
            let found: Vec<&str> = line.split(',').skip(2).take(2).collect();
            let expected: Vec<&str> = expected.split(',').skip(1).collect();
            assert_eq!(found, expected, "{fit}");
        }
        scores.push(evaluated);
        run(place, &format!("evaluate {fit}")).success();
        run(place, &format!("explain {fit} images/test --out {fit}-heat")).success();
        stdout(place, &format!("export {fit} --to onnx"));
        let exported = fs::read(place.join(fit).join("network.onnx")).unwrap();
        let text = String::from_utf8_lossy(&exported);
        assert_eq!(text.contains("was centred on black"), fit == "pad");
        assert_eq!(text.contains("the middle of an image"), fit == "crop");
        // The same command asks for a finished run, another way for another one.
        run(place, &format!("fit images --config tiny.toml --image-size 16 --fit {fit} --out {fit}")).code(1);
    }
    assert!(scores[0] != scores[1] && scores[1] != scores[2]);
    run(place, "fit images --config tiny.toml --image-size 16 --fit pad --out crop")
        .code(1)
        .stderr(contains("fingerprint").or(contains("data.fit")));
    run(place, "fit images --fit stretch").code(1).stderr(contains("[possible values: squeeze, pad, crop]"));
}

#[test]
fn a_model_of_before_squeezes() {
    let place = place();
    let place = place.path();
    images(&place.join("images"));
    stdout(place, "fit images --config tiny.toml --image-size 16 --out run");
    let before = stdout(place, "predict run images/test");
    fs::remove_file(place.join("run/config.toml")).unwrap();
    assert!(!fs::read_to_string(place.join("run/model.json")).unwrap().contains("\"fit\""));
    assert_eq!(stdout(place, "predict run images/test"), before);
}
