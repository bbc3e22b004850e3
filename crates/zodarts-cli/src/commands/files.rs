//! The image files that a command is given: files, and folders of them.

use crate::failure::Advice;
use crate::progress::note;
use anyhow::Result;
use std::path::{Path, PathBuf};
use zodarts_data::ImageFolder;

/// Returns the files that are meant, each folder's in its place, and prints a note on what folders have
/// besides images.
///
/// # Errors
/// Returns an error if a folder has no image, or if a pattern was given that no shell has expanded.
pub fn images(given: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::with_capacity(given.len());
    for path in given {
        if path.is_dir() {
            let folder = ImageFolder::list(path)?;
            let count = folder.left_out.files();
            if count > 0 {
                let noun = if count == 1 { "file that is" } else { "files that are" };
                let (path, kinds) = (path.display(), &folder.left_out);
                note(&format!("{path}: left out {count} {noun} hidden or no images: {kinds}"));
            }
            files.extend(folder.files);
        } else if is_pattern(path) {
            return Err(Advice::error(
                format!("{}: no such file; it is a pattern, which only a shell expands", path.display()),
                "write it without quotes, or name the folder: all images below a folder are taken",
            ));
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

/// Tells if a path is no file but a pattern such as `scans/*.png`.
fn is_pattern(path: &Path) -> bool {
    path.symlink_metadata().is_err() && path.to_string_lossy().contains(['*', '?', '['])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_with_a_star_in_its_name_is_a_file() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("a[1]*.png");
        std::fs::write(&file, b"").unwrap();
        assert_eq!(images(std::slice::from_ref(&file)).unwrap(), [file]);
        let error = images(&[place.path().join("b*.png")]).unwrap_err();
        assert!(error.to_string().contains("it is a pattern"), "{error}");
        // What is missing is told when it is read.
        let missing = place.path().join("c.png");
        assert_eq!(images(std::slice::from_ref(&missing)).unwrap(), [missing]);
    }
}
