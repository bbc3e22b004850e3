//! A data set as read from its source.

use crate::patients::Patients;
use crate::store::ImageStore;
use crate::task::Task;
use std::path::Path;

/// A data set as read: three splits of one shape.
#[derive(Debug)]
pub(crate) struct RawDataset {
    pub name: String,
    pub size_flag: String,
    pub task: Task,
    pub classes: Vec<String>,
    pub train: ImageStore,
    pub val: ImageStore,
    pub test: ImageStore,
    /// The patients whose numbers the splits have.
    pub patients: Patients,
    /// True if some of the splits were cut here.
    pub cut: bool,
}

impl RawDataset {
    /// Resizes every image to `size`×`size` pixels.
    pub fn resize(&mut self, size: usize) {
        for store in [&mut self.train, &mut self.val, &mut self.test] {
            if (store.shape.height, store.shape.width) != (size, size) {
                *store = store.resized(size);
            }
        }
    }
}

/// Returns the name of a folder, or of a file without its extension.
pub(super) fn name_of(path: &Path) -> String {
    let full = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let name = if full.is_dir() { full.file_name() } else { full.file_stem() };
    name.map_or_else(|| "data".to_owned(), |name| name.to_string_lossy().into_owned())
}
