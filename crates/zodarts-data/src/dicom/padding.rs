//! The stored values that stand for no value.

use super::bits::{Bits, NumberKind};
use super::fields::Fields;
use super::tag::Tag;

/// Pixel Padding Value, and the other end of its range.
const WORDS: [Tag; 2] = [Tag(0x0028, 0x0120), Tag(0x0028, 0x0121)];
/// The same of floating-point numbers of 32 and 64 bits.
const FLOATS: [Tag; 2] = [Tag(0x0028, 0x0122), Tag(0x0028, 0x0124)];
const DOUBLES: [Tag; 2] = [Tag(0x0028, 0x0123), Tag(0x0028, 0x0125)];

/// A range of values that stand for no value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Padding {
    low: f64,
    high: f64,
}

impl Padding {
    /// Reads the range from a header. One value alone is a range of its own.
    pub fn read(fields: &Fields, bits: Bits) -> Option<Self> {
        let word = |tag| {
            let word = fields.word(tag)?;
            Some(if bits.signed { f64::from(word.cast_signed()) } else { word.into() })
        };
        let [value, limit] = match (bits.number, bits.allocated) {
            (NumberKind::Integer, _) => WORDS.map(word),
            (NumberKind::Float, 32) => FLOATS.map(|tag| fields.float(tag)),
            (NumberKind::Float, _) => DOUBLES.map(|tag| fields.float(tag)),
        };
        let (value, limit) = (value?, limit.or(value)?);
        Some(Self { low: value.min(limit), high: value.max(limit) })
    }

    /// Tells if a stored value stands for no value.
    pub fn covers(self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }
}
