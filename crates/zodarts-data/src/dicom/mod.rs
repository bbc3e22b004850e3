//! DICOM files: recognised by name or mark, read within limits, and turned into images as any other file.
//!
//! The file is not trusted and says a patient's name. Elements are read by [`elements`] without recursion and without a buffer larger
//! than what is left of the file; of their values only those that describe pixels, and a hash of the patient's id, are kept; and no
//! error holds text of the file (see [`fault`]). Libraries for DICOM build a tree of everything first.

mod color;
mod elements;
mod fault;
mod fields;
mod grey;
mod header;
mod image;
mod jpeg;
mod lookup;
mod palette;
mod place;
mod rescaling;
mod rle;
mod syntax;
mod values;
mod window;

use std::fs::File;
use std::io::Read;
use std::path::Path;

pub(crate) use fault::Fault;
pub(crate) use image::DicomImage;
pub use window::{BadWindow, Window};

/// Extensions of DICOM files.
const EXTENSIONS: [&str; 3] = ["dcm", "dicom", "ima"];
/// Bytes before the mark of a DICOM file.
const PREAMBLE: usize = 128;
/// The mark.
const MARK: &[u8; 4] = b"DICM";

/// Whether a file is a DICOM file, by its extension or by its mark.
pub(crate) fn recognised(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known)) || has_mark(path)
}

/// Whether a file has the mark of DICOM files.
fn has_mark(path: &Path) -> bool {
    // Opening a pipe would wait for somebody to write to it.
    if !path.is_file() {
        return false;
    }
    let mut start = [0; PREAMBLE + MARK.len()];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && start.ends_with(MARK)
}
