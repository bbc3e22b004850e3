//! Files that are no image of a format that is read, named by what they are.

/// Kinds of files by the place and the text of their mark.
const KINDS: [(usize, &[u8], &str); 10] = [
    (4, b"jP  ", "a JPEG 2000 file"),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 file"),
    (4, b"ftyphei", "a HEIC file"),
    (4, b"ftypmif", "a HEIC file"),
    (0, b"%PDF", "a PDF file"),
    (0, b"<svg", "an SVG drawing"),
    (0, b"<", "a page of HTML or XML"),
    (0, b"PK", "a zip archive"),
    (0, b"\x1f\x8b", "a gzip file"),
    (128, b"DICM", "a DICOM file of another extension"),
];

/// Says what a file is whose start shows no format that is read.
pub(crate) fn describe(start: &[u8]) -> String {
    let is = |(place, mark, _): &&(usize, &[u8], &str)| {
        start.get(*place..).is_some_and(|rest| rest.starts_with(mark))
    };
    match KINDS.iter().find(is) {
        Some((_, _, name)) => format!("it is {name}, not an image of a format that is read"),
        None => "it is no image of a format that is read, by its first bytes".to_owned(),
    }
}
