//! The head of a JPEG frame: process, depth and size.

use super::frame_fault::FrameShape;
use std::borrow::Cow;
use std::ops::Range;

/// The first byte of a marker.
const MARK: u8 = 0xff;
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;
/// The last of the frequencies of a block.
const LAST_FREQUENCY: u8 = 63;

/// The declarations of the start of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct JpegHead {
    /// The process, from 0 to 15: 0 is baseline, 1 extended, 2 progressive, 3 lossless.
    pub process: u8,
    /// Bits of a value.
    pub precision: u8,
    pub shape: FrameShape,
    /// The names of the channels.
    pub names: Vec<u8>,
    /// True if the file says that it is JFIF.
    pub jfif: bool,
}

impl JpegHead {
    /// Reads the head of a frame, or returns `None` if it has none.
    pub fn read(data: &[u8]) -> Option<Self> {
        let mut jfif = false;
        for (marker, range) in segments(data) {
            let segment = &data[range];
            match marker {
                // Tables, and a marker without a meaning.
                0xc4 | 0xc8 | 0xcc => (),
                0xc0..=0xcf => return Self::of_segment(marker & 0x0f, segment, jfif),
                0xe0 => jfif |= segment.starts_with(b"JFIF"),
                _ => (),
            }
        }
        None
    }

    fn of_segment(process: u8, segment: &[u8], jfif: bool) -> Option<Self> {
        let (&[precision, high, low, left, right, channels], names) = segment.split_first_chunk()?;
        let names: Vec<u8> = names.as_chunks::<3>().0.iter().map(|[name, ..]| *name).collect();
        let (height, width) = (u16::from_be_bytes([high, low]), u16::from_be_bytes([left, right]));
        let channels = usize::from(channels);
        let shape = FrameShape { width: width.into(), height: height.into(), channels };
        (names.len() >= channels).then_some(Self { process, precision, shape, names, jfif })
    }

    /// Returns the data with the frequencies of a sequential scan, which are all: some encoders say another
    /// number, and other decoders pass over it.
    pub fn repaired<'a>(&self, data: &'a [u8]) -> Cow<'a, [u8]> {
        let scan = segments(data).find(|(marker, _)| *marker == SCAN).map(|(_, range)| range);
        // The first and the last frequency, and a byte of bits.
        match scan.and_then(|scan| scan.end.checked_sub(2)) {
            Some(at) if self.process <= 1 && data[at] != LAST_FREQUENCY => {
                let mut repaired = data.to_vec();
                repaired[at] = LAST_FREQUENCY;
                repaired.into()
            }
            _ => data.into(),
        }
    }
}

/// Returns the segments before the image data, each with its marker, without their lengths.
fn segments(data: &[u8]) -> impl Iterator<Item = (u8, Range<usize>)> {
    let mut next = data.starts_with(&[MARK, 0xd8]).then_some(2);
    std::iter::from_fn(move || {
        loop {
            let at = next.take()?;
            let &[mark, marker] = data.get(at..)?.first_chunk()?;
            match marker {
                _ if mark != MARK => return None,
                // Fill bytes, and markers without a segment.
                MARK => next = Some(at + 1),
                0x01 | 0xd0..=0xd8 => next = Some(at + 2),
                END => return None,
                _ => {
                    let length = usize::from(u16::from_be_bytes(*data.get(at + 2..)?.first_chunk()?));
                    let range = at + 4..at + 2 + length.max(2);
                    data.get(range.clone())?;
                    next = (marker != SCAN).then_some(range.end);
                    return Some((marker, range));
                }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const APP: [u8; 9] = [MARK, 0xe0, 0, 7, b'J', b'F', b'I', b'F', 0];
    const HEAD: [u8; 14] = [MARK, MARK, 0xc1, 0, 11, 12, 1, 0, 0, 9, 1, 7, 0x11, 0];
    const SCAN_OF_0: [u8; 10] = [MARK, SCAN, 0, 8, 1, 7, 0, 0, 0, 0];

    fn file(parts: &[&[u8]]) -> Vec<u8> {
        [&[MARK, 0xd8][..], &parts.concat()].concat()
    }

    #[test]
    fn the_head_is_found_behind_other_segments() {
        let file = file(&[&APP, &HEAD]);
        let shape = FrameShape { width: 9, height: 256, channels: 1 };
        let expected = JpegHead { process: 1, precision: 12, shape, names: vec![7], jfif: true };
        assert_eq!(JpegHead::read(&file), Some(expected));
        for length in 0..file.len() {
            assert_eq!(JpegHead::read(&file[..length]), None, "{length}");
        }
        assert_eq!(JpegHead::read(&[MARK, 0xd8, MARK, SCAN, 0, 2, MARK, 0xc0, 0, 2]), None);
    }

    #[test]
    fn a_sequential_scan_has_all_frequencies() {
        let file = file(&[&HEAD, &SCAN_OF_0, &[1, 2]]);
        let head = JpegHead::read(&file).unwrap();
        let repaired = head.repaired(&file);
        let changed: Vec<usize> = (0..file.len()).filter(|at| repaired[*at] != file[*at]).collect();
        assert_eq!((changed, repaired[24]), (vec![24], LAST_FREQUENCY));
        assert_eq!(head.repaired(&repaired), repaired);
        assert_eq!(JpegHead { process: 2, ..head }.repaired(&file), file);
    }
}
