//! Volumes, slice by slice.

use crate::support::{Array, left, place, run, stdout, write_npz, write_png};
use predicates::prelude::*;
use predicates::str::contains;
use serde_json::Value;
use std::path::Path;

/// The training, validation and test volumes.
const SPLITS: [(&str, usize); 3] = [("train", 12), ("val", 8), ("test", 10)];

/// Volumes of `side`³ voxels, noisy, of which every other has a bright ball.
fn arrays(side: usize) -> Vec<Array> {
    let noise = |at: usize| ((at as u32).wrapping_mul(2_654_435_761) >> 25) as u8;
    let centre = side as f32 / 2.0;
    let voxel = |at: usize, ball: bool| {
        let places = [at % side, at / side % side, at / side / side % side];
        let distance: f32 = places.iter().map(|place| (*place as f32 - centre).powi(2)).sum();
        noise(at) + if ball && distance < (centre / 2.0).powi(2) { 90 } else { 0 }
    };
    let mut arrays = Vec::new();
    let mut first = 0;
    for (split, count) in SPLITS {
        let size = side * side * side;
        let pixels = (0..count * size).map(|at| voxel(first + at, at / size % 2 == 1)).collect();
        let labels = (0..count).map(|volume| (volume % 2) as u8).collect();
        let array =
            |name, shape, bytes| Array { name: format!("{split}_{name}"), descr: "|u1", shape, bytes };
        arrays.push(array("images", vec![count, side, side, side], pixels));
        arrays.push(array("labels", vec![count, 1], labels));
        first += count * size;
    }
    arrays
}

fn rows(path: &Path) -> Vec<Vec<f64>> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| line.split(',').map(|field| field.parse().unwrap()).collect()).collect()
}

/// ACC and the area under the ROC curve of the last column, by their definitions.
fn acc_and_auc(scores: &[Vec<f64>], truth: &[Vec<f64>]) -> (f64, f64) {
    let pairs: Vec<(f64, bool)> =
        scores.iter().zip(truth).map(|(scores, truth)| (scores[scores.len() - 1], truth[1] == 1.0)).collect();
    let right = pairs.iter().filter(|(score, positive)| (*score > 0.5) == *positive).count();
    let of = |wanted: bool| pairs.iter().filter(move |pair| pair.1 == wanted).map(|pair| pair.0);
    let won = |positive: f64| {
        of(false).map(move |negative| match positive.total_cmp(&negative) {
            std::cmp::Ordering::Greater => 1.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Less => 0.0,
        })
    };
    let area: f64 = of(true).flat_map(won).sum();
    (right as f64 / pairs.len() as f64, area / (of(true).count() * of(false).count()) as f64)
}

#[test]
fn a_network_of_slices_is_tested_on_volumes() {
    let place = place();
    let place = place.path();
    write_npz(&place.join("nodulemnist3d.npz"), &arrays(28));
    let fit = "fit nodulemnist3d.npz --config tiny.toml --preset quick --search-epochs 1 --train-epochs 2 \
               --coverage 0.8 --sensitivity 0.7 --positive malignant";
    let printed = run(place, &format!("{fit} --threads 1 --out one")).success();
    let printed =
        printed.stderr(contains("note: volumes of 28 slices")).stdout(contains(" volumes of 28 slices"));
    drop(printed);
    stdout(place, &format!("{fit} --threads 2 --out two"));
    let [one, two] = ["one", "two"].map(|name| left(&place.join(name)));
    for (name, bytes) in one.iter().filter(|(name, _)| *name != "config.toml") {
        assert_eq!(bytes, &two[name], "{name}");
    }

    let metrics: Value =
        serde_json::from_slice(&std::fs::read(place.join("one/metrics.json")).unwrap()).unwrap();
    assert_eq!((&metrics["n"], &metrics["slices"]), (&10.into(), &28.into()));
    let (scores, truth) = (rows(&place.join("one/predictions.csv")), rows(&place.join("one/truth.csv")));
    assert_eq!((scores.len(), truth.len()), (10, 10));
    let (acc, auc) = acc_and_auc(&scores, &truth);
    for (name, expected) in [("acc", acc), ("auc", auc)] {
        let found = metrics[name].as_f64().unwrap();
        assert!((found - expected).abs() < 1e-12, "{name}: {found} {expected}");
    }
    let page = std::fs::read_to_string(place.join("one/report.html")).unwrap();
    assert!(page.contains("volumes of 28 slices of 28×28 pixels") && page.contains("Of 10 test volumes"));

    write_png(&place.join("slice.png"), 1);
    run(place, "predict one slice.png")
        .success()
        .stdout(contains("file,predicted,benign,malignant,novelty,note,error"))
        .stderr(contains("each answer is for a single slice"));
    run(place, "predict one slice.png --coverage 0.9")
        .code(1)
        .stderr(contains("profile is of whole volumes"));
    stdout(place, "export one --to onnx --out n.onnx");
    let bytes = std::fs::read(place.join("n.onnx")).unwrap();
    let told = b"the probabilities of a volume are the mean over its slices";
    assert!(bytes.windows(told.len()).any(|bytes| bytes == told));

    // The same volumes under another name are others that the network was developed on, but for the test.
    write_npz(&place.join("other.npz"), &arrays(28));
    run(place, "evaluate one other.npz")
        .success()
        .stdout(contains("20 volumes that the network was developed on").and(contains("n = 10 volumes")));
    write_npz(&place.join("images.npz"), &crate::support::arrays());
    run(place, "evaluate one images.npz").code(1).stderr(contains("(N, D, H, W)"));
    run(place, "evaluate one phantom").code(1).stderr(contains("trained on volumes"));
}

#[test]
fn volumes_are_described_and_refused_without_a_word_for_it() {
    let place = place();
    let place = place.path();
    write_npz(&place.join("balls.npz"), &arrays(64));
    run(place, "data info balls.npz").code(1).stderr(contains("--volumes slices"));
    let info = stdout(place, "data check balls.npz --volumes slices");
    assert!(info.contains("30 volumes of 64 slices of 64×64 pixels, grey"), "{info}");
    assert!(info.contains("all volumes     12    8    10"), "{info}");
    let found: Value =
        serde_json::from_str(&stdout(place, "data info balls.npz --volumes slices --val 0.5 --json"))
            .unwrap();
    assert_eq!((&found["val"]["volumes"], &found["val"]["images"]), (&10.into(), &640.into()));
    write_npz(&place.join("images.npz"), &crate::support::arrays());
    for data in ["images.npz", "phantom"] {
        run(place, &format!("data info {data} --volumes slices")).code(1).stderr(contains("volumes"));
    }
    run(place, "data info balls.npz --volumes slices --alike together")
        .code(1)
        .stderr(contains("near copies"));
    let list = stdout(place, "data list");
    assert_eq!((list.lines().count(), list.matches("3-D").count()), (19, 6));
}
