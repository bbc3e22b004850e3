//! DIB files: BMP files without their first header.

/// Bytes of the header that is missing.
const FILE_HEADER: usize = 14;
/// Bytes of the header that a file begins with.
const HEADER: usize = 40;

/// Returns the file with its first header, or `None` if it is no DIB file.
pub(crate) fn with_header(bytes: &[u8]) -> Option<Vec<u8>> {
    let number = |at: usize| Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk::<4>()?) as usize);
    if number(0)? != HEADER {
        return None;
    }
    let bits = u32::from(*bytes.get(14)?);
    let (compression, used) = (number(16)?, number(32)?);
    let masks = if compression == 3 { 12 } else { 0 };
    let colors = match (used, bits) {
        (0, 1..=8) => 1 << bits,
        (0, _) => 0,
        (used, _) => used.min(256),
    };
    let start = u32::try_from(FILE_HEADER + HEADER + masks + 4 * colors).ok()?;
    let length = u32::try_from(FILE_HEADER + bytes.len()).ok()?;
    Some([b"BM", &length.to_le_bytes()[..], &[0; 4], &start.to_le_bytes(), bytes].concat())
}
