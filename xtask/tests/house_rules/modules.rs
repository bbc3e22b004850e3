//! A module with children is `name/mod.rs`, never `name.rs` beside a folder `name`.

use crate::files::{below_root, files, root};
use std::path::Path;

/// Returns true if a folder of the file's name lies beside the file.
fn has_folder(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rs") && path.with_extension("").is_dir()
}

#[test]
fn no_file_stands_beside_a_folder_of_its_name() {
    let found: Vec<String> =
        files(root()).iter().filter(|path| has_folder(path)).map(|path| below_root(path)).collect();
    assert!(found.is_empty(), "move to `mod.rs` of the folder: {found:?}");
}

#[test]
fn such_a_file_is_found() {
    let folder = std::env::temp_dir().join(format!("zodarts-house-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("a")).unwrap();
    assert!(has_folder(&folder.join("a.rs")));
    assert!(!has_folder(&folder.join("b.rs")));
    std::fs::remove_dir_all(folder).unwrap();
}
