//! Faults of DICOM files. None holds text of the file, which could be a patient's name.

use super::tag::Tag;
use std::io;

/// The reason that a DICOM file is not read, without the file's name.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DicomFault {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("it is not a DICOM file: `DICM` is missing at byte 128")]
    NoMark,
    #[error("the file is cut short: {found} bytes are left where {expected} are announced")]
    Short { found: u64, expected: u64 },
    #[error("its elements are damaged: a sequence or an item begins or ends where it cannot")]
    Structure,
    #[error("element ({:04x},{:04x}) has a value that cannot be used", .0.0, .0.1)]
    Element(Tag),
    #[error("element ({:04x},{:04x}), {name}, is missing", tag.0, tag.1)]
    Missing { tag: Tag, name: &'static str },
    #[error("it has no pixel data")]
    NoPixels,
    #[error("its transfer syntax is {0}, expected uncompressed, RLE, or JPEG baseline, extended or lossless")]
    Syntax(String),
    #[error("it has {what} {found}, expected {expected}")]
    Unsupported { what: &'static str, found: String, expected: &'static str },
    #[error("an image of {columns}×{rows} pixels exceeds the limit of {most} a side or of 256 MiB in memory")]
    TooLarge { rows: u64, columns: u64, most: u32 },
    #[error("frame {frame} cannot be decoded: its {kind} data are damaged")]
    Codec { frame: usize, kind: &'static str },
}
