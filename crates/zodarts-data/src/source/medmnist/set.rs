//! A data set of MedMNIST.

use crate::task::Task;

/// The sizes of data sets in pixels or voxels a side, in the order of [`MedMnist::md5`].
const SIZES: [usize; 4] = [28, 64, 128, 224];

/// A data set of MedMNIST.
#[derive(Debug, PartialEq, Eq)]
pub struct MedMnist {
    /// MedMNIST's flag: the stem of its file.
    pub name: &'static str,
    /// The kind of label to predict.
    pub task: Task,
    /// 1 for grey, 3 for RGB.
    pub channels: usize,
    /// Class or label names by index.
    pub classes: &'static [&'static str],
    /// True for the 3-D data sets, whose samples are volumes.
    pub volumes: bool,
    /// MD5 of the files by rising size: at 28, 64, 128 and 224 pixels, or at 28 and 64 voxels a side.
    pub md5: &'static [&'static str],
}

impl MedMnist {
    /// Returns the sizes of the data set's files in pixels or voxels a side.
    pub fn sizes(&self) -> &'static [usize] {
        &SIZES[..self.md5.len()]
    }
}
