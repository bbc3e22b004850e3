//! The bits of a stored value.

use super::fault::DicomFault;
use super::fields::Fields;
use super::tag::Tag;

const ALLOCATED: Tag = Tag(0x0028, 0x0100);
const STORED: Tag = Tag(0x0028, 0x0101);
const HIGH_BIT: Tag = Tag(0x0028, 0x0102);

/// A kind of numbers that pixels are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NumberKind {
    Integer,
    /// Floating-point numbers of 32 or 64 bits.
    Float,
}

/// The layout of a value in its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bits {
    pub number: NumberKind,
    /// Bits of the word: 1, 8, 16, 32, or 64 for floating-point numbers.
    pub allocated: u16,
    /// Bits of the value.
    pub stored: u16,
    /// The highest bit of the value, from 0.
    pub high: u16,
    pub signed: bool,
}

impl Bits {
    /// Returns the layout of numbers in the lowest `stored` bits.
    pub fn lowest(stored: u16, signed: bool) -> Self {
        let allocated = if stored <= 8 { 8 } else { 16 };
        Self { number: NumberKind::Integer, allocated, stored, high: stored - 1, signed }
    }

    /// Reads the layout of integers from a header.
    pub fn integer(fields: &Fields) -> Result<Self, DicomFault> {
        let allocated = fields.needed(ALLOCATED, "Bits Allocated")?;
        if !matches!(allocated, 1 | 8 | 16 | 32) {
            let (what, expected) = ("Bits Allocated", "1, 8, 16 or 32");
            return Err(DicomFault::Unsupported { what, found: allocated.to_string(), expected });
        }
        let stored = fields.word(STORED).unwrap_or(allocated);
        let high = fields.word(HIGH_BIT).unwrap_or(stored.saturating_sub(1));
        if stored == 0 || stored > allocated || high >= allocated || high + 1 < stored {
            return Err(DicomFault::Element(STORED));
        }
        let signed = fields.is_signed();
        Ok(Self { number: NumberKind::Integer, allocated, stored, high, signed })
    }

    /// Reads the layout of floating-point numbers of `allocated` bits, which a header must confirm.
    pub fn float(fields: &Fields, allocated: u16) -> Result<Self, DicomFault> {
        if fields.word(ALLOCATED).is_some_and(|found| found != allocated) {
            return Err(DicomFault::Element(ALLOCATED));
        }
        let (stored, high) = (allocated, allocated - 1);
        Ok(Self { number: NumberKind::Float, allocated, stored, high, signed: true })
    }

    /// Returns the integer in a word, without the bits beside it.
    pub fn value(self, word: u32) -> f64 {
        let unused = 32 - self.stored;
        let raised = (word >> (self.high + 1 - self.stored)) << unused;
        if self.signed { f64::from(raised.cast_signed() >> unused) } else { f64::from(raised >> unused) }
    }

    /// Returns the largest value of unsigned integers.
    pub fn white(self) -> f64 {
        f64::from(u32::MAX >> (32 - self.stored.min(32)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_beside_a_value_do_not_count() {
        let bits = |stored, high, signed| Bits { high, ..Bits::lowest(stored, signed) };
        assert_eq!(bits(12, 11, false).value(0xf801), 2049.0);
        assert_eq!(bits(12, 11, true).value(0xf801), -2047.0);
        assert_eq!(bits(8, 15, false).value(0x33ff), 51.0);
        assert_eq!(bits(1, 0, false).value(3), 1.0);
        assert_eq!(bits(32, 31, false).value(u32::MAX), 4_294_967_295.0);
        assert_eq!(bits(32, 31, true).value(u32::MAX), -1.0);
        assert_eq!(
            [1, 8, 12, 32].map(|stored| bits(stored, 0, false).white()),
            [1.0, 255.0, 4095.0, 4_294_967_295.0]
        );
    }
}
