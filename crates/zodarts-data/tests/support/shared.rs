//! Files of the data beside the project.

use std::path::{Path, PathBuf};

/// Returns a file of the measurements' data, or prints that it is missing.
pub fn shared(name: &str) -> Option<PathBuf> {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("ZODARTS_DATA").map_or_else(default, PathBuf::from);
    let path = folder.join(name);
    if !path.exists() {
        eprintln!("SKIPPED: {name} is not in {}; set ZODARTS_DATA", folder.display());
        return None;
    }
    Some(path)
}
