//! The bits of a stored value.

use super::fault::DicomFault;
use super::fields::Fields;
use super::tag::Tag;

const ALLOCATED: Tag = Tag(0x0028, 0x0100);
pub(super) const STORED: Tag = Tag(0x0028, 0x0101);
const HIGH_BIT: Tag = Tag(0x0028, 0x0102);

/// The layout of a value in its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bits {
    /// Bits of the word: 8 or 16.
    pub allocated: u16,
    /// Bits of the value.
    pub stored: u16,
    /// The highest bit of the value, from 0.
    pub high: u16,
    pub signed: bool,
}

impl Bits {
    /// Returns the value in a word, without the bits beside it.
    pub fn value(self, word: u16) -> i32 {
        let unused = 16 - self.stored;
        let raised = (word >> (self.high + 1 - self.stored)) << unused;
        if self.signed { i32::from(raised.cast_signed() >> unused) } else { i32::from(raised >> unused) }
    }

    /// Reads the layout from a header.
    pub fn new(fields: &Fields) -> Result<Self, DicomFault> {
        let allocated = fields.needed(ALLOCATED, "Bits Allocated")?;
        if allocated != 8 && allocated != 16 {
            let (what, expected) = ("Bits Allocated", "8 or 16");
            return Err(DicomFault::Unsupported { what, found: allocated.to_string(), expected });
        }
        let stored = fields.word(STORED).unwrap_or(allocated);
        let high = fields.word(HIGH_BIT).unwrap_or(stored.saturating_sub(1));
        if stored == 0 || stored > allocated || high >= allocated || high + 1 < stored {
            return Err(DicomFault::Element(STORED));
        }
        Ok(Self { allocated, stored, high, signed: fields.is_signed() })
    }
}
