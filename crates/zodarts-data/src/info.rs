//! The description of a data set besides its pixels.

use crate::image_fit::ImageFit;
use crate::task::Task;
use serde::{Deserialize, Serialize};

/// The description of an opened data set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetInfo {
    /// The MedMNIST flag, or the name of the file or folder.
    pub name: String,
    /// MedMNIST's size flag: empty at 28×28, else `_64`, `_128` or `_224`.
    pub size_flag: String,
    /// The kind of label to predict.
    pub task: Task,
    /// Class names by class index, or label names.
    pub classes: Vec<String>,
    /// 1 for grey, 3 for RGB.
    pub channels: usize,
    /// Height in pixels.
    pub height: usize,
    /// Width in pixels.
    pub width: usize,
    /// The way in which images of another aspect ratio take this shape.
    #[serde(default, skip_serializing_if = "is_default")]
    pub fit: ImageFit,
    /// Slices of a volume, if the data set is one of volumes: each slice is an image, and probabilities are
    /// averaged over the slices of a volume.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slices: Option<usize>,
    /// SHA-256 over shape, pixels, labels and splits, in hexadecimal: equal data, equal fingerprint.
    pub fingerprint: String,
}

impl DatasetInfo {
    /// Returns the word for what has a label and gets an answer: `image` or `volume`.
    pub fn noun(&self) -> &'static str {
        noun(self.slices)
    }
}

/// Returns the word for a sample of a data set whose volumes, if it is one of volumes, have these slices.
pub fn noun(slices: Option<usize>) -> &'static str {
    if slices.is_some() { "volume" } else { "image" }
}

/// Tells if a value is the default, which files leave out: those of earlier versions do not have it.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
