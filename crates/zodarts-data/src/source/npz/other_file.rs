//! Files that are no archive, named by what they are.

use crate::error::DataError;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use zip::result::ZipError;

/// The kind of a file that is no archive.
struct OtherFile {
    start: &'static [u8],
    kind: &'static str,
    hint: &'static str,
}

/// Kinds by the start of the file.
const OTHERS: [OtherFile; 6] = [
    OtherFile {
        start: b"\x1f\x8b",
        kind: "it is a gzip file",
        hint: "decompress it (gunzip), or write the arrays with numpy.savez_compressed",
    },
    OtherFile {
        start: b"\x93NUMPY",
        kind: "it is a single numpy array (.npy)",
        hint: "put the six arrays into one file with numpy.savez_compressed",
    },
    OtherFile {
        start: b"\x89HDF",
        kind: "it is an HDF5 file",
        hint: "write its arrays with numpy.savez_compressed",
    },
    OtherFile {
        start: b"MATLAB",
        kind: "it is a MATLAB file",
        hint: "write its arrays with numpy.savez_compressed",
    },
    OtherFile {
        start: b"\x80",
        kind: "it seems to be a pickle file, which is never read",
        hint: "write its arrays with numpy.savez_compressed",
    },
    OtherFile {
        start: b"PK\x03\x04",
        kind: "its directory is missing",
        hint: "the file may be cut short, download or copy it again",
    },
];

/// Returns the error of a file that is no readable archive.
pub(super) fn error(path: &Path, error: &ZipError) -> DataError {
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(16).read_to_end(&mut start));
    let other = OTHERS.iter().find(|other| start.starts_with(other.start));
    let (detail, hint) = match (read, other) {
        (Ok(0), _) => ("the file is empty (0 bytes)".to_owned(), "download or copy it again"),
        (Ok(_), Some(other)) => (other.kind.to_owned(), other.hint),
        _ => (error.to_string(), "the file may be cut short or no .npz file, download or copy it again"),
    };
    DataError::Archive { path: path.to_owned(), detail, hint }
}
