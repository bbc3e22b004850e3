//! The files of the workspace.

use std::fs;
use std::path::{Path, PathBuf};

/// Returns the workspace root.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Returns all files below a folder that somebody wrote, sorted by path.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let (path, name) = (entry.path(), entry.file_name());
        let made = name == "target" || name == "runs" || name.to_string_lossy().starts_with('.');
        match entry.file_type().unwrap() {
            kind if kind.is_dir() && !made => found.extend(files(&path)),
            kind if kind.is_file() => found.push(path),
            _ => {}
        }
    }
    found.sort();
    found
}

/// Returns the path and text of each Rust file of the workspace, sorted by path below the root.
pub fn rust_files() -> Vec<(String, String)> {
    let is_rust = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "rs");
    let read = |path: PathBuf| (below_root(&path), fs::read_to_string(&path).unwrap());
    files(root()).into_iter().filter(is_rust).map(read).collect()
}

/// Returns a path below the root, with `/` between its parts.
pub fn below_root(path: &Path) -> String {
    let path = path.strip_prefix(root()).unwrap();
    path.components().map(|part| part.as_os_str().to_str().unwrap()).collect::<Vec<_>>().join("/")
}
