//! The location of each frame's pixels in a file.

use super::elements::{Element, Fragment};
use super::fault::DicomFault;
use super::header::{DicomReader, Header};
use super::syntax::Codec;
use crate::decode::MAX_MEMORY;
use std::ops::Range;

/// Most fragments of encapsulated pixel data.
const MAX_FRAGMENTS: usize = 1 << 22;

/// The location of the pixels.
#[derive(Debug)]
pub(super) enum PixelLocation {
    /// Frame after frame from this position on.
    Native(u64),
    /// In fragments, some for each frame.
    Encapsulated { fragments: Vec<Fragment>, frames: Vec<Range<usize>> },
}

impl PixelLocation {
    /// Finds the frames of a file whose reader is at its pixel data, without reading them.
    pub fn find(header: &Header, reader: &mut DicomReader, pixels: &Element) -> Result<Self, DicomFault> {
        match (header.syntax.codec, pixels.length) {
            (Codec::Native, Some(length)) => {
                let expected = header.frames as u64 * header.frame_bytes() as u64;
                let found = u64::from(length).min(reader.left());
                if found < expected {
                    Err(DicomFault::Short { found, expected })
                } else {
                    Ok(Self::Native(reader.position))
                }
            }
            (Codec::Rle | Codec::Jpeg, None) => Self::encapsulated(header.frames, reader),
            _ => Err(DicomFault::Structure),
        }
    }

    fn encapsulated(count: usize, reader: &mut DicomReader) -> Result<Self, DicomFault> {
        // The first fragment is a table of the frames' offsets, or empty.
        let table = reader.fragment()?.ok_or(DicomFault::NoPixels)?;
        let mut fragments = Vec::new();
        while let Some(fragment) = reader.fragment()? {
            if fragments.len() == MAX_FRAGMENTS {
                return Err(DicomFault::Structure);
            }
            fragments.push(fragment);
        }
        let frames = match fragments.len() {
            0 => return Err(DicomFault::NoPixels),
            _ if count == 1 => vec![Range { start: 0, end: fragments.len() }],
            fragments if fragments == count => (0..count).map(|at| at..at + 1).collect(),
            _ if table.length as usize == 4 * count => {
                let offsets = reader.bytes_at(table)?;
                by_table(&offsets, &fragments).ok_or(DicomFault::Structure)?
            }
            _ => return Err(DicomFault::Structure),
        };
        Ok(Self::Encapsulated { fragments, frames })
    }

    /// Returns the bytes of a frame as stored.
    pub fn bytes(
        &self,
        header: &Header,
        reader: &mut DicomReader,
        frame: usize,
    ) -> Result<Vec<u8>, DicomFault> {
        match self {
            Self::Native(start) => {
                let length = header.frame_bytes();
                let start = start + frame as u64 * length as u64;
                reader.bytes_at(Fragment { start, length: length as u32 })
            }
            Self::Encapsulated { fragments, frames } => {
                let fragments = &fragments[frames[frame].clone()];
                if fragments.iter().map(|fragment| u64::from(fragment.length)).sum::<u64>() > MAX_MEMORY {
                    return Err(DicomFault::Structure);
                }
                let read = |fragment: &Fragment| reader.bytes_at(*fragment);
                Ok(fragments.iter().map(read).collect::<Result<Vec<_>, _>>()?.concat())
            }
        }
    }
}

/// Returns the fragments of each frame by a table of offsets: the distances of the frames' first fragments
/// from the first of all.
fn by_table(table: &[u8], fragments: &[Fragment]) -> Option<Vec<Range<usize>>> {
    let first = fragments.first()?.start;
    let offsets =
        table.chunks_exact(4).map(|bytes| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
    let starts: Option<Vec<usize>> = offsets
        .map(|offset| {
            fragments.binary_search_by_key(&(first + u64::from(offset)), |fragment| fragment.start).ok()
        })
        .collect();
    let starts = starts?;
    let ends = starts.iter().skip(1).copied().chain([fragments.len()]);
    let frames: Vec<Range<usize>> = starts.iter().zip(ends).map(|(start, end)| *start..end).collect();
    (starts.first() == Some(&0) && frames.iter().all(|frame| !frame.is_empty())).then_some(frames)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_says_where_frames_begin() {
        let fragments = [(108, 10), (126, 4), (138, 6)].map(|(start, length)| Fragment { start, length });
        let table = |offsets: [u32; 2]| offsets.into_iter().flat_map(u32::to_le_bytes).collect::<Vec<u8>>();
        assert_eq!(by_table(&table([0, 30]), &fragments), Some(vec![0..2, 2..3]));
        for damaged in [[0, 31], [18, 30], [0, 0], [30, 0]] {
            assert_eq!(by_table(&table(damaged), &fragments), None, "{damaged:?}");
        }
    }
}
