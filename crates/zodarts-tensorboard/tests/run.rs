//! A run gives the same bits with and without event files.

mod common;

use common::{EPOCHS, fit, fit_with_events, tiny};
use std::fs;
use std::path::Path;
use zodarts_nas::observer::{Event, Observer, Silent};
use zodarts_tensorboard::TensorBoard;

/// Counts the events that are passed on and keeps the notes.
#[derive(Default)]
struct Seen {
    search_epochs: usize,
    train_epochs: usize,
    evaluations: usize,
    notes: Vec<String>,
}

impl Observer for &mut Seen {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::SearchEpoch { .. } => self.search_epochs += 1,
            Event::TrainEpoch(_) => self.train_epochs += 1,
            Event::Evaluated(_) => self.evaluations += 1,
            Event::Note(text) => self.notes.push(text),
            Event::Step(_) | Event::StageDone(_) => {}
        }
    }
}

fn same_bits(a: &Path, b: &Path) {
    for file in ["model.safetensors", "genotype.txt", "predictions.csv", "checkpoint/latest.safetensors"] {
        assert!(fs::read(a.join(file)).unwrap() == fs::read(b.join(file)).unwrap(), "{file} differs");
    }
}

#[test]
fn event_files_change_no_bit_and_hide_nothing() {
    let place = tempfile::tempdir().unwrap();
    let (with, without) = (place.path().join("with"), place.path().join("without"));
    let mut seen = Seen::default();
    fit_with_events(&tiny(), &with, &mut seen);
    fit(&tiny(), &without, |_| Silent);
    same_bits(&with, &without);
    assert_eq!((seen.search_epochs, seen.train_epochs, seen.evaluations), (EPOCHS.0, EPOCHS.1, 1));
    assert_eq!(seen.notes, Vec::<String>::new());
    assert_eq!(with.join("tensorboard").read_dir().unwrap().count(), 1);
}

#[test]
fn a_run_goes_on_without_event_files_that_cannot_be_written_and_says_so_once() {
    let place = tempfile::tempdir().unwrap();
    let (with, without) = (place.path().join("with"), place.path().join("without"));
    let mut seen = Seen::default();
    fit(&tiny(), &with, |job| {
        // A file stands in the place of the folder of event files.
        let watcher = TensorBoard::new(job, &mut seen);
        fs::write(watcher.folder(), "").unwrap();
        watcher
    });
    fit(&tiny(), &without, |_| Silent);
    same_bits(&with, &without);
    assert_eq!((seen.search_epochs, seen.train_epochs), EPOCHS);
    let [note] = &seen.notes[..] else { panic!("{:?}", seen.notes) };
    assert!(note.contains("tensorboard") && note.contains("; the run goes on"), "{note}");
}
