//! The chunks of WebP files.

/// Bytes before the first chunk.
const HEADER: usize = 12;

/// Counts the images of a file.
///
/// # Errors
/// Returns the fault of a file that is cut short.
pub(super) fn images(bytes: &[u8]) -> Result<usize, String> {
    let cut = || "the file is cut short: its end is missing".to_owned();
    let announced = number(bytes, 4).ok_or_else(cut)?.saturating_add(8);
    let mut rest = bytes.get(..announced).ok_or_else(cut)?.get(HEADER..).ok_or_else(cut)?;
    let mut images = 0;
    while rest.len() >= 8 {
        let length = number(rest, 4).ok_or_else(cut)?;
        images += usize::from([b"ANMF", b"VP8 ", b"VP8L"].iter().any(|name| rest.starts_with(*name)));
        // Chunks have an even length.
        let end = length.saturating_add(8 + length % 2);
        if length.saturating_add(8) > rest.len() {
            return Err(cut());
        }
        rest = &rest[end.min(rest.len())..];
    }
    Ok(images)
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..at + 4)?.first_chunk::<4>()?;
    usize::try_from(u32::from_le_bytes(*bytes)).ok()
}
