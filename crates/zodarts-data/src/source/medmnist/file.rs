//! Names and files of MedMNIST data sets.

use super::catalogue::{MEDMNIST, MedMnist, SIZES};
use std::path::Path;

/// A MedMNIST data set at one of its sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MedMnistFile {
    /// The data set.
    pub set: &'static MedMnist,
    size: usize,
}

impl MedMnistFile {
    /// Returns the file of a name such as `breastmnist` or `breastmnist_64`, in any case.
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let (flag, size) = match name.split_once('_') {
            Some((flag, size)) => (flag, SIZES[1..].iter().position(|known| known.to_string() == size)? + 1),
            None => (name.as_str(), 0),
        };
        let set = MEDMNIST.iter().find(|set| set.name == flag)?;
        Some(MedMnistFile { set, size })
    }

    /// Returns the file that `path` is by its stem.
    pub(in crate::source) fn of_path(path: &Path) -> Option<Self> {
        MedMnistFile::parse(path.file_stem()?.to_str()?)
    }

    /// Returns height and width in pixels.
    pub fn size(self) -> usize {
        SIZES[self.size]
    }

    /// Returns MedMNIST's size flag: empty at 28 pixels, else `_64`, `_128` or `_224`.
    pub fn size_flag(self) -> String {
        if self.size == 0 { String::new() } else { format!("_{}", self.size()) }
    }

    /// Returns the name of the file, such as `breastmnist_64.npz`.
    pub fn file_name(self) -> String {
        format!("{}{}.npz", self.set.name, self.size_flag())
    }

    /// Returns the file's official MD5.
    pub fn md5(self) -> &'static str {
        self.set.md5[self.size]
    }
}

/// Returns the MedMNIST name nearest to `name`, if it is within two edits.
pub(in crate::source) fn nearest(name: &str) -> Option<&'static str> {
    let flag = name.to_ascii_lowercase();
    let flag = flag.split('_').next().unwrap_or_default();
    let near = MEDMNIST.iter().map(|set| (strsim::levenshtein(flag, set.name), set.name)).min()?;
    (near.0 <= 2).then_some(near.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_give_files() {
        let file = MedMnistFile::parse("breastmnist_64").unwrap();
        assert_eq!((file.size(), file.size_flag().as_str()), (64, "_64"));
        assert_eq!(file.file_name(), "breastmnist_64.npz");
        assert_eq!(file.md5(), "742edef2a1fd1524b2efff4bd7ba9364");
        assert_eq!(MedMnistFile::parse("OCTMNIST").unwrap().file_name(), "octmnist.npz");
        for unknown in ["breastmnist_28", "breastmnist_32", "breastmnist_", "organmnist3d", ""] {
            assert_eq!(MedMnistFile::parse(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn a_typing_error_finds_its_name() {
        assert_eq!(nearest("brestmnist"), Some("breastmnist"));
        assert_eq!(nearest("pneumonaimnist_64"), Some("pneumoniamnist"));
        assert_eq!(nearest("holiday"), None);
    }
}
