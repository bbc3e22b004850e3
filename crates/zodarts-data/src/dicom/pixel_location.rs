//! The location of each frame's pixels in a file.

use super::byte_order::ByteOrder;
use super::elements::{Element, Fragment};
use super::fault::DicomFault;
use super::header::Header;
use super::start::DicomReader;
use super::syntax::Codec;
use crate::decode::MAX_MEMORY;
use std::ops::Range;

/// Most fragments of encapsulated pixel data.
const MAX_FRAGMENTS: usize = 1 << 22;

/// The location of the pixels.
#[derive(Debug)]
pub(super) enum PixelLocation {
    /// Frame after frame from this position on, in bytes of which two are swapped if `swapped`.
    Native { start: u64, swapped: bool },
    /// In fragments, some for each frame.
    Encapsulated { fragments: Vec<Fragment>, frames: Vec<Range<usize>> },
}

impl PixelLocation {
    /// Finds the frames of a file whose reader is at its pixel data, without reading them.
    pub fn find(header: &Header, reader: &mut DicomReader, pixels: &Element) -> Result<Self, DicomFault> {
        match (header.syntax.codec, pixels.length) {
            (Codec::Native, Some(length)) => {
                let expected = (header.frames as u64 * header.frame_bits()).div_ceil(8);
                let found = u64::from(length).min(reader.left());
                if found < expected {
                    return Err(DicomFault::Short { found, expected });
                }
                // Bytes in words of the other byte order.
                let words = reader.encoding.order == ByteOrder::Big && pixels.kind == Some(*b"OW");
                Ok(Self::Native { start: reader.position, swapped: words && header.bits.allocated <= 8 })
            }
            (Codec::Native, None) => Err(contradicted("in fragments", "one run of bytes")),
            (_, Some(_)) => Err(contradicted("in one run of bytes", "fragments")),
            (_, None) => Self::encapsulated(header.frames, reader),
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
            _ => by_start(reader, &fragments, count)?.ok_or(DicomFault::Structure)?,
        };
        Ok(Self::Encapsulated { fragments, frames })
    }

    /// Returns the bytes of a frame as stored, from the byte in which it begins.
    pub fn bytes(
        &self,
        header: &Header,
        reader: &mut DicomReader,
        frame: usize,
    ) -> Result<Vec<u8>, DicomFault> {
        match self {
            Self::Native { start, swapped } => {
                let bits = header.frame_bits();
                let first = frame as u64 * bits / 8;
                let end = ((frame as u64 + 1) * bits).div_ceil(8);
                if *swapped {
                    return swapped_bytes(reader, *start, first..end);
                }
                reader.bytes_at(Fragment { start: start + first, length: (end - first) as u32 })
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

/// Returns the error of pixel data that are stored otherwise than the transfer syntax says.
fn contradicted(found: &str, expected: &'static str) -> DicomFault {
    let (what, found) = ("pixel data", format!("{found}, unlike its transfer syntax"));
    DicomFault::Unsupported { what, found, expected }
}

/// Returns a range of bytes behind `start` whose pairs are swapped in the file.
fn swapped_bytes(reader: &mut DicomReader, start: u64, range: Range<u64>) -> Result<Vec<u8>, DicomFault> {
    let first = range.start & !1;
    let length = (range.end.next_multiple_of(2) - first) as u32;
    let mut bytes = reader.bytes_at(Fragment { start: start + first, length })?;
    bytes.as_chunks_mut::<2>().0.iter_mut().for_each(|pair| pair.reverse());
    bytes.truncate((range.end - first) as usize);
    bytes.drain(..(range.start - first) as usize);
    Ok(bytes)
}

/// Returns the fragments of each of `count` frames by those that begin as an image of JPEG or JPEG 2000 does.
fn by_start(
    reader: &mut DicomReader,
    fragments: &[Fragment],
    count: usize,
) -> Result<Option<Vec<Range<usize>>>, DicomFault> {
    let mut starts = Vec::new();
    for (at, fragment) in fragments.iter().enumerate().filter(|(_, fragment)| fragment.length >= 2) {
        let mark = reader.bytes_at(Fragment { length: 2, ..*fragment })?;
        if matches!(mark[..], [0xff, 0xd8 | 0x4f]) {
            starts.push(at);
        }
    }
    let ends = starts.iter().skip(1).copied().chain([fragments.len()]);
    let frames: Vec<Range<usize>> = starts.iter().zip(ends).map(|(start, end)| *start..end).collect();
    Ok((frames.len() == count && starts.first() == Some(&0)).then_some(frames))
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
