//! How a data set is opened, and what that tells whoever waits.

use crate::dicom::Window;
use std::path::PathBuf;

/// Where validation images come from, when not from the data set's own split.
#[derive(Clone, Debug, PartialEq)]
pub enum ValSource {
    /// This share of the merged training and validation images, stratified and seeded.
    Fraction(f64),
    /// The `val_images` of another npz file, or all images of another `class/…` folder, of the same classes and
    /// channels. A folder's images are brought to the training images' size; arrays must have it. The data
    /// set's own validation images then join the training.
    File(PathBuf),
}

/// How to open a data set.
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    /// Resize to this height and width when opening. Without it, arrays keep their size; a folder keeps the
    /// size its images share if that is at most 224, else takes 64.
    pub image_size: Option<usize>,
    /// Seed of every cut made here: splits of a folder, [`ValSource::Fraction`].
    pub seed: u64,
    /// Replaces the data set's own validation split.
    pub val: Option<ValSource>,
    /// Leave out training images whose pixels are also in the validation or test split.
    pub drop_leaks: bool,
    /// A table of labels for the images of a folder, which then need not be laid out by class: CSV with the columns `path` (below
    /// the folder) and `label`, and where wanted `frame` (from 1), `split` (`train`, `val` or `test`) and `patient`. A single file is a
    /// data set if a table labels its frames.
    pub labels: Option<PathBuf>,
    /// What grey DICOM files are looked at through, instead of their own windows.
    pub window: Option<Window>,
    /// Name images by a hash instead of their file, see [`crate::Samples::file`].
    pub anonymous: bool,
    /// Where downloads are kept; by default `$ZODARTS_CACHE`, else `zodarts` in the user's cache folder.
    pub cache_dir: Option<PathBuf>,
    /// Never use the network.
    pub offline: bool,
    /// Bytes of memory that images may take; by default 16 GiB.
    pub memory: Option<u64>,
    /// Base URL to download from instead of Zenodo, such as a hospital's mirror; MD5s are checked all the same.
    pub mirror: Option<String>,
}

/// What opening a data set is busy with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// A download, with the bytes that are there and those to come in all, if the server says.
    Download {
        /// The file's name.
        name: String,
        /// Bytes on disk.
        done: u64,
        /// Bytes in all.
        total: Option<u64>,
    },
    /// Decoding images of a folder.
    Decode {
        /// Images decoded.
        done: usize,
        /// Images in all.
        total: usize,
    },
    /// Training images that were left out, for they are in the validation or test split, too.
    Leaks {
        /// How many.
        images: usize,
    },
    /// Images were cut by patient: none is in two splits.
    ByPatient {
        /// Patients of the training, validation and test split; images of which nothing is known count as one each.
        patients: [usize; 3],
    },
    /// Columns of a table of labels that mean nothing here.
    UnusedColumns {
        /// Their names.
        names: Vec<String>,
    },
    /// Grey DICOM files that name no window and were given none: each goes from its own smallest value to its largest, so that one value
    /// can have another grey in every file.
    OwnRange {
        /// How many.
        files: usize,
    },
    /// Files of a folder that were left out: hidden, or not images by their extension.
    Skipped {
        /// How many.
        files: usize,
    },
}
