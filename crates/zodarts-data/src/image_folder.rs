//! The image files below a folder.

use crate::error::DataError;
use crate::image_file::is_image;
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::path::{Path, PathBuf};

/// Kinds of files that are named in a text; the rest is counted.
const NAMED: usize = 8;
/// Files and folders that programs leave behind and that no one means.
const LEFT_BEHIND: [&str; 4] = ["__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini"];

/// The image files below a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImageFolder {
    /// The images, in the order of their paths.
    pub files: Vec<PathBuf>,
    /// The files that were left out.
    pub left_out: LeftOut,
}

/// Files of a folder that are hidden or no images, counted by extension.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut(BTreeMap<String, usize>);

impl ImageFolder {
    /// Lists all images below a folder. Hidden files and folders are left out, and so are files that are no
    /// images by their extension or mark. A folder that links lead back to is listed once.
    ///
    /// # Errors
    /// [`DataError::Io`] if a folder cannot be listed, [`DataError::Folder`] if there is no image.
    pub fn list(folder: &Path) -> Result<Self, DataError> {
        let mut found = Self::default();
        let (mut visited, mut pending) = (HashSet::new(), vec![folder.to_owned()]);
        while let Some(folder) = pending.pop() {
            let real = folder.canonicalize().map_err(|source| unlisted(&folder, source))?;
            if visited.insert(real) {
                for entry in std::fs::read_dir(&folder).map_err(|source| unlisted(&folder, source))? {
                    let entry = entry.map_err(|source| unlisted(&folder, source))?;
                    found.take(entry.path(), &mut pending);
                }
            }
        }
        found.files.sort();
        if found.files.is_empty() {
            let left_out = if found.left_out.0.is_empty() {
                String::new()
            } else {
                format!("; found {}", found.left_out)
            };
            let problem =
                format!("the folder has no images (png, jpeg, bmp, gif, webp, tiff, pnm, dicom){left_out}");
            let hint = "name image files, or a folder that has some";
            return Err(DataError::Folder { path: folder.to_owned(), problem, hint });
        }
        Ok(found)
    }

    fn take(&mut self, path: PathBuf, pending: &mut Vec<PathBuf>) {
        let hidden = path.file_name().is_some_and(|name| is_hidden(&name.to_string_lossy()));
        if path.is_dir() {
            if !hidden {
                pending.push(path);
            }
        } else if hidden {
            self.left_out.count("hidden".into());
        } else if !path.is_file() {
            // A link that leads nowhere, or a pipe, which would be read forever.
            self.left_out.count("not a file".into());
        } else if is_image(&path) {
            self.files.push(path);
        } else {
            self.left_out.count(kind_of(&path));
        }
    }
}

impl LeftOut {
    /// Returns the number of files.
    pub fn files(&self) -> usize {
        self.0.values().sum()
    }

    fn count(&mut self, kind: String) {
        *self.0.entry(kind).or_default() += 1;
    }
}

impl fmt::Display for LeftOut {
    /// Writes the number of each kind, the most frequent first, such as `2 .txt, 1 hidden`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut kinds: Vec<(&String, &usize)> = self.0.iter().collect();
        kinds.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let (named, others) = kinds.split_at(kinds.len().min(NAMED));
        let mut parts: Vec<String> = named.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        if !others.is_empty() {
            parts.push(format!("{} of other kinds", others.iter().map(|(_, count)| **count).sum::<usize>()));
        }
        f.write_str(&parts.join(", "))
    }
}

/// Tells if a name is that of a hidden file or folder, or of one that a program leaves behind.
pub(crate) fn is_hidden(name: &str) -> bool {
    name.starts_with('.') || LEFT_BEHIND.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Returns the kind of a file by its extension, such as `.txt`.
pub(crate) fn kind_of(path: &Path) -> String {
    match path.extension() {
        Some(extension) => format!(".{}", extension.to_string_lossy().to_lowercase()),
        None => "without extension".to_owned(),
    }
}

fn unlisted(folder: &Path, source: std::io::Error) -> DataError {
    DataError::Io { path: folder.to_owned(), action: "list the folder", source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_below_a_folder_are_listed_in_order_and_others_are_counted_by_kind() {
        let place = tempfile::tempdir().unwrap();
        let write = |name: &str| {
            let path = place.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, b"content").unwrap();
        };
        let names = ["b.png", "a/2.JPG", "a/1.tif", "c.dcm"];
        for name in names {
            write(name);
        }
        for other in
            ["x.txt", "a/y.TXT", "labels.csv", "README", ".DS_Store", ".cache/z.png", "__MACOSX/b.png"]
        {
            write(other);
        }
        let found = ImageFolder::list(place.path()).unwrap();
        let expected = ["a/1.tif", "a/2.JPG", "b.png", "c.dcm"].map(|name| place.path().join(name));
        assert_eq!(found.files, expected);
        assert_eq!(found.left_out.files(), 5, "a hidden folder is not looked into");
        assert_eq!(found.left_out.to_string(), "2 .txt, 1 .csv, 1 hidden, 1 without extension");
    }

    #[test]
    fn a_folder_without_images_is_refused_by_name() {
        let place = tempfile::tempdir().unwrap();
        let told = || {
            let error = ImageFolder::list(place.path()).unwrap_err();
            error.to_string().replace(&place.path().display().to_string(), "DIR")
        };
        assert_eq!(told(), "DIR: the folder has no images (png, jpeg, bmp, gif, webp, tiff, pnm, dicom)");
        std::fs::write(place.path().join("notes.txt"), b"").unwrap();
        assert_eq!(
            told(),
            "DIR: the folder has no images (png, jpeg, bmp, gif, webp, tiff, pnm, dicom); found 1 .txt"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_circle_of_links_ends_and_a_pipe_is_not_opened() {
        let place = tempfile::tempdir().unwrap();
        std::fs::write(place.path().join("a.png"), b"content").unwrap();
        std::os::unix::fs::symlink(place.path(), place.path().join("again")).unwrap();
        std::os::unix::fs::symlink("nowhere", place.path().join("lost.png")).unwrap();
        let pipe = place.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let found = ImageFolder::list(place.path()).unwrap();
        assert_eq!(found.files, [place.path().join("a.png")]);
        assert_eq!(found.left_out.to_string(), "2 not a file");
    }
}
