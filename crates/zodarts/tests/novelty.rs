//! The novelty of images that a network knows nothing of: those of another kind, and those of a class that it
//! was not trained on.
//!
//! `cargo test -p zodarts --test novelty -- --nocapture` prints the figures of `docs/concepts/trust.md`.

#[path = "../../zodarts-data/tests/support/shared.rs"]
mod shared;

use rand::RngExt;
use shared::shared;
use std::path::{Path, PathBuf};
use zodarts::data::rng::stream;
use zodarts::data::{Dataset, OpenOptions};
use zodarts::{Classifier, Preset, Settings};

/// Returns the image of a number, with square sides.
type Drawing = fn(usize, u64) -> Vec<f32>;

/// A short training of a small network.
fn settings() -> Settings {
    let mut settings = Preset::Quick.settings();
    settings.search.epochs = 1;
    settings.train.epochs = 10;
    settings
}

/// A network and the novelties of its own test images.
struct Trained {
    classifier: Classifier,
    own: Vec<f64>,
}

impl Trained {
    fn on(data: &Path, out: &Path) -> Self {
        let data = data.to_str().unwrap();
        let run = zodarts::fit(data).settings(settings()).out(out).run().unwrap();
        let flagged = run.metrics().unwrap().unwrap().flagged.unwrap();
        println!("own test images flagged: {} ({:.1} %)", flagged.images, 100.0 * flagged.share);
        let test = Dataset::open(data, &OpenOptions::default(), &|_| ()).unwrap().test.reopen();
        let mut trained = Self { classifier: run.classifier().unwrap(), own: Vec::new() };
        trained.own = trained.of_arrays((0..test.len()).map(|image| test.image(image)));
        trained
    }

    fn of_files(&mut self, files: &[PathBuf]) -> Vec<f64> {
        let answers = self.classifier.classify_files(files).unwrap();
        answers.into_iter().map(|answer| answer.novelty.unwrap().0).collect()
    }

    fn of_arrays(&mut self, images: impl IntoIterator<Item = Vec<f32>>) -> Vec<f64> {
        let novelty = |image: Vec<f32>| self.classifier.classify(&image).unwrap().novelty.unwrap().0;
        images.into_iter().map(novelty).collect()
    }

    /// Prints the AUROC of one kind of images and the share that is flagged, and returns the AUROC.
    fn report(&self, name: &str, foreign: &[f64]) -> f64 {
        let area = auroc(&self.own, foreign);
        let flagged = foreign.iter().filter(|novelty| **novelty > 1.0).count() as f64 / foreign.len() as f64;
        let count = foreign.len();
        println!("{name:<24}{count:>5} images   AUROC {area:.3}   flagged {:>5.1} %", 100.0 * flagged);
        area
    }
}

/// The share of pairs in which the foreign image has the higher novelty.
fn auroc(own: &[f64], foreign: &[f64]) -> f64 {
    let won = |own: f64, foreign: f64| match foreign.total_cmp(&own) {
        std::cmp::Ordering::Greater => 1.0,
        std::cmp::Ordering::Equal => 0.5,
        std::cmp::Ordering::Less => 0.0,
    };
    let sum: f64 = own.iter().flat_map(|own| foreign.iter().map(move |foreign| won(*own, *foreign))).sum();
    sum / (own.len() * foreign.len()) as f64
}

fn check_mean(areas: &[f64]) {
    let mean = areas.iter().sum::<f64>() / areas.len() as f64;
    println!("mean AUROC {mean:.3}");
    assert!(mean >= 0.9, "{mean}");
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Images of independent pixels.
fn noise(side: usize, index: u64) -> Vec<f32> {
    let mut random = stream(7, "noise", index);
    (0..side * side).map(|_| random.random_range(0.0..1.0_f32)).collect()
}

/// Images of one grey level each.
fn blank(side: usize, index: u64) -> Vec<f32> {
    vec![index as f32 / 59.0; side * side]
}

/// Outdoor photographs as a grey network sees them: a sky, a ground, and coloured objects with sharp edges.
fn photograph(side: usize, index: u64) -> Vec<f32> {
    let mut random = stream(7, "photographs", index);
    let size = side as f32;
    let horizon = random.random_range(0.3..0.7) * size;
    let boxes: Vec<[f32; 5]> =
        (0..6).map(|_| std::array::from_fn(|_| random.random_range(0.0..1.0_f32))).collect();
    let pixel = |at: usize| {
        let (y, x) = ((at / side) as f32, (at % side) as f32);
        let land = if y < horizon { [0.5 + 0.3 * y / size, 0.7, 0.95] } else { [0.35, 0.5, 0.2] };
        let inside = |b: &&[f32; 5]| {
            (b[0] * size..(b[0] + 0.3 * b[2] + 0.1) * size).contains(&x)
                && (b[1] * size..(b[1] + 0.3 * b[3] + 0.1) * size).contains(&y)
        };
        let [r, g, b] = boxes.iter().rev().find(inside).map_or(land, |b| [b[4], 1.0 - b[4], b[2]]);
        0.299 * r + 0.587 * g + 0.114 * b
    };
    (0..side * side).map(pixel).collect()
}

#[test]
fn a_breast_network_flags_what_is_no_breast() {
    let (Some(breasts), Some(mednist)) = (shared("breastmnist.npz"), shared("mednist")) else { return };
    let place = tempfile::tempdir().unwrap();
    let mut trained = Trained::on(&breasts, &place.path().join("run"));
    let mut areas = Vec::new();
    for folder in entries(&mednist) {
        let foreign = trained.of_files(&entries(&folder));
        areas.push(trained.report(&folder.file_name().unwrap().to_string_lossy(), &foreign));
    }
    for (name, image) in [("noise", noise as Drawing), ("blank", blank), ("photograph", photograph)] {
        let foreign = trained.of_arrays((0..60).map(|index| image(28, index)));
        areas.push(trained.report(name, &foreign));
    }
    check_mean(&areas);
}

#[cfg(unix)]
#[test]
fn a_class_that_was_left_out_is_flagged() {
    let Some(mednist) = shared("mednist") else { return };
    let folders = entries(&mednist);
    let mut areas = Vec::new();
    for left_out in &folders {
        let place = tempfile::tempdir().unwrap();
        let data = place.path().join("data");
        std::fs::create_dir(&data).unwrap();
        for folder in folders.iter().filter(|folder| *folder != left_out) {
            let link = data.join(folder.file_name().unwrap());
            std::os::unix::fs::symlink(folder.canonicalize().unwrap(), link).unwrap();
        }
        let mut trained = Trained::on(&data, &place.path().join("run"));
        let foreign = trained.of_files(&entries(left_out));
        areas.push(trained.report(&left_out.file_name().unwrap().to_string_lossy(), &foreign));
    }
    check_mean(&areas);
}
