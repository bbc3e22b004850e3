//! Faults of DICOM files. None holds text of the file, which could be a patient's name.

use super::frame_fault::FrameFault;
use super::syntax::DECOMPRESS;
use super::tag::{PHOTOMETRIC, Tag};
use std::io;

/// The reason that a DICOM file is not read, without the file's name.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DicomFault {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("it is not a DICOM file: `DICM` is missing at byte 128, and it does not begin with an element")]
    NoMark,
    #[error("the file is cut short: {found} bytes are left where {expected} are announced")]
    Short { found: u64, expected: u64 },
    #[error("its elements are damaged: a sequence or an item begins or ends where it cannot")]
    Structure,
    #[error("its deflated elements are damaged")]
    Deflated,
    #[error("its deflated elements have more than {most} MiB")]
    Inflated { most: u64 },
    #[error("its header has more than {most} MiB")]
    Header { most: usize },
    #[error("element ({:04x},{:04x}) has a value that cannot be used", .0.0, .0.1)]
    Element(Tag),
    #[error("element ({:04x},{:04x}), {name}, is missing", tag.0, tag.1)]
    Missing { tag: Tag, name: &'static str },
    #[error("it is a DICOM object without an image (it has no pixel data)")]
    NoPixels,
    #[error("it has no pixel data, though its header describes an image")]
    LostPixels,
    #[error(
        "its transfer syntax is {name}, expected uncompressed, deflated, RLE, JPEG, JPEG-LS or JPEG 2000"
    )]
    Syntax { name: String, hint: &'static str },
    #[error("it has {what} {found}, expected {expected}")]
    Unsupported { what: &'static str, found: String, expected: &'static str },
    #[error("an image of {columns}×{rows} pixels exceeds the limit of {most} a side or of 256 MiB in memory")]
    TooLarge { rows: u64, columns: u64, most: u32 },
    #[error("frame {frame} cannot be decoded: its {kind} data {fault}")]
    Codec { frame: usize, kind: &'static str, fault: FrameFault },
}

impl DicomFault {
    /// Returns the advice on a file that is whole, but of a kind that is not read.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Syntax { hint, .. } => Some(hint),
            Self::Codec { fault: FrameFault::NotRead { .. }, .. } => Some(DECOMPRESS),
            Self::Missing { tag: PHOTOMETRIC, .. } => Some(
                "write the element, for example with `dcmodify -i \"(0028,0004)=MONOCHROME2\" FILE` if small \
                 values are black",
            ),
            _ => None,
        }
    }
}
