//! Recognition of DICOM files by name or mark.

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Extensions of DICOM files.
const EXTENSIONS: [&str; 3] = ["dcm", "dicom", "ima"];
/// Bytes before the mark of a DICOM file.
pub(super) const PREAMBLE: usize = 128;
/// The mark.
pub(super) const MARK: &[u8; 4] = b"DICM";
/// The first element of a file that has neither preamble nor mark: the length of the first group.
const FIRST_ELEMENT: &[u8; 8] = b"\x02\0\0\0UL\x04\0";

/// Tells if a file is a DICOM file, by its extension or by its mark.
pub(crate) fn recognised(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known)) || has_mark(path)
}

/// Tells if a file begins as DICOM files do.
fn has_mark(path: &Path) -> bool {
    // Opening a pipe would wait for a process that writes to it.
    if !path.is_file() {
        return false;
    }
    let mut start = [0; PREAMBLE + MARK.len()];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && (start.ends_with(MARK) || start.starts_with(FIRST_ELEMENT))
}
