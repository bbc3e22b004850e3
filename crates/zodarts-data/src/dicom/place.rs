//! Where the pixels of each frame lie in a file.

use super::elements::Element;
use super::fault::Fault;
use super::header::{Header, Source};
use super::syntax::Codec;
use crate::decode::MAX_MEMORY;
use std::ops::Range;

/// Most pieces of encapsulated pixel data.
const MAX_FRAGMENTS: usize = 1 << 22;

/// Where pixels lie.
#[derive(Debug)]
pub(super) enum Place {
    /// Frame after frame from here on.
    Native(u64),
    /// In pieces, some for each frame.
    Encapsulated { pieces: Vec<(u64, u32)>, frames: Vec<Range<usize>> },
}

impl Place {
    /// Finds the frames of a file that stands at its pixel data, without reading them.
    pub fn find(header: &Header, source: &mut Source, pixels: &Element) -> Result<Self, Fault> {
        match (header.syntax.codec, pixels.length) {
            (Codec::Native, Some(length)) => {
                let expected = header.frames as u64 * header.frame_bytes() as u64;
                let found = u64::from(length).min(source.left());
                if found < expected {
                    Err(Fault::Short { found, expected })
                } else {
                    Ok(Self::Native(source.position))
                }
            }
            (Codec::Rle | Codec::Jpeg, None) => Self::encapsulated(header.frames, source),
            _ => Err(Fault::Structure),
        }
    }

    fn encapsulated(count: usize, source: &mut Source) -> Result<Self, Fault> {
        // The first piece is a table of where frames begin, or empty.
        let table = source.fragment()?.ok_or(Fault::NoPixels)?;
        let mut pieces = Vec::new();
        while let Some(piece) = source.fragment()? {
            if pieces.len() == MAX_FRAGMENTS {
                return Err(Fault::Structure);
            }
            pieces.push(piece);
        }
        let frames = match pieces.len() {
            0 => return Err(Fault::NoPixels),
            _ if count == 1 => vec![Range { start: 0, end: pieces.len() }],
            pieces if pieces == count => (0..count).map(|at| at..at + 1).collect(),
            _ if table.1 as usize == 4 * count => {
                let offsets = source.bytes_at(table.0, table.1)?;
                by_table(&offsets, &pieces).ok_or(Fault::Structure)?
            }
            _ => return Err(Fault::Structure),
        };
        Ok(Self::Encapsulated { pieces, frames })
    }

    /// The bytes of a frame as the file has them.
    pub fn bytes(&self, header: &Header, source: &mut Source, frame: usize) -> Result<Vec<u8>, Fault> {
        match self {
            Self::Native(start) => {
                let length = header.frame_bytes();
                source.bytes_at(start + frame as u64 * length as u64, length as u32)
            }
            Self::Encapsulated { pieces, frames } => {
                let pieces = &pieces[frames[frame].clone()];
                if pieces.iter().map(|piece| u64::from(piece.1)).sum::<u64>() > MAX_MEMORY {
                    return Err(Fault::Structure);
                }
                let read = |&(at, length): &(u64, u32)| source.bytes_at(at, length);
                Ok(pieces.iter().map(read).collect::<Result<Vec<_>, _>>()?.concat())
            }
        }
    }
}

/// The pieces of each frame from a table of the distances of their first pieces from the first of all.
fn by_table(table: &[u8], pieces: &[(u64, u32)]) -> Option<Vec<Range<usize>>> {
    let first = pieces.first()?.0;
    let offsets =
        table.chunks_exact(4).map(|bytes| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
    let starts: Option<Vec<usize>> = offsets
        .map(|offset| pieces.binary_search_by_key(&(first + u64::from(offset)), |piece| piece.0).ok())
        .collect();
    let starts = starts?;
    let ends = starts.iter().skip(1).copied().chain([pieces.len()]);
    let frames: Vec<Range<usize>> = starts.iter().zip(ends).map(|(start, end)| *start..end).collect();
    (starts.first() == Some(&0) && frames.iter().all(|frame| !frame.is_empty())).then_some(frames)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_says_where_frames_begin() {
        let pieces = [(108, 10), (126, 4), (138, 6)];
        let table = |offsets: [u32; 2]| offsets.into_iter().flat_map(u32::to_le_bytes).collect::<Vec<u8>>();
        assert_eq!(by_table(&table([0, 30]), &pieces), Some(vec![0..2, 2..3]));
        for damaged in [[0, 31], [18, 30], [0, 0], [30, 0]] {
            assert_eq!(by_table(&table(damaged), &pieces), None, "{damaged:?}");
        }
    }
}
