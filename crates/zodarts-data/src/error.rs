//! Errors between a user's DATA argument and a data set in memory.

use crate::bytes::Bytes;
use std::borrow::Cow;
use std::path::PathBuf;

/// An error of opening data.
///
/// The message names the file and field, what was found and what was expected. [`DataError::hint`] says what
/// to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The DATA argument is neither a path nor a known name.
    #[error("`{spec}` is neither a file, a folder nor a known data set")]
    UnknownSource {
        /// The argument.
        spec: String,
        /// The nearest MedMNIST name, if one is near.
        suggestion: Option<&'static str>,
    },
    /// An operation on a file or folder failed.
    #[error("{}: cannot {action}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The operation, such as `open the file`.
        action: &'static str,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// The file is not a readable zip archive.
    #[error("{}: not a readable .npz archive: {detail}", path.display())]
    Archive {
        /// The npz file.
        path: PathBuf,
        /// The kind of the file, or the decoder's reason.
        detail: String,
        /// Advice.
        hint: &'static str,
    },
    /// An array is compressed by a method that is not read.
    #[error(
        "{}: array `{array}` is compressed by a method that is not read, expected deflate or none",
        path.display()
    )]
    ArrayCompression {
        /// The npz file.
        path: PathBuf,
        /// The array's name.
        array: String,
    },
    /// An array of the MedMNIST layout is not in the archive.
    #[error("{}: array `{array}` is missing, found {found}", path.display())]
    MissingArray {
        /// The npz file.
        path: PathBuf,
        /// The array that was looked for.
        array: String,
        /// The arrays that are there.
        found: String,
    },
    /// An array's header or content is not what its declaration says.
    #[error("{}: array `{array}` is damaged: {detail}", path.display())]
    DamagedArray {
        /// The npz file.
        path: PathBuf,
        /// The array's name.
        array: String,
        /// The damage.
        detail: String,
    },
    /// An array of Python objects: reading it would run code from the file.
    #[error(
        "{}: array `{array}` holds pickled Python objects (dtype 'O'), which are never read",
        path.display()
    )]
    PickledArray {
        /// The npz file.
        path: PathBuf,
        /// The array's name.
        array: String,
    },
    /// An array has a type that cannot be used.
    #[error("{}: array `{array}` has dtype {found}, expected {expected}", path.display())]
    ArrayType {
        /// The npz file.
        path: PathBuf,
        /// The array's name.
        array: String,
        /// The dtype in the file.
        found: String,
        /// The dtypes that can be read.
        expected: &'static str,
        /// Advice.
        hint: &'static str,
    },
    /// An array has a shape or memory order that cannot be used.
    #[error("{}: array `{array}` has shape {found}, expected {expected}", path.display())]
    ArrayShape {
        /// The npz file.
        path: PathBuf,
        /// The array's name.
        array: String,
        /// The shape in the file.
        found: Box<str>,
        /// The shape that can be read.
        expected: Box<str>,
        /// Advice, if there is any.
        hint: Option<&'static str>,
    },
    /// The number of labels of a split is not its number of images.
    #[error("{}: split `{split}` has {images} images but {labels} labels", path.display())]
    LengthMismatch {
        /// The npz file.
        path: PathBuf,
        /// `train`, `val` or `test`.
        split: &'static str,
        /// Number of images.
        images: usize,
        /// Number of label rows.
        labels: usize,
    },
    /// A label that names no class.
    #[error("{}: array `{array}` has label {found} at row {row}, expected {expected}", path.display())]
    LabelOutOfRange {
        /// The npz file.
        path: PathBuf,
        /// The array's name.
        array: String,
        /// Row of the first such label.
        row: usize,
        /// The label.
        found: i128,
        /// The labels that are allowed.
        expected: String,
    },
    /// The training labels do not number at least two classes without a gap.
    #[error("{}: array `{array}` has label {found} at row {row}, expected {expected}", path.display())]
    LabelNumbers {
        /// The npz file.
        path: PathBuf,
        /// The array's name.
        array: String,
        /// Row of the largest label.
        row: usize,
        /// The largest label.
        found: i128,
        /// The labels that it takes.
        expected: String,
    },
    /// A file that should be an image cannot be decoded.
    #[error("{}: cannot read the image: {detail}", path.display())]
    Image {
        /// The image file.
        path: PathBuf,
        /// The decoder's reason.
        detail: String,
        /// Advice on a file that is whole, but of a kind that is not read.
        hint: Option<&'static str>,
    },
    /// An image file without a table of labels for its frames.
    #[error("{}: is an image without labels, not a data set", path.display())]
    UnlabelledImage {
        /// The image file.
        path: PathBuf,
    },
    /// A folder is not laid out as a data set.
    #[error("{}: {problem}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The fault of its layout.
        problem: String,
        /// Advice.
        hint: &'static str,
    },
    /// A class has too few images or patients to be cut in three splits.
    #[error("{}: class `{class}` has {found}, expected at least {expected}", path.display())]
    SmallClass {
        /// The folder or file.
        path: PathBuf,
        /// The class.
        class: String,
        /// The number of its images or patients, with the noun.
        found: String,
        /// The number that it takes.
        expected: usize,
        /// Advice.
        hint: &'static str,
    },
    /// Images of one patient are in different splits.
    #[error(
        "{}: `{one}` and `{other}` are of one patient, by their PatientID, but in different splits",
        path.display()
    )]
    DividedPatient {
        /// The folder or file of the data set.
        path: PathBuf,
        /// An image of the patient.
        one: String,
        /// An image of the patient in another split.
        other: String,
    },
    /// All images for training and validation are of one patient.
    #[error("{data}: all images for training and validation are of one patient, who cannot be in both")]
    SinglePatient {
        /// The data set.
        data: String,
    },
    /// Development images that cannot be cut in folds.
    #[error("{data}: {problem}")]
    Folds {
        /// The data set.
        data: String,
        /// The fault, with the numbers found and expected.
        problem: String,
    },
    /// A table of labels that cannot be used.
    #[error("{}: {problem}", path.display())]
    Labels {
        /// The table.
        path: PathBuf,
        /// The fault, with its line if it is in one.
        problem: String,
        /// Advice.
        hint: &'static str,
    },
    /// Data of volumes for a network of images, or the other way round.
    #[error("{data}: its samples are {found}, but the network was trained on {expected}")]
    OtherSamples {
        /// The data.
        data: String,
        /// `images` or `volumes`.
        found: &'static str,
        /// The kind that the network was trained on.
        expected: &'static str,
    },
    /// Data whose classes are not those of a network.
    #[error("{data}: its classes are {found:?}, but the network tells apart {expected:?}")]
    OtherClasses {
        /// The data.
        data: String,
        /// Their classes.
        found: Vec<String>,
        /// The classes of the network.
        expected: Vec<String>,
    },
    /// Validation data from another file do not fit the training data.
    #[error(
        "{}: validation data have {field} {found}, expected {expected} as in the training data",
        path.display()
    )]
    ValidationMismatch {
        /// The validation file or folder.
        path: PathBuf,
        /// The field that differs.
        field: &'static str,
        /// Its value in the validation data.
        found: String,
        /// Its value in the training data.
        expected: String,
    },
    /// A data set is not in the cache and could not be fetched.
    #[error("cannot download {url}: {detail}")]
    Download {
        /// The address of the file.
        url: String,
        /// The path of the file in the cache.
        target: PathBuf,
        /// The reason of the failure.
        detail: String,
    },
    /// Another process is downloading the file.
    #[error("cannot download {url}: another process is downloading it")]
    DownloadBusy {
        /// The address of the file.
        url: String,
    },
    /// A file in the cache is not the official one.
    #[error("{}: MD5 is {found}, expected {expected}", path.display())]
    Checksum {
        /// The file.
        path: PathBuf,
        /// Its MD5.
        found: String,
        /// The official MD5.
        expected: &'static str,
        /// Advice.
        hint: &'static str,
    },
    /// More images than memory holds.
    #[error(
        "{data}: the images need {} of memory, but {} are available",
        Bytes(*needed),
        Bytes(*available)
    )]
    Memory {
        /// The data set.
        data: String,
        /// Bytes needed.
        needed: u64,
        /// Bytes available.
        available: u64,
        /// Advice.
        hint: &'static str,
    },
    /// Arrays in memory do not fit together.
    #[error("array `{array}` is {found}, expected {expected}")]
    Arrays {
        /// The array or its property.
        array: &'static str,
        /// The value or number found.
        found: String,
        /// The expected values.
        expected: String,
    },
    /// An option has a value that cannot be used.
    #[error("option `{option}` is {found}, expected {expected}")]
    Option {
        /// The option.
        option: &'static str,
        /// Its value.
        found: String,
        /// The values allowed.
        expected: &'static str,
    },
    /// A table of labels was given for data that have labels of their own.
    #[error("option `labels` is {}, but DATA is neither a folder nor an image", table.display())]
    LabelsNotUsed {
        /// The table.
        table: PathBuf,
    },
}

const DATA_FORMS: &str = "DATA may be `phantom`, a MedMNIST name (breastmnist, breastmnist_64, …), a \
                          MedMNIST-style .npz file, or a folder of images by class";

impl DataError {
    /// Returns the fault of a file without the file's name.
    pub fn reason(&self) -> String {
        match self {
            Self::Image { detail, .. } => detail.clone(),
            Self::Io { action, source, .. } => format!("cannot {action}: {source}"),
            other => other.to_string(),
        }
    }

    /// Returns what the user can do about the error, or `None` if the message says it all.
    pub fn hint(&self) -> Option<Cow<'_, str>> {
        let hint = match self {
            Self::UnknownSource { suggestion: Some(name), .. } => {
                return Some(format!("did you mean `{name}`? {DATA_FORMS}").into());
            }
            Self::Download { target, .. } => {
                return Some(format!("fetch it by other means and put it at {}", target.display()).into());
            }
            Self::ArrayShape { hint, .. } => return hint.map(Cow::from),
            Self::Io { .. }
            | Self::LabelNumbers { .. }
            | Self::ValidationMismatch { .. }
            | Self::Arrays { .. }
            | Self::Option { .. } => return None,
            Self::UnknownSource { .. } => DATA_FORMS,
            Self::OtherSamples { .. } => {
                "evaluate the network on samples of its own kind; `zodarts predict` takes single images"
            }
            Self::OtherClasses { .. } => "name the classes as in the data that the network was trained on",
            Self::MissingArray { array, .. } if array.starts_with("val_") => {
                "a MedMNIST file holds {train,val,test}_{images,labels}; without val, give --val 0.1"
            }
            Self::MissingArray { .. } => "a MedMNIST file holds {train,val,test}_{images,labels}",
            Self::DamagedArray { .. } | Self::ArrayCompression { .. } => {
                "write the file again with numpy.savez_compressed"
            }
            Self::PickledArray { .. } => "save it as uint8",
            Self::LabelOutOfRange { .. } => "correct the labels",
            Self::LengthMismatch { .. } => "every image needs its label",
            Self::Image { hint: None, .. } => {
                "remove it or replace it; `zodarts data check` lists every file that cannot be read"
            }
            Self::UnlabelledImage { .. } => {
                "name its frames in a table for --labels, or pass a folder of images by class; \
                 `zodarts predict` and `zodarts explain` take single files"
            }
            Self::DividedPatient { .. } => {
                "move all images of a patient to one split, or put the class folders directly below to have \
                 them cut by patient"
            }
            Self::SinglePatient { .. } => {
                "add images of other patients; if the files name patients wrongly, say who is who in a \
                 column `patient` of --labels"
            }
            Self::Folds { .. } => "ask for another number of folds, or add images of that class",
            Self::DownloadBusy { .. } => "wait for it",
            Self::LabelsNotUsed { .. } => "leave it out: other data have labels of their own",
            Self::Image { hint: Some(hint), .. }
            | Self::Folder { hint, .. }
            | Self::SmallClass { hint, .. }
            | Self::Labels { hint, .. }
            | Self::Archive { hint, .. }
            | Self::ArrayType { hint, .. }
            | Self::Checksum { hint, .. }
            | Self::Memory { hint, .. } => hint,
        };
        Some(hint.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_name_stands_before_the_forms_of_data() {
        let error = |suggestion| DataError::UnknownSource { spec: "x".into(), suggestion };
        assert_eq!(error(None).hint().as_deref(), Some(DATA_FORMS));
        let hint = error(Some("breastmnist")).hint().unwrap().into_owned();
        assert!(hint.starts_with("did you mean `breastmnist`? DATA may be "), "{hint}");
    }

    #[test]
    fn a_path_with_a_semicolon_is_told_whole() {
        let error = DataError::Image { path: "a; b.png".into(), detail: "bad".into(), hint: None };
        assert_eq!(error.to_string(), "a; b.png: cannot read the image: bad");
        assert!(error.hint().unwrap().starts_with("remove it or replace it"));
        assert_eq!(error.reason(), "bad");
    }
}
