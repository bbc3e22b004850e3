//! The `use` lines of a file stand in one block, which rustfmt sorts: no blank line parts two of them.
//! Re-exports may stand in a block of their own.

use crate::files::rust_files;

/// Returns the number of each blank line that parts two `use` lines of a kind at the top level.
fn parted(text: &str) -> Vec<usize> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    let mut last = None;
    let mut open = None;
    for (at, line) in lines.iter().enumerate() {
        let kind = open.take().or_else(|| kind(line));
        match kind {
            None if line.is_empty() => continue,
            Some(kind) if !line.trim_end().ends_with(';') => open = Some(kind),
            _ => {}
        }
        let blank = at > 0 && lines[at - 1].is_empty();
        if blank && kind.is_some() && kind == last {
            found.push(at);
        }
        last = kind;
    }
    found
}

/// The kinds of `use` lines.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Import,
    ReExport,
    /// A re-export within the crate.
    Shared,
}

fn kind(line: &str) -> Option<Kind> {
    if line.starts_with("use ") {
        return Some(Kind::Import);
    }
    if line.starts_with("pub use ") {
        return Some(Kind::ReExport);
    }
    (line.starts_with("pub(") && line.contains(") use ")).then_some(Kind::Shared)
}

#[test]
fn imports_stand_in_one_block() {
    let of_file = |(path, text): (String, String)| {
        parted(&text).into_iter().map(|line| format!("{path}:{line}")).collect::<Vec<_>>()
    };
    let found: Vec<String> = rust_files().into_iter().flat_map(of_file).collect();
    assert!(found.is_empty(), "a blank line between two `use` lines:\n{}", found.join("\n"));
}

#[test]
fn a_blank_line_within_the_block_is_found() {
    assert_eq!(parted("use a;\nuse b::{\n    c,\n    d,\n};\n\nuse e;\n"), [6]);
    assert!(parted("pub use a;\n\nuse b;\nuse c;\n\nfn f() {}\n\nuse d;\n").is_empty());
}
