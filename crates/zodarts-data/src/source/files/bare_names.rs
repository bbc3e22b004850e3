//! The files below a folder, by their names alone.

use super::listing::{name, walk};
use crate::error::DataError;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

/// The files below a folder by name, without hidden ones. Folders that links lead back to are entered once.
#[derive(Debug)]
pub(super) struct BareNames(HashMap<String, NamedFiles>);

/// The files of one name: the first, and the number of all.
#[derive(Debug)]
pub(super) struct NamedFiles {
    pub first: PathBuf,
    pub count: usize,
}

impl BareNames {
    /// Lists the files below a folder.
    pub fn below(folder: &Path) -> Result<Self, DataError> {
        let mut names: HashMap<String, NamedFiles> = HashMap::new();
        walk(folder, HashSet::new(), |listing| {
            for path in listing.files {
                let files = names.entry(name(&path)).or_insert(NamedFiles { first: path, count: 0 });
                files.count += 1;
            }
        })?;
        Ok(Self(names))
    }

    /// Returns the files of a name.
    pub fn get(&self, name: &str) -> Option<&NamedFiles> {
        self.0.get(name)
    }
}
