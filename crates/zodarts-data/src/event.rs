//! Events of opening a data set: progress of long steps, and notices about the data.

use std::fmt;

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
    /// Images are copies or near copies of another. Each group of them stays on one side of the cuts that are
    /// made here.
    AlikeTogether {
        /// Number of images in groups.
        images: usize,
        /// Number of groups.
        groups: usize,
        /// Pairs of near copies that are not kept together, because their group would be too large.
        divided: usize,
        /// True if the splits are given, so that only the halves of a search are cut.
        halves_only: bool,
    },
    /// A class has so few different images that its copies and near copies are on both sides of a cut.
    AlikeDivided {
        /// The class.
        class: String,
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
        /// The file, or its hash if images are anonymous.
        file: String,
        /// The reason.
        reason: String,
    },
    /// A table names files without their folders, and they were found below DATA by their names.
    BareNames {
        /// Number of files.
        files: usize,
    },
    /// All images are of colour and show grey: they are taken as grey.
    GreyColour {
        /// Their number.
        images: usize,
    },
    /// Hidden files and folders, and those that programs leave behind (`__MACOSX`, `Thumbs.db`), were left
    /// out.
    HiddenFiles {
        /// Their number.
        files: usize,
    },
    /// Files of a folder were left out because they are no images or stand in no class.
    FilesLeftOut {
        /// The files by kind and class, the most first.
        groups: Vec<LeftOutFiles>,
    },
    /// Files hold more images than are read: an animation is read as its first one.
    LaterFrames {
        /// Number of files.
        files: usize,
    },
    /// Columns of a table of labels were recognised by usual names or by their values.
    TableColumns {
        /// The column of paths.
        path: String,
        /// The column of labels, or one column for each class.
        labels: Vec<String>,
        /// The column of splits, if there is one.
        split: Option<String>,
        /// The column of patients, if there is one.
        patient: Option<String>,
    },
    /// Labels of a table look like several labels in one, but are taken as classes of their own.
    JoinedLabels {
        /// A label.
        label: String,
        /// The character between its parts.
        separator: char,
    },
    /// Two classes have names that differ by capitals only.
    AlikeClasses {
        /// The names.
        names: [String; 2],
    },
    /// Labels in several columns were read as classes, for every row has exactly one 1.
    OneHotLabels {
        /// Number of columns.
        classes: usize,
    },
    /// The samples of an archive are volumes. Each slice is taken as an image, and probabilities are averaged
    /// over the slices of a volume.
    VolumesSliced {
        /// Slices of a volume.
        slices: usize,
    },
    /// Values of an archive's images were scaled, all by the same factor.
    PixelScale {
        /// Their type and their range, such as `uint16 from 0 to 4012`.
        found: String,
        /// The value that is white.
        white: u32,
    },
    /// Neighbouring pixels jump between black and white as if values had lost their upper bits.
    LostBits,
    /// The values of all images lie in a small part of their range.
    SmallRange {
        /// The smallest value.
        low: u32,
        /// The largest value.
        high: u32,
        /// The value of white: 255 or 65535.
        white: u32,
    },
}

/// Files of one kind that were left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOutFiles {
    /// The extension with its dot, or the kind in words.
    pub kind: String,
    /// The class folder; `None` beside the class folders.
    pub class: Option<String>,
    /// Number of files.
    pub files: usize,
}

impl fmt::Display for LeftOutFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, class, files } = self;
        match class {
            Some(class) => write!(f, "{files} {kind} in class {class}"),
            None => write!(f, "{files} {kind} in no class"),
        }
    }
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
