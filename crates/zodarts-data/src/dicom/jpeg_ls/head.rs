//! The segments of a frame before and between its scans.

use super::super::frame_fault::{FrameFault, FrameShape};
use super::parameters::JlsLimits;

/// The first byte of a marker.
const MARK: u8 = 0xff;
const START: u8 = 0xd8;
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;
const RESTARTS: u8 = 0xdd;
const TRANSFORM: u8 = 0xe8;
const FRAME: u8 = 0xf7;
const PARAMETERS: u8 = 0xf8;
/// The kinds of JPEG-LS that are read.
const READ: &str = "2 to 16 bits without tables, restarts, transforms of colours or shifts";

/// The declarations of a frame so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct JlsHead {
    pub shape: FrameShape,
    /// Bits of a value.
    pub precision: u16,
    pub limits: JlsLimits,
}

/// The declarations of a scan.
#[derive(Clone, Copy, Debug)]
pub(super) struct JlsScan {
    pub channels: usize,
    /// The largest difference of a value from the original.
    pub near: u8,
    /// True if channels alternate pixel by pixel, false if line by line.
    pub by_pixel: bool,
}

/// The next part of a frame.
#[derive(Debug)]
pub(super) enum Parsed<'a> {
    /// A scan, and the data from its first bit on.
    Scan(JlsScan, &'a [u8]),
    End,
}

impl Default for JlsHead {
    fn default() -> Self {
        let shape = FrameShape { width: 0, height: 0, channels: 0 };
        Self { shape, precision: 0, limits: JlsLimits::default() }
    }
}

impl JlsHead {
    /// Reads segments up to the next scan.
    pub fn parse<'a>(&mut self, data: &'a [u8]) -> Result<Parsed<'a>, FrameFault> {
        let mut rest = data;
        loop {
            let Some((&[MARK, marker], after)) = rest.split_first_chunk() else {
                return Err(FrameFault::Damaged);
            };
            if marker == MARK {
                rest = &rest[1..];
                continue;
            }
            if marker == START {
                rest = after;
                continue;
            }
            if marker == END {
                return Ok(Parsed::End);
            }
            let (segment, next) = segment(after).ok_or(FrameFault::Damaged)?;
            match marker {
                FRAME => self.frame(segment)?,
                PARAMETERS => self.parameters(segment)?,
                SCAN => return Ok(Parsed::Scan(self.scan(segment)?, next)),
                RESTARTS if segment.iter().any(|byte| *byte != 0) => {
                    return Err(FrameFault::not_read("restarts", READ));
                }
                TRANSFORM if segment.starts_with(b"mrfx") && segment.get(4) != Some(&0) => {
                    return Err(FrameFault::not_read("a transform of colours", READ));
                }
                _ => (),
            }
            rest = next;
        }
    }

    fn frame(&mut self, segment: &[u8]) -> Result<(), FrameFault> {
        let Some(&[precision, high, low, left, right, channels]) = segment.first_chunk() else {
            return Err(FrameFault::Damaged);
        };
        if !(2..=16).contains(&precision) {
            return Err(FrameFault::not_read(format!("{precision} bits"), READ));
        }
        let (height, width) = (u16::from_be_bytes([high, low]), u16::from_be_bytes([left, right]));
        self.precision = precision.into();
        self.shape = FrameShape { width: width.into(), height: height.into(), channels: channels.into() };
        Ok(())
    }

    fn parameters(&mut self, segment: &[u8]) -> Result<(), FrameFault> {
        let Some((1, rest)) = segment.split_first() else {
            return Err(FrameFault::not_read("a table", READ));
        };
        let (words, _) = rest.as_chunks::<2>();
        let &[white, first, second, third, reset] = words else { return Err(FrameFault::Damaged) };
        let word = u16::from_be_bytes;
        self.limits = JlsLimits {
            white: word(white),
            thresholds: [first, second, third].map(word),
            reset: word(reset),
        };
        Ok(())
    }

    fn scan(&self, segment: &[u8]) -> Result<JlsScan, FrameFault> {
        let (&channels, rest) = segment.split_first().ok_or(FrameFault::Damaged)?;
        let (tables, rest) = rest.split_at_checked(2 * usize::from(channels)).ok_or(FrameFault::Damaged)?;
        let &[near, order, shift] = rest else { return Err(FrameFault::Damaged) };
        if tables.as_chunks::<2>().0.iter().any(|[_, table]| *table != 0) {
            return Err(FrameFault::not_read("a table", READ));
        }
        if shift != 0 {
            return Err(FrameFault::not_read("shifted values", READ));
        }
        let several = channels > 1;
        match (order, several) {
            (0, false) | (1 | 2, _) if channels > 0 && self.precision > 0 => {
                Ok(JlsScan { channels: channels.into(), near, by_pixel: order == 2 && several })
            }
            _ => Err(FrameFault::Damaged),
        }
    }
}

/// Returns a segment without its length, and the data behind it.
fn segment(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = usize::from(u16::from_be_bytes(*data.first_chunk()?));
    let (segment, rest) = data.split_at_checked(length)?;
    Some((segment.get(2..)?, rest))
}
