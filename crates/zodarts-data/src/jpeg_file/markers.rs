//! Markers and segments of JPEG files.

/// The first byte of a marker.
pub(super) const MARK: u8 = 0xff;
pub(super) const START_OF_IMAGE: u8 = 0xd8;
pub(super) const END_OF_IMAGE: u8 = 0xd9;
pub(super) const START_OF_SCAN: u8 = 0xda;
pub(super) const TABLES: u8 = 0xc4;
pub(super) const RESTART_INTERVAL: u8 = 0xdd;

/// Returns the next marker at or after a position, and the position behind it.
pub(super) fn next_marker(bytes: &[u8], from: usize) -> Option<(u8, usize)> {
    let mut at = from;
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == MARK)?;
        // A marker may be preceded by any number of fill bytes.
        let length = bytes[at..].iter().take_while(|byte| **byte == MARK).count();
        let (marker, next) = (*bytes.get(at + length)?, at + length + 1);
        // A zero says that the byte before it is no marker.
        if marker != 0 {
            return Some((marker, next));
        }
        at = next;
    }
}

/// Returns the bytes of a segment that begins at a position, behind the two of its length, and the position
/// behind it. The bytes are those that the file holds.
pub(super) fn segment(bytes: &[u8], at: usize) -> (&[u8], usize) {
    let length = match bytes.get(at..at + 2) {
        Some(length) => usize::from(u16::from_be_bytes([length[0], length[1]])).max(2),
        None => 2,
    };
    let end = at + length;
    (bytes.get(at + 2..end.min(bytes.len())).unwrap_or_default(), end)
}
