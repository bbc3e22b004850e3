//! The head of a JPEG 2000 codestream (ISO/IEC 15444-1, annex A), read to hold it against limits.

use super::super::frame_fault::{FrameFault, FrameShape};

/// The mark of the start and that of the sizes, with which a codestream begins.
const START: [u8; 4] = [0xff, 0x4f, 0xff, 0x51];
/// Bytes of the sizes before those of each channel.
const SIZES: usize = 38;
/// The name of the box of a JP2 file that holds the codestream, which some writers put into DICOM whole.
const BOX: &[u8; 4] = b"jp2c";
/// The kinds of JPEG 2000 that are read.
const READ: &str = "one of part 1, with 1 to 16 bits, the same for all channels, none smaller than others";

/// The fault of a codestream that makes no sense.
pub(super) const DAMAGED: FrameFault = FrameFault::Damaged;

/// The declarations of a codestream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct J2kHead {
    pub shape: FrameShape,
    /// Bits of a value.
    pub precision: u16,
    /// True if values have a sign in the codestream.
    pub signed: bool,
    pub tiling: Tiling,
    /// Bytes before the next marker.
    pub length: usize,
}

/// The tiles of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tiling {
    /// Width and height of a tile.
    tile: [u64; 2],
    /// The distance of the image from the first tile's corner.
    inset: [u64; 2],
    /// Width and height of the largest tile within the image.
    pub largest: [u64; 2],
}

impl Tiling {
    /// Returns the number of tiles, or `None` if there are more than the standard allows.
    pub fn tiles(&self, shape: FrameShape) -> Option<u64> {
        let sides = [shape.width, shape.height];
        let along = |axis: usize| (self.inset[axis] + sides[axis] as u64).div_ceil(self.tile[axis]);
        Some(along(0).checked_mul(along(1))?).filter(|tiles| *tiles <= 65535)
    }
}

/// Returns the codestream in the data of a frame.
pub(super) fn codestream(data: &[u8]) -> Option<&[u8]> {
    if data.starts_with(&START) {
        return Some(data);
    }
    let inside = data.windows(BOX.len()).position(|window| window == BOX)?;
    Some(&data[inside + BOX.len()..]).filter(|data| data.starts_with(&START))
}

impl J2kHead {
    /// Reads the sizes of a codestream, which must be those of the header.
    pub fn read(data: &[u8], header: FrameShape) -> Result<Self, FrameFault> {
        let (head, channels) = data[START.len()..].split_at_checked(SIZES).ok_or(DAMAGED)?;
        let word = |at: usize| u16::from_be_bytes([head[at], head[at + 1]]);
        let long = |at: usize| u64::from(word(at)) << 16 | u64::from(word(at + 2));
        let count = usize::from(word(36));
        let side = |far: usize, near: usize| long(far).checked_sub(long(near)).ok_or(DAMAGED);
        let sides = [side(4, 12)?, side(8, 16)?];
        let shape = FrameShape { width: sides[0] as usize, height: sides[1] as usize, channels: count };
        shape.check(header)?;
        // Bits for the extensions of part 2.
        if word(2) & 0x8000 != 0 {
            return Err(FrameFault::not_read("extensions of part 2", READ));
        }
        let channels = channels.get(..3 * count).ok_or(DAMAGED)?.as_chunks::<3>().0;
        let &first = channels.first().ok_or(DAMAGED)?;
        if channels.iter().any(|channel| *channel != first) || first[1..] != [1, 1] {
            return Err(FrameFault::not_read("channels that differ", READ));
        }
        let precision = u16::from(first[0] & 0x7f) + 1;
        if precision > 16 {
            return Err(FrameFault::not_read(format!("{precision} bits"), READ));
        }
        let (tile, inset) = ([long(20), long(24)], [side(12, 28)?, side(16, 32)?]);
        if tile.contains(&0) {
            return Err(DAMAGED);
        }
        let largest = [0, 1].map(|axis| tile[axis].min(sides[axis]));
        Ok(Self {
            shape,
            precision,
            signed: first[0] & 0x80 != 0,
            tiling: Tiling { tile, inset, largest },
            length: START.len() + usize::from(word(0)),
        })
    }
}
