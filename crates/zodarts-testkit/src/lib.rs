//! The test kit: built-in images, settings of tiny networks, copies of folders.

use std::fs;
use std::path::Path;
use zodarts_data::{Dataset, OpenOptions};
use zodarts_nas::methods::{ZoDarts, ZoDartsPlus};
use zodarts_run::settings::{Auto, Settings};

/// Epochs of the two stages of a run.
#[derive(Clone, Copy, Debug)]
pub struct Epochs {
    /// Epochs of the search.
    pub search: usize,
    /// Epochs of the training.
    pub train: usize,
}

/// Returns the built-in images.
///
/// # Panics
/// If they cannot be made.
pub fn phantom() -> Dataset {
    Dataset::open("phantom", &OpenOptions::default(), &|_| ()).expect("built-in images")
}

/// Returns the built-in images with class names that a page has to escape.
///
/// # Panics
/// If they cannot be made.
pub fn phantom_of_hostile_names() -> Dataset {
    let mut dataset = phantom();
    dataset.info.classes = vec!["<script>alert(1)</script>".into(), "\"quoted\" & 'so'".into()];
    dataset
}

/// Returns ZO-DARTS+ with rounds of three steps.
pub fn short_rounds() -> ZoDartsPlus {
    ZoDartsPlus { zo: ZoDarts { steps: 3, ..ZoDarts::default() }, ..ZoDartsPlus::default() }
}

/// Returns settings of seed 3 for networks of two channels and one cell a stage, on images of 12×12 pixels.
pub fn tiny(epochs: Epochs) -> Settings {
    let mut settings = Settings { seed: 3, method: short_rounds().into(), ..Settings::default() };
    let (search, train) = (&mut settings.search, &mut settings.train);
    (search.epochs, search.channels, search.cells) = (epochs.search, 2, 1);
    (search.batch_size, search.input_size) = (Auto::Fixed(48), Auto::Fixed(12));
    (train.epochs, train.channels, train.cells) = (epochs.train, 2, 1);
    train.input_size = Auto::Fixed(12);
    settings
}

/// Copies a folder with all that is in it.
///
/// # Panics
/// If a file cannot be read or written.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the copy can be made");
    for entry in fs::read_dir(from).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        let target = to.join(path.file_name().expect("an entry has a name"));
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            fs::copy(&path, target).expect("the copy can be made");
        }
    }
}
