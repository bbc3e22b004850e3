//! `unsafe` code stays where it is: no package drops the lints of the workspace, and no other file allows it.

use crate::files::{files, root};
use std::fs;
use std::path::PathBuf;

/// The lint, spelt so that this file is not among those that name it.
const LINT: &str = concat!("unsafe", "_code");

/// The files that may name it: the crate of the kernels, and a test whose allocator counts.
const ALLOWED: [&str; 2] = ["crates/zodarts-kernels/src/lib.rs", "crates/zodarts-nn/tests/allocations.rs"];

fn manifests() -> Vec<(PathBuf, String)> {
    let manifests = files(root()).into_iter().filter(|path| path.ends_with("Cargo.toml"));
    manifests.map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

/// The lines of a table of a manifest, without its name.
fn table<'a>(manifest: &'a str, name: &str) -> Vec<&'a str> {
    let header = format!("[{name}]");
    let lines = manifest.lines().map(str::trim).skip_while(|line| *line != header).skip(1);
    lines.take_while(|line| !line.starts_with('[')).collect()
}

#[test]
fn every_package_has_the_lints_of_its_workspace() {
    let packages: Vec<_> =
        manifests().into_iter().filter(|(_, text)| text.lines().any(|line| line == "[package]")).collect();
    assert!(packages.len() > 8, "{} packages", packages.len());
    for (path, manifest) in packages {
        let lints = table(&manifest, "lints");
        assert!(lints.contains(&"workspace = true"), "[lints] of {}: workspace = true", path.display());
    }
}

#[test]
fn every_workspace_denies_it() {
    let denial = format!("{LINT} = \"deny\"");
    let workspaces: Vec<_> = manifests()
        .into_iter()
        .filter(|(_, text)| text.lines().any(|line| line.starts_with("[workspace")))
        .collect();
    assert!(!workspaces.is_empty());
    for (path, manifest) in workspaces {
        let lints = table(&manifest, "workspace.lints.rust");
        assert!(lints.contains(&denial.as_str()), "[workspace.lints.rust] of {}: {denial}", path.display());
    }
}

#[test]
fn nobody_else_allows_it() {
    let sources = files(root()).into_iter().filter(|path| path.extension().is_some_and(|e| e == "rs"));
    let names_it = |path: &PathBuf| fs::read_to_string(path).unwrap().contains(LINT);
    let found: Vec<PathBuf> = sources.filter(names_it).collect();
    assert_eq!(found, ALLOWED.map(|path| root().join(path)));
}
