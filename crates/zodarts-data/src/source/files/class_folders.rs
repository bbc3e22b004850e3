//! Lists of class folders: sorted, without hidden files, safe against loops of links.

use super::layout::holds_splits;
use super::left_out::LeftOut;
use super::listing::{Listing, name, real, walk};
use crate::error::DataError;
use crate::image_file::{is_image, is_without_pixels};
use rayon::prelude::*;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// The most classes a folder may have.
const MAX_CLASSES: usize = 1000;

/// The image files of a `class/…` folder.
#[derive(Debug)]
pub(super) struct ClassFolders {
    /// Folder names, sorted.
    pub classes: Vec<String>,
    /// Files with their class, sorted by class and path.
    pub files: Vec<(PathBuf, u16)>,
    /// The files that are not taken.
    pub left_out: LeftOut,
}

/// Lists a folder whose subfolders are classes, at least `least` of them.
pub(super) fn classes(path: &Path, least: usize) -> Result<ClassFolders, DataError> {
    let mut found = ClassFolders { classes: Vec::new(), files: Vec::new(), left_out: LeftOut::default() };
    let listing = Listing::of(path)?;
    // Checked before any folder is read.
    if !(least..=MAX_CLASSES).contains(&listing.folders.len()) {
        return Err(wrong_number(path, least, &listing));
    }
    found.left_out.hidden(listing.hidden);
    listing.files.iter().for_each(|file| found.left_out.file(file, None));
    let root = real(path)?;
    listing.folders.iter().try_for_each(|folder| found.add_class(&root, folder))?;
    Ok(found)
}

/// Returns the error of a folder with too few or too many class folders.
fn wrong_number(path: &Path, least: usize, listing: &Listing) -> DataError {
    let count = listing.folders.len();
    let mut problem = format!("found {count} class folder(s), expected {least} to {MAX_CLASSES}");
    let mut hint = "put the images of each class in a folder named after it";
    match &listing.folders[..] {
        [inner] if holds_splits(inner) || Listing::of(inner).is_ok_and(|inner| inner.folders.len() > 1) => {
            problem = format!("{problem}; `{}` holds folders itself", name(inner));
            hint = "pass the folder that holds the class folders or the splits as DATA";
        }
        [] if listing.files.iter().any(|file| is_image(file)) => {
            problem += "; its images are in no class";
            hint = "put the images of each class in a folder named after it, or name their classes in a \
                    table for --labels";
        }
        _ => {}
    }
    DataError::Folder { path: path.to_owned(), problem, hint }
}

impl ClassFolders {
    fn add_class(&mut self, root: &Path, folder: &Path) -> Result<(), DataError> {
        let (class, index) = (name(folder), self.classes.len() as u16);
        let files = self.images(root, folder, &class)?;
        let without: HashSet<PathBuf> =
            files.par_iter().filter(|file| is_without_pixels(file)).cloned().collect();
        self.left_out.without_pixels(&class, without.len());
        let mut files: Vec<PathBuf> = files.into_iter().filter(|file| !without.contains(file)).collect();
        if files.is_empty() {
            let instead = match self.left_out.of_class(&class) {
                files if files.is_empty() => "it is empty".to_owned(),
                files => format!("it holds {files}"),
            };
            let problem = format!("class folder `{class}` has no images, {instead}");
            let hint = "add images (png, jpeg, bmp, tiff, webp, gif, pnm, dicom), or remove the folder";
            return Err(DataError::Folder { path: folder.to_owned(), problem, hint });
        }
        files.sort();
        self.files.extend(files.into_iter().map(|file| (file, index)));
        self.classes.push(class);
        Ok(())
    }

    /// Returns the images below a class folder.
    fn images(&mut self, root: &Path, folder: &Path, class: &str) -> Result<Vec<PathBuf>, DataError> {
        let mut files = Vec::new();
        // The class folder may itself be a link. A link to a folder above would bring in the other classes, a
        // link to a folder seen before the same images again.
        let above = real(folder)?;
        let above = above.ancestors().skip(1).chain(root.ancestors());
        let left_out = &mut self.left_out;
        let links = walk(folder, above.map(Path::to_owned).collect(), |listing| {
            left_out.hidden(listing.hidden);
            for file in listing.files {
                if is_image(&file) {
                    files.push(file);
                } else {
                    left_out.file(&file, Some(class));
                }
            }
        })?;
        left_out.links(class, links);
        Ok(files)
    }
}
