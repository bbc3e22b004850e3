//! Lookup tables: palettes and modality tables.

use super::fault::DicomFault;
use super::fields::Fields;
use super::tag::Tag;

/// A table with an entry for each value of a range.
#[derive(Debug)]
pub(super) struct Lookup {
    /// The value of the first entry.
    first: i32,
    /// At least one.
    entries: Vec<u16>,
    bits: u16,
}

/// The names of a table's elements, for errors.
#[derive(Clone, Copy, Debug)]
pub(super) struct LookupNames {
    pub descriptor: &'static str,
    pub table: &'static str,
}

impl Lookup {
    /// Reads the table in element `table`. Element `descriptor` holds its length, first value and bits of an
    /// entry.
    pub fn new(fields: &Fields, descriptor: Tag, table: Tag, names: LookupNames) -> Result<Self, DicomFault> {
        let missing = |tag, name| DicomFault::Missing { tag, name };
        let words = fields.words(descriptor).ok_or(missing(descriptor, names.descriptor))?;
        let bytes = fields.bytes(table).ok_or(missing(table, names.table))?;
        let [count, first, bits @ 1..=16] = words[..] else { return Err(DicomFault::Element(descriptor)) };
        let count = if count == 0 { 1 << 16 } else { usize::from(count) };
        let first = if fields.is_signed() { i32::from(first.cast_signed()) } else { i32::from(first) };
        // Entries of 8 bits are single bytes, or the lower halves of words.
        let entries: Vec<u16> = if bits <= 8 && bytes.len() < 2 * count {
            bytes.iter().take(count).copied().map(u16::from).collect()
        } else {
            bytes.chunks_exact(2).take(count).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect()
        };
        if entries.len() < count {
            return Err(DicomFault::Element(table));
        }
        Ok(Self { first, entries, bits })
    }

    /// Returns the bits of an entry, 1 to 16.
    pub fn bits(&self) -> u16 {
        self.bits
    }

    /// Returns the entry of a value. Values before and after the table have the entries of its ends.
    pub fn look_up(&self, value: i32) -> u16 {
        let at = (value - self.first).clamp(0, self.entries.len() as i32 - 1);
        self.entries[at as usize]
    }
}
