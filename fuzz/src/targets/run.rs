//! What run folders hold: networks, checkpoints, records, results.

use super::write;
use std::path::{Path, PathBuf};
use zodarts::model::Model;
use zodarts::pipeline::{Evaluation, Split};
use zodarts::run::{RunFolder, SearchRecord, TrainRecord};
use zodarts::search::SearchSummary;

pub const WORDS: &[&str] = &[
    "\"format\":2",
    "\"epochs_done\":4294967296",
    "\"begun\":\"{}\"",
    "__metadata__",
    "data_offsets",
    "[0,18446744073709551615]",
    "\"shape\":[4294967296,4294967296]",
    "\"F32\"",
    "\"F64\"",
    "null",
    "NaN",
    "1e400",
    "-1",
    "{",
    "}",
    "[",
    "\"classes\":[",
    "\"channels\":1000000",
    "\"cells\":1000000",
    "\"genotype\":\"|none~0|\"",
];

/// The run that is kept for tests of earlier formats, and the trial that was cut short.
fn legacy(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/zodarts-cli/tests/legacy/format-1").join(name)
}

const FIT: &str = "fit";
const TRIAL: &str = "cut-short/trials/official/phantom/random/seed-1";
/// An input begins with the number of the file that it stands for.
const MODEL: [&str; 2] = ["model.json", "model.safetensors"];
const FILES: [(&str, &str); 7] = [
    (TRIAL, "checkpoint/latest.safetensors"),
    (TRIAL, "train.jsonl"),
    (FIT, "search.jsonl"),
    (FIT, "search.json"),
    (FIT, "metrics.json"),
    (FIT, "predictions.csv"),
    (FIT, "truth.csv"),
];

fn numbered(number: usize, path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).expect("files kept for tests are there");
    [&[number as u8], &bytes[..]].concat()
}

pub fn models() -> Vec<Vec<u8>> {
    MODEL.iter().enumerate().map(|(number, name)| numbered(number, &legacy(FIT).join(name))).collect()
}

pub fn files() -> Vec<Vec<u8>> {
    let whole = |(number, (run, name)): (usize, &(&str, &str))| numbered(number, &legacy(run).join(name));
    FILES.iter().enumerate().map(whole).collect()
}

/// A copy of a run in which one file is another.
fn copy(run: &str, place: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let (from, to) = (legacy(run), place.join(run));
    let files = [
        "config.toml",
        "genotype.txt",
        "train.jsonl",
        "search.jsonl",
        "search.json",
        "metrics.json",
        "predictions.csv",
    ];
    let more = ["truth.csv", "model.json", "model.safetensors", "checkpoint/latest.safetensors"];
    std::fs::create_dir_all(to.join("checkpoint")).expect("the temporary folder can be written");
    for file in files.into_iter().chain(more).filter(|file| *file != name && from.join(file).is_file()) {
        std::fs::copy(from.join(file), to.join(file)).expect("the temporary folder can be written");
    }
    write(&to, name, bytes);
    to
}

pub fn read_model(bytes: &[u8], place: &Path) -> bool {
    let Some((&number, bytes)) = bytes.split_first() else { return false };
    let name = MODEL[usize::from(number) % MODEL.len()];
    Model::load(&copy(FIT, place, name, bytes)).is_ok()
}

pub fn read(bytes: &[u8], place: &Path) -> bool {
    let Some((&number, bytes)) = bytes.split_first() else { return false };
    let (run, name) = FILES[usize::from(number) % FILES.len()];
    let path = copy(run, place, name, bytes);
    let Ok(folder) = RunFolder::open(&path).and_then(RunFolder::resuming) else { return false };
    let goes_on = folder.resume::<TrainRecord>("train").is_ok_and(|found| found.from.is_some());
    let records = folder.records::<SearchRecord>("search.jsonl").is_ok();
    let summary = folder.record::<SearchSummary>(SearchSummary::FILE).is_ok();
    let evaluation = Evaluation::read(&folder, Split::Test).is_ok();
    let _ = folder.history("search.jsonl");
    // The trial was cut short in its training; the other run has no checkpoint.
    records && summary && evaluation && (goes_on || run == FIT)
}
