//! Division of a length into pieces for a register tile.

/// Cuts a length into (start, pixels) pieces of three, with a rest of twos. Pieces of one starve the
/// multipliers, so there is one only where the length is 1.
#[inline(always)]
pub fn thirds(length: usize) -> impl Iterator<Item = (usize, usize)> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let piece = match length - start {
            0 => return None,
            1 => 1,
            2 | 4 => 2,
            _ => 3,
        };
        start += piece;
        Some((start - piece, piece))
    })
}
