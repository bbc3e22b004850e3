//! What can go wrong between a user's DATA argument and a data set in memory.

use crate::bytes::Bytes;
use std::path::PathBuf;

/// Why data could not be opened. Every message names the file and field, what was found, what was expected
/// and, after a semicolon, what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The DATA argument is neither a path nor a known name.
    #[error(
        "`{spec}` is neither a file, a folder nor a known data set; {}DATA may be `phantom`, a MedMNIST name \
         (breastmnist, breastmnist_64, …), a MedMNIST-style .npz file, or a folder of images by class",
        suggestion.map(|name| format!("did you mean `{name}`? ")).unwrap_or_default()
    )]
    UnknownSource {
        /// What was given.
        spec: String,
        /// The nearest MedMNIST name, when one is near.
        suggestion: Option<&'static str>,
    },
    /// An operation on a file or folder failed.
    #[error("{}: cannot {action}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was being done.
        action: &'static str,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// The file is not a readable zip archive.
    #[error("{}: not a readable .npz archive: {detail}; the file may be truncated, download or copy it again", path.display())]
    Archive {
        /// The npz file.
        path: PathBuf,
        /// The decoder's reason.
        detail: String,
    },
    /// An array of the MedMNIST layout is not in the archive.
    #[error("{}: array `{array}` is missing, found {found}; a MedMNIST file holds {{train,val,test}}_{{images,labels}}", path.display())]
    MissingArray {
        /// The npz file.
        path: PathBuf,
        /// The array that was looked for.
        array: String,
        /// The arrays that are there.
        found: String,
    },
    /// An array's header or content is not what its declaration says.
    #[error("{}: array `{array}` is damaged: {detail}; write the file again with numpy.savez_compressed", path.display())]
    DamagedArray {
        /// The npz file.
        path: PathBuf,
        /// The array's name.
        array: String,
        /// What is wrong with it.
        detail: String,
    },
    /// An array of Python objects: reading it would run code from the file.
    #[error("{}: array `{array}` holds pickled Python objects (dtype 'O'), which are never read; save it as uint8", path.display())]
    PickledArray {
        /// The npz file.
        path: PathBuf,
        /// The array's name.
        array: String,
    },
    /// An array has a type that cannot be used.
    #[error("{}: array `{array}` has dtype {found}, expected {expected}; convert it with .astype", path.display())]
    ArrayType {
        /// The npz file.
        path: PathBuf,
        /// The array's name.
        array: String,
        /// The dtype in the file.
        found: String,
        /// The dtypes that can be read.
        expected: &'static str,
    },
    /// An array has a shape or memory order that cannot be used.
    #[error("{}: array `{array}` has shape {found}, expected {expected}", path.display())]
    ArrayShape {
        /// The npz file.
        path: PathBuf,
        /// The array's name.
        array: String,
        /// The shape in the file.
        found: String,
        /// The shape that can be read, and a hint.
        expected: String,
    },
    /// A split has not one label for each image.
    #[error("{}: split `{split}` has {images} images but {labels} labels; every image needs its label", path.display())]
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
        /// The labels that are allowed, and a hint.
        expected: String,
    },
    /// A file that should be an image cannot be decoded.
    #[error("{}: cannot read the image: {detail}; remove it or replace it", path.display())]
    Image {
        /// The image file.
        path: PathBuf,
        /// The decoder's reason.
        detail: String,
    },
    /// A folder is not laid out as a data set.
    #[error("{}: {problem}; {hint}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What is wrong.
        problem: String,
        /// What to do.
        hint: &'static str,
    },
    /// A table of labels that cannot be used.
    #[error("{}: {problem}; {hint}", path.display())]
    Labels {
        /// The table.
        path: PathBuf,
        /// What is wrong, with the line where it is in one.
        problem: String,
        /// What to do.
        hint: &'static str,
    },
    /// Validation data from another file do not fit the training data.
    #[error("{}: validation data have {field} {found}, expected {expected} as in the training data", path.display())]
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
    #[error("cannot download {url}: {detail}; fetch it by other means and put it at {}", target.display())]
    Download {
        /// Where the file would come from.
        url: String,
        /// Where it belongs.
        target: PathBuf,
        /// Why it could not be fetched.
        detail: String,
    },
    /// A file in the cache is not the official one.
    #[error("{}: MD5 is {found}, expected {expected}; {hint}", path.display())]
    Checksum {
        /// The file.
        path: PathBuf,
        /// Its MD5.
        found: String,
        /// The official MD5.
        expected: &'static str,
        /// What to do.
        hint: &'static str,
    },
    /// More images than memory holds.
    #[error("{data}: the images need {} of memory, but {} are available; {hint}", Bytes(*needed), Bytes(*available))]
    Memory {
        /// The data set.
        data: String,
        /// Bytes needed.
        needed: u64,
        /// Bytes available.
        available: u64,
        /// What to do.
        hint: &'static str,
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
}
