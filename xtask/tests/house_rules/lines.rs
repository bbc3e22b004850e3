//! Lines of Rust files have at most 110 characters.

use crate::files::rust_files;

/// The most characters of a line, comments included: what `rustfmt.toml` says of code.
const MOST: usize = 110;

/// Folders that hold to it. The rest is being redrawn.
const HELD: [&str; 4] = ["bench/", "crates/", "fuzz/", "xtask/"];

/// Returns each line that is too long, as `line: characters`.
fn long_lines(text: &str) -> Vec<String> {
    let lengths = text.lines().map(|line| line.chars().count()).enumerate();
    let long = lengths.filter(|(_, length)| *length > MOST);
    long.map(|(at, length)| format!("{}: {length} characters", at + 1)).collect()
}

#[test]
fn no_line_is_too_long() {
    let held =
        rust_files().into_iter().filter(|(path, _)| HELD.iter().any(|folder| path.starts_with(folder)));
    let of_file = |(path, text): (String, String)| {
        long_lines(&text).into_iter().map(|line| format!("{path}:{line}")).collect::<Vec<_>>()
    };
    let long: Vec<String> = held.flat_map(of_file).collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn characters_count_and_not_bytes() {
    assert!(long_lines(&"α".repeat(MOST)).is_empty());
    assert_eq!(long_lines(&format!("\n{}", "a".repeat(MOST + 1))), ["2: 111 characters"]);
}
