//! One name, one meaning: a type of one crate does not share its name with a type of another.

use crate::files::rust_files;
use crate::source::tokens;
use std::collections::{BTreeMap, BTreeSet};

/// Names that several crates may give to types of their own. The list only gets shorter.
const SHARED: [&str; 24] = [
    "Builder",
    "Canvas",
    "Chart",
    "Content",
    "Course",
    "Difference",
    "Error",
    "Evaluation",
    "Evaluator",
    "Event",
    "Golden",
    "Memory",
    "Panel",
    "Phase",
    "Point",
    "Progress",
    "Quantity",
    "Row",
    "Scored",
    "Summary",
    "TensorProto",
    "TensorShapeProto",
    "Value",
    "Values",
];

/// Returns the names of the types and traits that a source file defines at its top level, tests aside.
fn defined(text: &str) -> Vec<String> {
    let tokens = tokens(text);
    let mut depth = 0_usize;
    let mut names = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token.text.as_str() {
            "{" | "(" => depth += 1,
            "}" | ")" => depth = depth.saturating_sub(1),
            "struct" | "enum" | "union" | "trait" | "type" if depth == 0 => {
                names.extend(tokens.get(at + 1).map(|name| name.text.clone()));
            }
            _ => {}
        }
    }
    names
}

/// Returns the names of each crate's types, with the crates that define them.
fn crates_of_names(files: &[(String, String)]) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in files {
        let Some((name, _)) = path.strip_prefix("crates/").and_then(|path| path.split_once("/src/")) else {
            continue;
        };
        for defined in defined(text) {
            found.entry(defined).or_default().insert(name.to_owned());
        }
    }
    found
}

#[test]
fn a_name_is_of_one_crate() {
    let names = crates_of_names(&rust_files());
    let new: Vec<String> = names
        .iter()
        .filter(|(name, crates)| crates.len() > 1 && !SHARED.contains(&name.as_str()))
        .map(|(name, crates)| format!("{name}: {crates:?}"))
        .collect();
    assert!(new.is_empty(), "types of several crates have one name; rename all but one:\n{}", new.join("\n"));
}

#[test]
fn definitions_are_found() {
    let text = "pub struct A;\nenum B { C }\npub(crate) trait D { type E; }\n\
                impl D for A {\n    type E = u8;\n}\n\
                #[cfg(test)]\nmod tests {\n    struct F;\n}\ntype G = u8;\n";
    assert_eq!(defined(text), ["A", "B", "D", "G"]);
    let files = [("crates/a/src/lib.rs", "struct X;"), ("crates/b/src/x/y.rs", "enum X {}")];
    let names = crates_of_names(&files.map(|(path, text)| (path.to_owned(), text.to_owned())));
    assert_eq!(names["X"].len(), 2);
}
