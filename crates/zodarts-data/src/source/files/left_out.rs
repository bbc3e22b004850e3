//! Files that are not taken from a folder, by kind and class.

use crate::event::{LeftOutFiles, Notice, OpenEvent};
use crate::image_folder::kind_of;
use std::collections::BTreeMap;
use std::path::Path;

/// The kind of files that are links to what is read already.
const LINK: &str = "link to a folder that is read already";
/// The kind of DICOM files that hold no image.
const WITHOUT_PIXELS: &str = "DICOM object without pixels";

/// Numbers of files that are left out.
#[derive(Debug, Default)]
pub(super) struct LeftOut {
    hidden: usize,
    /// By kind and class; `None` for files beside the class folders.
    files: BTreeMap<(String, Option<String>), usize>,
}

impl LeftOut {
    /// Counts hidden files and folders.
    pub fn hidden(&mut self, count: usize) {
        self.hidden += count;
    }

    /// Counts a file that is no image by its extension.
    pub fn file(&mut self, path: &Path, class: Option<&str>) {
        self.count(kind_of(path), class, 1);
    }

    /// Counts links that lead back.
    pub fn links(&mut self, class: &str, links: usize) {
        if links > 0 {
            self.count(LINK.to_owned(), Some(class), links);
        }
    }

    /// Counts DICOM files without an image.
    pub fn without_pixels(&mut self, class: &str, files: usize) {
        if files > 0 {
            self.count(WITHOUT_PIXELS.to_owned(), Some(class), files);
        }
    }

    fn count(&mut self, kind: String, class: Option<&str>, files: usize) {
        *self.files.entry((kind, class.map(str::to_owned))).or_default() += files;
    }

    /// Adds the numbers of another folder.
    pub fn merge(&mut self, other: Self) {
        self.hidden += other.hidden;
        for (key, count) in other.files {
            *self.files.entry(key).or_default() += count;
        }
    }

    /// Returns the files of a class in words, such as `9 .jp2, 1 .txt`; empty if there are none.
    pub fn of_class(&self, class: &str) -> String {
        let files = self.files.iter().filter(|((_, of), _)| of.as_deref() == Some(class));
        let words: Vec<String> = files.map(|((kind, _), count)| format!("{count} {kind}")).collect();
        words.join(", ")
    }

    /// Tells of the files, the most first.
    pub fn report(self, on_event: &dyn Fn(OpenEvent)) {
        if self.hidden > 0 {
            on_event(Notice::HiddenFiles { files: self.hidden }.into());
        }
        let group = |((kind, class), files)| LeftOutFiles { kind, class, files };
        let mut groups: Vec<LeftOutFiles> = self.files.into_iter().map(group).collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.files));
        if !groups.is_empty() {
            on_event(Notice::FilesLeftOut { groups }.into());
        }
    }
}
