//! Lists of class folders: sorted, without hidden files, safe against loops of links.

use crate::error::DataError;
use crate::image_file::is_image;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// The most classes a folder may have.
const MAX_CLASSES: usize = 1000;

/// Most folders that an error names.
const NAMED: usize = 12;

/// The image files of a `class/…` folder.
#[derive(Debug)]
pub(super) struct ClassFolders {
    /// Folder names, sorted.
    pub classes: Vec<String>,
    /// Files with their class, sorted by class and path.
    pub files: Vec<(PathBuf, u16)>,
    /// Number of files left out (hidden, or no images by extension or mark) and links that lead back.
    pub skipped: usize,
}

/// The folders among `train`, `val` and `test` that a folder consists of.
#[derive(Debug, Default)]
pub(super) struct SplitFolders {
    pub train: bool,
    pub val: bool,
    pub test: bool,
}

/// Names that people give to splits. As class names, they would mix test images into the training.
const SPLIT_NAMES: [&str; 7] = ["train", "training", "val", "valid", "validation", "test", "testing"];

/// Finds a `train|val|test` layout: a `train` folder, and no folders but these three.
///
/// # Errors
/// If some folders are named like splits and the layout is not exactly that.
pub(super) fn split_folders(path: &Path) -> Result<SplitFolders, DataError> {
    let folders = entries(path)?.into_iter().filter(|entry| entry.is_dir()).map(|entry| name(&entry));
    let names: Vec<String> = folders.filter(|name| !name.starts_with('.')).collect();
    let has = |split: &str| names.iter().any(|name| name == split);
    let found = SplitFolders { train: has("train"), val: has("val"), test: has("test") };
    let like_split = |name: &&String| SPLIT_NAMES.contains(&name.to_lowercase().as_str());
    let exact = found.train && names.iter().all(|name| matches!(name.as_str(), "train" | "val" | "test"));
    match names.iter().find(like_split) {
        None => Ok(SplitFolders::default()),
        Some(_) if exact => Ok(found),
        Some(split) => Err(DataError::Folder {
            path: path.to_owned(),
            problem: format!("`{split}` is named like a split, but its neighbours are {}", some(&names)),
            hint: "name splits exactly train, val and test with nothing beside them, or leave class folders \
                   only",
        }),
    }
}

/// Returns the first of many names, with the number of the others.
fn some(names: &[String]) -> String {
    let (first, others) = names.split_at(names.len().min(NAMED));
    let more = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
    first.join(", ") + &more
}

/// Lists a folder whose subfolders are classes.
pub(super) fn classes(path: &Path) -> Result<ClassFolders, DataError> {
    let mut listing = ClassFolders { classes: Vec::new(), files: Vec::new(), skipped: 0 };
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) =
        entries(path)?.into_iter().partition(|entry| entry.is_dir());
    listing.skipped = files.len();
    let folders: Vec<PathBuf> = folders.into_iter().filter(|folder| !name(folder).starts_with('.')).collect();
    let count = folders.len();
    // Checked before any folder is read.
    if !(2..=MAX_CLASSES).contains(&count) {
        let problem = format!("found {count} class folder(s), expected 2 to {MAX_CLASSES}");
        let hint = "put the images of each class in a folder named after it";
        return Err(DataError::Folder { path: path.to_owned(), problem, hint });
    }
    let root = path.canonicalize().map_err(|source| io(path, "follow the link", source))?;
    folders.iter().try_for_each(|folder| listing.add_class(&root, folder))?;
    Ok(listing)
}

impl ClassFolders {
    fn add_class(&mut self, root: &Path, folder: &Path) -> Result<(), DataError> {
        let class = self.classes.len() as u16;
        let mut files = Vec::new();
        // The class folder may itself be a link. A link to a folder above would bring in the other classes, a
        // link to a folder seen before the same images again.
        let real = folder.canonicalize().map_err(|source| io(folder, "follow the link", source))?;
        let above = real.ancestors().skip(1).chain(root.ancestors());
        let mut visited: HashSet<PathBuf> = above.map(Path::to_owned).collect();
        let mut pending = vec![folder.to_owned()];
        while let Some(folder) = pending.pop() {
            let real = folder.canonicalize().map_err(|source| io(&folder, "follow the link", source))?;
            if !visited.insert(real) {
                self.skipped += 1;
                continue;
            }
            for entry in entries(&folder)? {
                if name(&entry).starts_with('.') {
                    self.skipped += usize::from(!entry.is_dir());
                } else if entry.is_dir() {
                    pending.push(entry);
                } else if is_image(&entry) {
                    files.push(entry);
                } else {
                    self.skipped += 1;
                }
            }
        }
        if files.is_empty() {
            let problem =
                format!("class folder `{}` has no images (png, jpeg, bmp, tiff, dicom)", name(folder));
            let hint = "add images or remove the folder";
            return Err(DataError::Folder { path: folder.to_owned(), problem, hint });
        }
        files.sort();
        self.files.extend(files.into_iter().map(|file| (file, class)));
        self.classes.push(name(folder));
        Ok(())
    }
}

fn entries(path: &Path) -> Result<Vec<PathBuf>, DataError> {
    let list =
        || std::fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>();
    let mut entries = list().map_err(|source| io(path, "list the folder", source))?;
    entries.sort();
    Ok(entries)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn io(path: &Path, action: &'static str, source: std::io::Error) -> DataError {
    DataError::Io { path: path.to_owned(), action, source }
}
