//! Names and files of MedMNIST data sets.

use super::catalogue::IMAGES;
use super::set::MedMnist;
use super::volumes::VOLUMES;
use std::path::Path;

impl MedMnist {
    /// Returns every data set: those of images, then those of volumes.
    pub fn all() -> impl Iterator<Item = &'static MedMnist> {
        IMAGES.iter().chain(&VOLUMES)
    }
}

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
        let (flag, size) = name.split_once('_').map_or((&*name, None), |(flag, size)| (flag, Some(size)));
        let set = MedMnist::all().find(|set| set.name == flag)?;
        let size = match size {
            Some(size) => set.sizes()[1..].iter().position(|known| known.to_string() == size)? + 1,
            None => 0,
        };
        Some(MedMnistFile { set, size })
    }

    /// Returns the file that `path` is by its stem.
    pub(in crate::source) fn of_path(path: &Path) -> Option<Self> {
        MedMnistFile::parse(path.file_stem()?.to_str()?)
    }

    /// Returns height and width in pixels, and of a volume its number of slices, which is the same.
    pub fn size(self) -> usize {
        self.set.sizes()[self.size]
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
    let near = MedMnist::all().map(|set| (strsim::levenshtein(flag, set.name), set.name)).min()?;
    (near.0 <= 2).then_some(near.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::Task;

    #[test]
    fn every_checksum_is_one_and_no_two_are_equal() {
        let mut sums: Vec<_> = MedMnist::all().flat_map(|set| set.md5).collect();
        assert!(sums.iter().all(|sum| sum.len() == 32 && sum.bytes().all(|byte| byte.is_ascii_hexdigit())));
        sums.sort_unstable();
        sums.dedup();
        assert_eq!(sums.len(), 12 * 4 + 6 * 2);
    }

    #[test]
    fn classes_fit_the_task() {
        for set in MedMnist::all() {
            assert_eq!(set.classes.len() == 2, set.task == Task::BinaryClass, "{}", set.name);
        }
    }

    #[test]
    fn names_give_files() {
        let file = MedMnistFile::parse("breastmnist_64").unwrap();
        assert_eq!((file.size(), file.size_flag().as_str()), (64, "_64"));
        assert_eq!(file.file_name(), "breastmnist_64.npz");
        assert_eq!(file.md5(), "742edef2a1fd1524b2efff4bd7ba9364");
        let volumes = MedMnistFile::parse("organmnist3d_64").unwrap();
        assert!(volumes.set.volumes && volumes.md5().starts_with("58a2205a"));
        assert_eq!(MedMnistFile::parse("OCTMNIST").unwrap().file_name(), "octmnist.npz");
        for unknown in ["breastmnist_28", "breastmnist_32", "breastmnist_", "organmnist3d_128", ""] {
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
