//! Profiles that must agree. The fuzz targets are a workspace of their own with the development profile of
//! the main one, so that cargo compiles the dependencies of both once. Tests and releases compile the kernels
//! alike, so that `cargo xtask validate` can check the machine code of the kernels in the tests' binary.

use crate::files::root;
use std::fs;

/// Returns the lines of a table of a manifest, without its name, comments and blank lines.
fn table(manifest: &str, name: &str) -> Vec<String> {
    let header = format!("[{name}]");
    let lines = manifest.lines().map(str::trim).skip_while(|line| *line != header).skip(1);
    let lines = lines.take_while(|line| !line.starts_with('['));
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

#[test]
fn both_workspaces_have_one_development_profile() {
    let [main, fuzz] =
        ["Cargo.toml", "fuzz/Cargo.toml"].map(|path| fs::read_to_string(root().join(path)).unwrap());
    for name in [
        "profile.dev",
        "profile.dev.build-override",
        "profile.dev.package.\"*\"",
        "profile.dev.package.zodarts-kernels",
        "profile.dev.package.zodarts-nn",
    ] {
        assert_eq!(table(&main, name), table(&fuzz, name), "[{name}]");
    }
    assert!(!table(&main, "profile.dev").is_empty());
}

#[test]
fn tests_and_releases_compile_the_kernels_alike() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert_eq!(table(&manifest, "profile.release"), ["debug = false"], "opt-level is 3 by default");
    for package in ["zodarts-kernels", "zodarts-nn"] {
        let of = |profile: &str| table(&manifest, &format!("profile.{profile}.package.{package}"));
        assert_eq!(of("dev"), ["opt-level = 3", "codegen-units = 1"], "{package}");
        assert_eq!(of("release"), ["codegen-units = 1"], "{package}");
    }
}
