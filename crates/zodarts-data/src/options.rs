//! Options of opening a data set.

use crate::dicom::Window;
use crate::image_fit::ImageFit;
use crate::info::DatasetInfo;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The source of validation images that replace the data set's own.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ValSource {
    /// This share, between 0 and 1, of the merged training and validation images, stratified and seeded.
    Fraction(f64),
    /// The `val_images` of another npz file, or all images of another `class/…` folder, of the same classes
    /// and channels. A folder's images are resized to the training images' size; arrays must have it. The
    /// data set's own validation images then join the training.
    File(PathBuf),
}

/// The treatment of copies and near copies in the cuts that are made here: of a test split, of a validation
/// split, and of the halves of a search. Splits that the data come with are kept as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Alike {
    /// As [`Alike::Together`] for image files, arrays in memory, and wherever a split is cut; as
    /// [`Alike::Apart`] for the halves of data that come with all their splits in one archive, such as
    /// MedMNIST: those are halved as in published results.
    #[default]
    Auto,
    /// Each group of them stays on one side.
    Together,
    /// They are cut image by image, as versions before this choice did.
    Apart,
}

/// The channels of colour images.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChannelPlan {
    /// One, if every image shows grey; else as [`ChannelPlan::Stored`].
    #[default]
    Auto,
    /// Three, even if they are equal, as versions before this choice did.
    Stored,
}

/// The treatment of arrays of volumes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Volumes {
    /// Samples are images; only the 3-D data sets of MedMNIST are read as [`Volumes::Slices`].
    #[default]
    None,
    /// Samples are volumes `(D, H, W)` or `(D, H, W, channels)`. Each of the `D` slices is an image with the
    /// label of its volume; no cut divides a volume.
    Slices,
}

/// The test split of images that come without splits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TestSplit {
    /// A fifth of them.
    #[default]
    Cut,
    /// None: all images are for training and validation.
    None,
}

/// The treatment of image files that cannot be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum DamagedImages {
    /// The first is an error.
    #[default]
    Refuse,
    /// They are left out, with a [`Notice::Damaged`](crate::Notice::Damaged) for each. Every file is decoded
    /// once more.
    LeaveOut,
}

/// The form of a table of labels. Names of columns are compared without regard to capitals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableOptions {
    /// The column of paths; by default `path`, or the only one with a usual name such as `image_id`.
    pub path_column: Option<String>,
    /// The column of labels; by default `label`, or the only one with a usual name such as `dx`, or else all
    /// columns of 0 and 1, one for each class.
    pub label_column: Option<String>,
    /// The column of splits; by default `split`, or the only one with a usual name.
    pub split_column: Option<String>,
    /// The column of patients; by default `patient`, or the only one with a usual name.
    pub patient_column: Option<String>,
    /// The end of file names that the paths lack, such as `.jpg`.
    pub suffix: Option<String>,
    /// The text between the labels of an image that may have several. Without it, a field is one label.
    pub label_separator: Option<String>,
}

impl TableOptions {
    /// Returns the first option that is given, by name and value.
    pub(crate) fn first_given(&self) -> Option<(&'static str, &str)> {
        let options = [
            ("path_column", &self.path_column),
            ("label_column", &self.label_column),
            ("split_column", &self.split_column),
            ("patient_column", &self.patient_column),
            ("suffix", &self.suffix),
            ("label_separator", &self.label_separator),
        ];
        options.into_iter().find_map(|(name, value)| Some((name, value.as_deref()?)))
    }
}

/// Options of [`Dataset::open`](crate::Dataset::open).
///
/// ```
/// use zodarts_data::{OpenOptions, ValSource};
///
/// let options = OpenOptions::default().with_seed(1).with_val(ValSource::Fraction(0.2));
/// assert_eq!(options.seed, 1);
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct OpenOptions {
    /// Height and width in pixels that every image is resized to. Without it, arrays keep their size; a
    /// folder keeps the size its images share if that is at most 224, else takes 64.
    pub image_size: Option<usize>,
    /// The way in which images that are not square become so.
    pub fit: ImageFit,
    /// Seed of every cut made here: splits of a folder, [`ValSource::Fraction`].
    pub seed: u64,
    /// Replaces the data set's own validation split.
    pub val: Option<ValSource>,
    /// The treatment of copies and near copies in cuts.
    pub alike: Alike,
    /// The channels of colour images.
    pub channels: ChannelPlan,
    /// The treatment of arrays of volumes.
    pub volumes: Volumes,
    /// Leaves out training images whose pixels are also in the validation or test split.
    pub drop_leaks: bool,
    /// The test split of images that come without splits.
    pub test: TestSplit,
    /// A table of labels for the images of a folder, which then need not be laid out by class: CSV with the
    /// columns `path` (below the folder) and `label`, and optionally `frame` (from 1), `split` (`train`,
    /// `val` or `test`) and `patient`. A single file is a data set if a table labels its frames.
    pub labels: Option<PathBuf>,
    /// The form of that table.
    pub table: TableOptions,
    /// The window applied to grey DICOM files, instead of their own.
    pub window: Option<Window>,
    /// Names images by a hash instead of their file, see [`Samples::file`](crate::Samples::file).
    pub anonymous: bool,
    /// The treatment of image files that cannot be read.
    pub damaged: DamagedImages,
    /// The folder of downloads; by default `$ZODARTS_CACHE`, else `zodarts` in the user's cache folder.
    pub cache_dir: Option<PathBuf>,
    /// Never uses the network.
    pub offline: bool,
    /// Bytes of memory that images may take; by default 16 GiB.
    pub memory: Option<u64>,
    /// Base URL to download from instead of Zenodo, such as a hospital's mirror. MD5s are checked all the
    /// same.
    pub mirror: Option<String>,
    /// Opens the data for a network that was trained on other data, which this describes: images take their
    /// size and channels, and classes are theirs, of which some may have no image. Nothing is cut: images
    /// without splits are the test split. [`OpenOptions::fit`] should be theirs, too.
    pub network: Option<DatasetInfo>,
}

impl OpenOptions {
    /// Sets [`OpenOptions::image_size`] in pixels; `None` for the default.
    #[must_use]
    pub fn with_image_size(self, image_size: impl Into<Option<usize>>) -> Self {
        Self { image_size: image_size.into(), ..self }
    }

    /// Sets [`OpenOptions::fit`].
    #[must_use]
    pub fn with_fit(self, fit: ImageFit) -> Self {
        Self { fit, ..self }
    }

    /// Sets [`OpenOptions::seed`].
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Sets [`OpenOptions::val`]; `None` keeps the data set's own validation split.
    #[must_use]
    pub fn with_val(self, val: impl Into<Option<ValSource>>) -> Self {
        Self { val: val.into(), ..self }
    }

    /// Sets [`OpenOptions::alike`].
    #[must_use]
    pub fn with_alike(self, alike: Alike) -> Self {
        Self { alike, ..self }
    }

    /// Sets [`OpenOptions::channels`].
    #[must_use]
    pub fn with_channels(self, channels: ChannelPlan) -> Self {
        Self { channels, ..self }
    }

    /// Sets [`OpenOptions::volumes`].
    #[must_use]
    pub fn with_volumes(self, volumes: Volumes) -> Self {
        Self { volumes, ..self }
    }

    /// Sets [`OpenOptions::drop_leaks`].
    #[must_use]
    pub fn with_drop_leaks(self, drop_leaks: bool) -> Self {
        Self { drop_leaks, ..self }
    }

    /// Sets [`OpenOptions::test`].
    #[must_use]
    pub fn with_test(self, test: TestSplit) -> Self {
        Self { test, ..self }
    }

    /// Sets [`OpenOptions::labels`]; `None` for labels by class folders.
    #[must_use]
    pub fn with_labels(self, labels: impl Into<Option<PathBuf>>) -> Self {
        Self { labels: labels.into(), ..self }
    }

    /// Sets [`OpenOptions::table`].
    #[must_use]
    pub fn with_table(self, table: TableOptions) -> Self {
        Self { table, ..self }
    }

    /// Sets [`OpenOptions::window`]; `None` for the files' own windows.
    #[must_use]
    pub fn with_window(self, window: impl Into<Option<Window>>) -> Self {
        Self { window: window.into(), ..self }
    }

    /// Sets [`OpenOptions::anonymous`].
    #[must_use]
    pub fn with_anonymous(self, anonymous: bool) -> Self {
        Self { anonymous, ..self }
    }

    /// Sets [`OpenOptions::damaged`].
    #[must_use]
    pub fn with_damaged(self, damaged: DamagedImages) -> Self {
        Self { damaged, ..self }
    }

    /// Sets [`OpenOptions::cache_dir`]; `None` for the default.
    #[must_use]
    pub fn with_cache_dir(self, cache_dir: impl Into<Option<PathBuf>>) -> Self {
        Self { cache_dir: cache_dir.into(), ..self }
    }

    /// Sets [`OpenOptions::offline`].
    #[must_use]
    pub fn with_offline(self, offline: bool) -> Self {
        Self { offline, ..self }
    }

    /// Sets [`OpenOptions::memory`] in bytes; `None` for the default.
    #[must_use]
    pub fn with_memory(self, memory: impl Into<Option<u64>>) -> Self {
        Self { memory: memory.into(), ..self }
    }

    /// Sets [`OpenOptions::network`]; `None` for data to train on.
    #[must_use]
    pub fn with_network(self, network: impl Into<Option<DatasetInfo>>) -> Self {
        Self { network: network.into(), ..self }
    }

    /// Sets [`OpenOptions::mirror`]; `None` for Zenodo.
    #[must_use]
    pub fn with_mirror(self, mirror: impl Into<Option<String>>) -> Self {
        Self { mirror: mirror.into(), ..self }
    }
}
