//! Events of opening a data set: progress of long steps, and notices about the data.

use std::path::PathBuf;

/// An event of [`Dataset::open`](crate::Dataset::open).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenEvent {
    /// A long step has come further.
    Progress(LoadProgress),
    /// Something about the data that the user should know.
    Notice(Notice),
}

/// The progress of a step that takes long.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadProgress {
    /// A download.
    Download {
        /// The file's name.
        name: String,
        /// Bytes on disk.
        done: u64,
        /// Bytes in all, if the server says.
        total: Option<u64>,
    },
    /// The decoding of a folder's images.
    Decode {
        /// Images decoded.
        done: usize,
        /// Images in all.
        total: usize,
    },
}

/// A fact about a data set that was found while it was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// Training images were left out because they are also in the validation or test split.
    LeaksDropped {
        /// Number of images left out.
        images: usize,
    },
    /// The splits were cut by patient: no patient is in two of them.
    SplitByPatient {
        /// Patients of the training, validation and test split. An image of an unknown patient counts as one.
        patients: [usize; 3],
    },
    /// Columns of a table of labels were not used.
    UnusedColumns {
        /// Their names.
        names: Vec<String>,
    },
    /// Grey DICOM files name no window and were given none. Each is scaled from its own smallest value to its
    /// largest, so that one value can have another grey in every file.
    OwnRange {
        /// Number of files.
        files: usize,
    },
    /// An image file was left out because it cannot be read, as
    /// [`DamagedImages::LeaveOut`](crate::DamagedImages::LeaveOut) allows.
    Damaged {
        /// The file.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// Files of a folder were left out because they are hidden or no images.
    FilesSkipped {
        /// Number of files.
        files: usize,
    },
}

impl From<LoadProgress> for OpenEvent {
    fn from(progress: LoadProgress) -> Self {
        OpenEvent::Progress(progress)
    }
}

impl From<Notice> for OpenEvent {
    fn from(notice: Notice) -> Self {
        OpenEvent::Notice(notice)
    }
}
