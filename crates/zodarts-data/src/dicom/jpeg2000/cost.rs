//! The memory that a codestream takes to decode, by the sizes that it declares.

use super::super::frame_fault::FrameFault;
use super::head::{DAMAGED, J2kHead, Tiling};

/// Most bytes of memory.
const MOST: u64 = 384 << 20;
/// Bytes of a value: as decoded, as coefficients, and, of one channel at a time, transformed twice.
const VALUE: u64 = 8;
/// Bytes of a code-block, of one of its layers, of a precinct, and of a tile for each channel.
const BLOCK: u64 = 192;
const LAYER: u64 = 48;
const PRECINCT: u64 = 512;
const TILE: u64 = 1024;

const START_OF_TILE: u8 = 0x90;
const START_OF_DATA: u8 = 0x93;
const END: u8 = 0xd9;
const STYLE: u8 = 0x52;
const STYLE_OF_CHANNEL: u8 = 0x53;

/// The coding style of a channel.
#[derive(Clone, Copy, Debug)]
struct Style<'a> {
    layers: u64,
    /// Decompositions of the image.
    levels: u32,
    /// The logarithms of the sides of a code-block.
    block: [u32; 2],
    /// The logarithms of the sides of precincts, four bits each; empty for the largest.
    precincts: &'a [u8],
}

/// Refuses a codestream that takes too much memory.
pub(super) fn check(data: &[u8], head: &J2kHead) -> Result<(), FrameFault> {
    let memory = FrameFault::Memory { most: MOST >> 20 };
    let area = head.shape.area() as u64;
    let channels = head.shape.channels as u64;
    let tiles = head.tiling.tiles(head.shape).ok_or(DAMAGED)?;
    let values = area * VALUE * (channels + 1);
    let mut total = values.saturating_add(tiles.saturating_mul(TILE * channels));
    let (mut layers, mut behind_part) = (1, None);
    let mut rest = data.get(head.length..).ok_or(DAMAGED)?;
    while let Some((&[0xff, marker], after)) = rest.split_first_chunk() {
        if marker == END || total > MOST {
            break;
        }
        if marker == START_OF_DATA {
            rest = behind_part.take().ok_or(DAMAGED)?;
            continue;
        }
        let (segment, next) = segment(after).ok_or(DAMAGED)?;
        if marker == START_OF_TILE {
            behind_part = Some(behind(rest, segment).ok_or(DAMAGED)?);
        } else if matches!(marker, STYLE | STYLE_OF_CHANNEL) {
            let style = Style::read(marker, segment, &mut layers).ok_or(DAMAGED)?;
            total = total.saturating_add(style.memory(head.tiling).saturating_mul(channels));
        }
        rest = next;
    }
    if total > MOST { Err(memory) } else { Ok(()) }
}

impl<'a> Style<'a> {
    /// Reads the style of a segment. A style of one channel has the `layers` of the style of all.
    fn read(marker: u8, segment: &'a [u8], layers: &mut u64) -> Option<Self> {
        let style = if marker == STYLE {
            *layers = u16::from_be_bytes(*segment.get(2..4)?.first_chunk()?).into();
            segment.get(5..)?
        } else {
            segment.get(2..)?
        };
        let &[levels, width, height, _, _] = style.first_chunk()?;
        let block = [width, height].map(|side| u32::from(side & 0x0f) + 2);
        Some(Self { layers: *layers, levels: levels.into(), block, precincts: &style[5..] })
    }

    /// Returns the memory for the parts of a channel of the largest tile.
    fn memory(&self, tiling: Tiling) -> u64 {
        let levels = self.levels.min(32);
        let part = |resolution: u32| {
            let exponents = self
                .precincts
                .get(resolution as usize)
                .map_or([15, 15], |byte| [u32::from(byte & 0x0f), u32::from(byte >> 4)]);
            let detail = u32::from(resolution > 0);
            let [mut precincts, mut blocks] = [1, 1 + 2 * u64::from(detail)];
            for (axis, exponent) in exponents.into_iter().enumerate() {
                let side = tiling.largest[axis] >> (levels - resolution);
                let block = self.block[axis].min(exponent.saturating_sub(detail));
                // Parts may begin before the tile and end behind it.
                precincts *= (side >> exponent) + 2;
                blocks *= (side >> detail >> block) + 2;
            }
            precincts * PRECINCT + blocks * (BLOCK + LAYER * self.layers)
        };
        (0..=levels).map(part).fold(0, u64::saturating_add)
    }
}

/// Returns the content of a segment, and the data behind it.
fn segment(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let (segment, rest) = data.split_at_checked(usize::from(u16::from_be_bytes(*data.first_chunk()?)))?;
    Some((segment.get(2..)?, rest))
}

/// Returns the data behind a tile part, whose first segment is `segment`. The length of the last part may be
/// left open.
fn behind<'a>(part: &'a [u8], segment: &[u8]) -> Option<&'a [u8]> {
    match u32::from_be_bytes(*segment.get(2..6)?.first_chunk()?) {
        0 => Some(&[]),
        length => part.get(length as usize..),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dicom::frame_fault::FrameShape;

    /// A codestream of one tile part, of code-blocks whose sides are 4 times powers of two.
    fn codestream(side: u32, layers: u16, block: u8, precinct: u8) -> Vec<u8> {
        let mut data = vec![0xff, 0x4f, 0xff, 0x51, 0, 41, 0, 0];
        for number in [side, side, 0, 0, side, side, 0, 0] {
            data.extend(number.to_be_bytes());
        }
        data.extend([0, 1, 7, 1, 1]);
        let [high, low] = layers.to_be_bytes();
        data.extend([0xff, STYLE, 0, 14, 1, 0, high, low, 0, 1, block, block, 0, 1, precinct, precinct]);
        data.extend([
            0xff,
            START_OF_TILE,
            0,
            10,
            0,
            0,
            0,
            0,
            0,
            20,
            0,
            1,
            0xff,
            START_OF_DATA,
            1,
            2,
            3,
            4,
            5,
            6,
        ]);
        data.extend([0xff, END]);
        data
    }

    fn checked(data: &[u8]) -> Result<(), FrameFault> {
        let side = u32::from_be_bytes(data[8..12].try_into().unwrap()) as usize;
        check(data, &J2kHead::read(data, FrameShape { width: side, height: side, channels: 1 })?)
    }

    #[test]
    fn what_takes_much_memory_is_refused() {
        assert_eq!(checked(&codestream(4096, 32, 4, 0xff)), Ok(()));
        let memory = Err(FrameFault::Memory { most: 384 });
        assert_eq!(checked(&codestream(8192, 1, 4, 0xff)), memory);
        assert_eq!(checked(&codestream(4096, 32, 0, 0xff)), memory);
        assert_eq!(checked(&codestream(4096, 1, 4, 0x22)), memory);
        // The same in the header of a tile part.
        let mut data = codestream(4096, 1, 4, 0xff);
        let style = codestream(4096, 32, 0, 0xff)[45..61].to_vec();
        data.splice(73..73, style);
        assert_eq!(checked(&data), memory);
    }

    #[test]
    fn parts_that_end_early_are_damaged() {
        let data = codestream(64, 1, 4, 0xff);
        for length in 60..data.len() - 2 {
            let result = checked(&data[..length]);
            assert!(result.is_ok() || result == Err(DAMAGED), "{length}");
        }
        assert_eq!(checked(&data[..data.len() - 4]), Err(DAMAGED));
    }
}
