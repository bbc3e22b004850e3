//! Documentation says what an item does or returns, in the indicative. Few item and module docs open with a
//! question word.

use crate::files::rust_files;
use std::collections::BTreeMap;
use std::fmt::Write;

const WORDS: [&str; 6] = ["What", "Whether", "Which", "How", "Where", "Who"];

/// The most docs of the workspace that may open with one of them.
const MOST: usize = 20;

/// Folders that are counted. The rest is being redrawn.
const HELD: [&str; 4] = ["bench/", "crates/", "fuzz/", "xtask/"];

/// Returns the line of each doc that opens with a question word.
fn openings(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut before = "";
    for (at, line) in text.lines().enumerate() {
        let line = line.trim_start();
        for mark in ["///", "//!"] {
            let first = line.strip_prefix(mark).filter(|_| !before.starts_with(mark));
            let word = first.map(|text| text.trim_start().split(|c: char| !c.is_alphanumeric()).next());
            if word.flatten().is_some_and(|word| WORDS.contains(&word)) {
                found.push(at + 1);
            }
        }
        before = line;
    }
    found
}

/// Returns the first two parts of a path of a crate, the first of another.
fn room(path: &str) -> String {
    let parts = if path.starts_with("crates/") { 2 } else { 1 };
    path.split('/').take(parts).collect::<Vec<_>>().join("/")
}

#[test]
fn few_docs_open_with_a_question_word() {
    let mut by_room: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, text) in rust_files() {
        if HELD.iter().any(|folder| path.starts_with(folder)) {
            let places = openings(&text).into_iter().map(|line| format!("{path}:{line}"));
            by_room.entry(room(&path)).or_default().extend(places);
        }
    }
    let count: usize = by_room.values().map(Vec::len).sum();
    let mut message = format!("{count} docs open with one of {WORDS:?}, at most {MOST} may\n");
    for (room, places) in &by_room {
        writeln!(message, "{room}: {} {places:#?}", places.len()).unwrap();
    }
    assert!(count <= MOST, "{message}");
}

#[test]
fn only_first_lines_and_whole_words_count() {
    let text = "//! How it works.\n\n/// What it is.\n/// Where it is.\nfn f() {}\n    /// However.\n";
    assert_eq!(openings(text), [1, 3]);
    assert_eq!(room("crates/a/src/lib.rs"), "crates/a");
    assert_eq!(room("xtask/src/main.rs"), "xtask");
}
