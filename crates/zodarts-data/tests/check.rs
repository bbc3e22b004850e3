//! Checks on data sets whose faults are known.

mod support;

use std::path::Path;
use support::{Told, open, open_with, phantom, shared};
use zodarts_data::OpenOptions;
use zodarts_data::check::{CheckReport, Finding, Problem};

fn texts(check: &CheckReport) -> Vec<&str> {
    check.findings.iter().map(|finding| &*finding.text).collect()
}

/// Number of images of a finding.
fn count(check: &CheckReport, problem: Problem, split: &str) -> usize {
    let found = check.findings.iter().find(|finding| finding.problem == problem && finding.split == split);
    found.map_or(0, |finding| finding.images.len())
}

#[test]
fn the_phantom_has_no_fault() {
    let data = phantom("phantom");
    assert_eq!(texts(&data.check()), Vec::<&str>::new());
    assert_eq!(data.test.times_unsealed(), 0, "nothing was unsealed");
}

#[test]
fn the_known_leaks_of_breastmnist_are_found_and_more_that_look_alike() {
    let Some(path) = shared("breastmnist.npz") else { return };
    let check = open(&path).unwrap().check();
    assert_eq!(
        texts(&check)[..2],
        ["1 test image also in train", "1 test image that is elsewhere under another label"]
    );
    let leak = &check.findings[0].images[0];
    assert_eq!(
        (leak.image.to_string(), leak.like.as_ref().unwrap().to_string()),
        ("test 76".into(), "train 115".into())
    );
    // By comparing all pairs: 103 above 0.99.
    assert_eq!(count(&check, Problem::NearlyInTrain, "test"), 26);
    assert_eq!(count(&check, Problem::NearlyInTrain, "val"), 17);
}

#[test]
fn the_known_leaks_of_pneumoniamnist_are_found_and_nothing_looks_alike() {
    let Some(path) = shared("pneumoniamnist.npz") else { return };
    let check = open(&path).unwrap().check();
    assert_eq!(
        texts(&check),
        [
            "8 val images also in train",
            "sharpness alone separates class `pneumonia` from the others: AUC 0.92 (0.91 to 0.93), its \
             values are lower",
            "18 train images repeated within the split",
            "3 test images repeated within the split"
        ]
    );
}

/// A grey PNG of 40×40 pixels.
fn write(path: &Path, pixel: impl Fn(f32, f32) -> f32) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let value = |x: u32, y: u32| (pixel(x as f32, y as f32).clamp(0.0, 1.0) * 255.0).round() as u8;
    image::GrayImage::from_fn(40, 40, |x, y| image::Luma([value(x, y)])).save(path).unwrap();
}

/// Waves that differ from seed to seed.
fn waves(seed: usize) -> impl Fn(f32, f32) -> f32 {
    let part = move |k: usize, x: f32, y: f32| {
        let s = ((seed * 31 + k * 17) as f32 * 12.989).sin() * 43.758;
        let t = ((seed * 13 + k * 7) as f32 * 78.233).sin() * 23.421;
        ((s.fract() * x + t.fract() * y) * 0.9 + s).sin()
    };
    move |x, y| 0.5 + (0..4).map(|k| part(k, x, y)).sum::<f32>() * 0.1
}

/// A folder of two classes in three splits with 6 images of each class in each.
fn folder(place: &Path) {
    for (split, first) in [("train", 0), ("val", 100), ("test", 200)] {
        for (class, offset) in [("a", 0), ("b", 50)] {
            for index in 0..6 {
                write(&place.join(format!("{split}/{class}/{index}.png")), waves(first + offset + index));
            }
        }
    }
}

#[test]
fn every_fault_of_a_folder_is_found_and_named_by_file() {
    let place = tempfile::tempdir().unwrap();
    let at = |name: &str| place.path().join(name);
    folder(place.path());
    assert_eq!(texts(&open(place.path()).unwrap().check()), Vec::<&str>::new());
    // A brighter frame of a training image, an exact copy under another label, an image without content, and
    // a class with few images.
    write(&at("test/a/0.png"), |x, y| 0.1 + 0.8 * waves(3)(x, y));
    std::fs::copy(at("train/a/1.png"), at("val/b/0.png")).unwrap();
    write(&at("train/b/5.png"), |_, _| 0.25);
    for index in 1..5 {
        std::fs::remove_file(at(&format!("test/b/{index}.png"))).unwrap();
    }
    let check = open(place.path()).unwrap().check();
    assert_eq!(
        texts(&check),
        [
            "1 val image also in train",
            "1 val image that is elsewhere under another label",
            "1 test image looks like one in train",
            "1 train image without content: all pixels are equal",
            "2 test images of class `b`",
        ]
    );
    let near = &check.findings[2].images[0];
    assert!(near.image.to_string().ends_with("test/a/0.png"), "{near:?}");
    assert!(near.like.as_ref().unwrap().to_string().ends_with("train/a/3.png"), "{near:?}");
    assert!(near.correlation.unwrap() > 0.99);
}

#[test]
fn leaks_are_left_out_of_the_training_if_asked() {
    let place = tempfile::tempdir().unwrap();
    folder(place.path());
    let at = |name: &str| place.path().join(name);
    std::fs::copy(at("train/a/1.png"), at("val/a/0.png")).unwrap();
    std::fs::copy(at("train/b/2.png"), at("test/b/0.png")).unwrap();
    let dropped = open_with(place.path(), &OpenOptions::default().with_drop_leaks(true)).unwrap();
    assert_eq!(dropped.train.len(), 10);
    assert_eq!(texts(&dropped.check()), Vec::<&str>::new());
    let whole = open(place.path()).unwrap();
    assert_eq!(whole.train.len(), 12);
    assert_ne!(
        whole.info.fingerprint, dropped.info.fingerprint,
        "another training split is another data set"
    );
}

#[test]
fn a_training_split_that_is_all_leaks_is_refused() {
    let place = tempfile::tempdir().unwrap();
    folder(place.path());
    for class in ["a", "b"] {
        for index in 0..6 {
            let file = |split: &str| place.path().join(format!("{split}/{class}/{index}.png"));
            std::fs::copy(file("train"), file("val")).unwrap();
        }
    }
    let error = open_with(place.path(), &OpenOptions::default().with_drop_leaks(true)).unwrap_err();
    assert!(error.told().contains("drop_leaks"), "{error}");
}

/// Writes noise as PNG in grey or as JPEG in colour.
fn noise(path: &Path, seed: u32, color: bool) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let value = |x: u32, y: u32| ((x * 7919 + y * 104_729 + seed * 1_299_709) % 251) as u8;
    if color {
        image::RgbImage::from_fn(24, 24, |x, y| image::Rgb([value(x, y); 3])).save(path).unwrap();
    } else {
        image::GrayImage::from_fn(24, 24, |x, y| image::Luma([value(x, y)])).save(path).unwrap();
    }
}

fn shortcuts(check: &CheckReport) -> Vec<&Finding> {
    check.findings.iter().filter(|finding| finding.problem == Problem::Shortcut).collect()
}

#[test]
fn a_class_that_its_file_type_tells_is_found_in_one_line() {
    let place = tempfile::tempdir().unwrap();
    for seed in 0..30 {
        noise(&place.path().join(format!("a/{seed}.png")), seed, false);
        noise(&place.path().join(format!("b/{seed}.jpg")), 1000 + seed, true);
    }
    for anonymous in [false, true] {
        let options = OpenOptions::default().with_anonymous(anonymous);
        let check = open_with(place.path(), &options).unwrap().check();
        let [found] = shortcuts(&check)[..] else { panic!("{:?}", texts(&check)) };
        let expected = "file type alone separates class `b` from the others: AUC 1.00 (0.90 to 1.00), 100 % \
                        of its images are JPEG, of the others 0 %; so do colour mode, file size";
        assert!(found.text.starts_with(expected), "{}", found.text);
        assert!(found.advice.unwrap().contains("different sources"), "{found:?}");
        let [first, second, ..] = &found.shortcuts[..] else { panic!("{found:?}") };
        assert_eq!((first.value, first.share_in_others), (Some("JPEG"), Some(0.0)));
        assert_eq!((second.statistic, second.value), ("colour mode", Some("colour")));
    }
    // The same images in one format tell nothing.
    let place = tempfile::tempdir().unwrap();
    for seed in 0..30 {
        noise(&place.path().join(format!("a/{seed}.png")), seed, false);
        noise(&place.path().join(format!("b/{seed}.png")), 1000 + seed, false);
    }
    let check = open(place.path()).unwrap().check();
    assert!(shortcuts(&check).is_empty(), "{:?}", texts(&check));
}

#[test]
fn a_class_that_its_size_or_brightness_tells_is_found() {
    for (larger, statistic) in [(true, "width"), (false, "brightness")] {
        let place = tempfile::tempdir().unwrap();
        for seed in 0..60 {
            let class = seed % 2;
            let side = if larger { 40 + 20 * (class as u32) + seed as u32 % 7 } else { 40 };
            let light = if larger { 0.0 } else { 0.2 * class as f32 };
            let image = image::GrayImage::from_fn(side, 40, |x, y| {
                let wave = waves(seed)(x as f32, y as f32);
                image::Luma([((0.6 * wave + light) * 255.0) as u8])
            });
            let path = place.path().join(format!("{class}/{seed}.bmp"));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            image.save(path).unwrap();
        }
        let check = open(place.path()).unwrap().check();
        let [found] = shortcuts(&check)[..] else { panic!("{:?}", texts(&check)) };
        assert!(found.text.starts_with(&format!("{statistic} alone separates class `1`")), "{}", found.text);
        assert!(found.text.contains("its values are higher"), "{}", found.text);
    }
}

#[test]
fn classes_of_another_kind_of_image_have_one_line_each() {
    let Some(path) = shared("mednist") else { return };
    let check = open(&path).unwrap().check();
    let found: Vec<&str> = shortcuts(&check).iter().map(|finding| &*finding.shortcuts[0].class).collect();
    let mut once = found.clone();
    once.dedup();
    assert_eq!(found, once);
    assert!(found.len() <= 6, "{:?}", texts(&check));
}
