//! The files of run folders: configuration, checkpoints, records, results.

use crate::{place, resumed};
use std::fs;
use std::path::{Path, PathBuf};
use zodarts_nas::records::TrainRecord;
use zodarts_nas::stage::store::Store;
use zodarts_run::folder::RunFolder;

pub const WORDS: &[&str] = &[
    "\"format\":2",
    "\"epochs_done\":4294967296",
    "\"epochs\":18446744073709551615",
    "\"epoch\":18446744073709551615",
    "\"begun\":{}",
    "\"begun\":null",
    "\"steps\":18446744073709551615",
    "\"patience\":1",
    "\"selected\":true",
    "\"stage\":\"search\"",
    "__metadata__",
    "data_offsets",
    "[0,18446744073709551615]",
    "\"shape\":[4294967296,4294967296]",
    "\"F64\"",
    "null",
    "1e308",
    "1e400",
    "-1",
    "{",
    "}",
    "[",
    "]",
    "\\n",
    "<script>",
    "\"classes\":[",
    "\"confusion\":[[",
    "\"genotype\":\"|none~0|\"",
    "\"\\u0000\\u0000\\u00c0\\u007f\"",
];

/// A run that is kept for tests of earlier formats.
pub fn legacy(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/zodarts-cli/tests/legacy/format-1").join(name)
}

const FIT: &str = "fit";
/// A trial that was cut short.
const TRIAL: &str = "cut-short/trials/official/phantom/random/seed-1";
/// An input begins with the number of the file that it stands for; after the last of them come checkpoints
/// that go on.
const FILES: [(&str, &str); 11] = [
    (TRIAL, "checkpoint/latest.safetensors"),
    (TRIAL, "train.jsonl"),
    (FIT, "search.jsonl"),
    (FIT, "search.json"),
    (FIT, "metrics.json"),
    (FIT, "predictions.csv"),
    (FIT, "truth.csv"),
    (FIT, "train.jsonl"),
    (FIT, "data.json"),
    (FIT, "calibration.json"),
    (FIT, "genotype.txt"),
];

pub fn files() -> Vec<Vec<u8>> {
    let whole = |(run, name): &(&str, &str)| {
        fs::read(legacy(run).join(name)).expect("files kept for tests are there")
    };
    let files = FILES.iter().map(whole).chain(resumed::left());
    files.enumerate().map(|(number, bytes)| [&[number.min(FILES.len()) as u8], &bytes[..]].concat()).collect()
}

pub fn read(bytes: &[u8]) -> bool {
    let Some((&number, bytes)) = bytes.split_first() else { return false };
    match FILES.get(usize::from(number) % (FILES.len() + 1)) {
        Some((TRIAL, name)) => with(TRIAL, name, bytes, goes_on),
        Some((run, name)) => with(run, name, bytes, is_shown),
        None => resumed::read(bytes),
    }
}

/// Returns true if the training of a run would go on.
fn goes_on(path: &Path) -> bool {
    let Ok(folder) = RunFolder::open(path).and_then(RunFolder::resuming) else { return false };
    let check =
        |line: &str| serde_json::from_str::<TrainRecord>(line).map(drop).map_err(|error| error.to_string());
    folder.resume("train", &check).is_ok_and(|found| found.from.is_some())
}

/// Returns true if a run has a page.
fn is_shown(path: &Path) -> bool {
    let Ok(folder) = RunFolder::open(path) else { return false };
    let shown = zodarts_report::page(&folder, Err("they are not at hand".into())).is_ok();
    shown && folder.genotype().is_ok() && folder.history("search.jsonl").is_ok()
}

/// Reads a run in which one file is another.
fn with(run: &str, name: &str, bytes: &[u8], read: impl FnOnce(&Path) -> bool) -> bool {
    let folder = place::path(run);
    if !folder.is_dir() {
        copy(&legacy(run), &folder);
    }
    fs::write(folder.join(name), bytes).expect(WRITABLE);
    let read = read(&folder);
    // A stage that goes on, or begins again, leaves other records.
    for changed in [name, "train.jsonl"] {
        fs::copy(legacy(run).join(changed), folder.join(changed)).expect(WRITABLE);
    }
    read
}

const WRITABLE: &str = "the temporary folder can be written";

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect(WRITABLE);
    for entry in fs::read_dir(from).expect("files kept for tests are there").flatten() {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(path, to).expect(WRITABLE);
        }
    }
}
