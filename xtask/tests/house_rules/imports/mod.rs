//! No circle of imports crosses a folder.
//!
//! An *arrow* leads from a file to the file of the module in which a path of the first ends. The paths are
//! those of `use` lines, and those of the code that begin with `crate::`, `super::`, `self::` or the name of
//! a child module. Names that a `mod.rs` re-exports or imports are looked up there, so that the arrow leads
//! to the file that defines them. A re-export is an arrow only if the code beside it uses the name. The line
//! `mod name;` is none, and tests do not count.
//!
//! The files of one folder, its `mod.rs` among them, may form a circle: they are read together. A circle that
//! has files of two folders is a fault, even if one folder lies in the other: a `mod.rs` that calls a
//! function of a sub-folder may define nothing that this sub-folder needs.

mod graph;
mod tree;

use crate::files::root;
use graph::Graph;
use std::fs;
use std::path::Path;
use tree::Crate;

/// Crates that are free of circles between folders.
const REDRAWN: [&str; 12] = [
    "zodarts",
    "zodarts-cli",
    "zodarts-data",
    "zodarts-export",
    "zodarts-kernels",
    "zodarts-lab",
    "zodarts-nas",
    "zodarts-nn",
    "zodarts-report",
    "zodarts-run",
    "zodarts-tensorboard",
    "zodarts-testkit",
];

/// Describes the shortest circle between folders of a crate, or returns `None` if there is none.
fn circle(name: &str) -> Option<String> {
    let source = root().join("crates").join(name).join("src");
    let read = |path: &Path| fs::read_to_string(source.join(path)).ok();
    Graph::of(&Crate::read(&read)).circle()
}

#[test]
fn no_circle_crosses_a_folder() {
    let of_crate = |name: &&str| circle(name).map(|circle| format!("crates/{name}/src: {circle}"));
    let circles: Vec<String> = REDRAWN.iter().filter_map(of_crate).collect();
    assert!(circles.is_empty(), "{}", circles.join("\n"));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the circle of a crate that is made of these files.
    fn circle_of(files: &[(&str, &str)]) -> Option<String> {
        let read = |path: &Path| {
            files.iter().find(|(name, _)| Path::new(name) == path).map(|(_, text)| (*text).to_owned())
        };
        Graph::of(&Crate::read(&read)).circle()
    }

    #[test]
    fn a_circle_between_two_folders_is_found() {
        let circle = circle_of(&[
            ("lib.rs", "mod a;\nmod b;\n"),
            ("a/mod.rs", "mod x;\npub use x::X;\n"),
            // A derive macro has the name of the type.
            ("a/x.rs", "use other::X;\nuse crate::b::{Y, Z};\npub struct X;\n"),
            ("b/mod.rs", "mod y;\npub use y::{Y, Z};\n"),
            ("b/y.rs", "pub struct Y;\npub struct Z;\nfn f() -> crate::a::X { todo() }\n"),
        ]);
        let circle = circle.unwrap();
        assert!(circle.contains("a/x.rs:2 → b/y.rs"), "{circle}");
        assert!(circle.contains("b/y.rs:3 → a/x.rs"), "{circle}");
    }

    #[test]
    fn arrows_that_only_point_down_are_no_circle() {
        let files = [
            ("lib.rs", "mod a;\nmod b;\nmod e;\nuse a::X;\n"),
            ("a/mod.rs", "mod x;\nmod z;\npub use x::X;\npub use z::Z;\n"),
            // x and z are a circle within their folder.
            ("a/x.rs", "use super::Z;\nuse crate::{b::{self, Y}, e};\npub struct X;\n"),
            ("a/z.rs", "use crate::a::X;\n"),
            ("b/mod.rs", "mod y;\npub use y::Y;\n"),
            ("b/y.rs", "pub struct Y;\n#[cfg(test)]\nmod tests {\n    use crate::a::X;\n}\n"),
            ("e.rs", "//! See `crate::a::X`.\nuse std::fmt;\n"),
        ];
        assert_eq!(circle_of(&files), None);
    }

    #[test]
    fn a_re_export_ties_nobody() {
        // a/x.rs needs b, b needs a/z.rs: only the door a/mod.rs names all three.
        let files = [
            ("lib.rs", "mod a;\nmod b;\n"),
            ("a/mod.rs", "mod x;\nmod z;\npub use x::X;\npub use z::Z;\n"),
            ("a/x.rs", "use crate::b::Y;\npub struct X(Y);\n"),
            ("a/z.rs", "pub struct Z;\n"),
            ("b/mod.rs", "use crate::a::Z;\npub struct Y(Z);\n"),
        ];
        assert_eq!(circle_of(&files), None);
    }

    #[test]
    fn a_folder_and_its_sub_folder_may_not_need_each_other() {
        let files = |outer: &'static str| {
            [
                ("lib.rs", "mod a;\n"),
                ("a/mod.rs", outer),
                ("a/b/mod.rs", "use super::Shared;\npub fn f(_: Shared) {}\n"),
            ]
        };
        assert_eq!(circle_of(&files("mod b;\npub use b::f;\npub struct Shared;\n")), None);
        let circle =
            circle_of(&files("mod b;\npub struct Shared;\nfn g() {\n    b::f(Shared)\n}\n")).unwrap();
        assert!(circle.contains("a/mod.rs:4 → a/b/mod.rs"), "{circle}");
    }
}
