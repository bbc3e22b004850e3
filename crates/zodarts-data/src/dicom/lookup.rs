//! Tables of numbers that stand for other numbers: palettes and modality tables.

use super::elements::Tag;
use super::fault::Fault;
use super::fields::Fields;

/// A table with an entry for each of some values that follow each other.
#[derive(Debug)]
pub(super) struct Lookup {
    /// The value that the first entry is for.
    first: i32,
    /// At least one.
    entries: Vec<u16>,
    bits: u16,
}

/// What to call the elements of a table if one is missing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names {
    pub descriptor: &'static str,
    pub table: &'static str,
}

impl Lookup {
    /// The table in element `table`, of which element `descriptor` says length, first value and bits of an entry.
    pub fn new(fields: &Fields, descriptor: Tag, table: Tag, names: Names) -> Result<Self, Fault> {
        let missing = |tag, name| Fault::Missing { tag, name };
        let words = fields.words(descriptor).ok_or(missing(descriptor, names.descriptor))?;
        let bytes = fields.bytes(table).ok_or(missing(table, names.table))?;
        let [count, first, bits @ 1..=16] = words[..] else { return Err(Fault::Element(descriptor)) };
        let count = if count == 0 { 1 << 16 } else { usize::from(count) };
        let first = if fields.is_signed() { i32::from(first.cast_signed()) } else { i32::from(first) };
        // Entries of 8 bits stand in single bytes, or in the lower halves of words.
        let entries: Vec<u16> = if bits <= 8 && bytes.len() < 2 * count {
            bytes.iter().take(count).copied().map(u16::from).collect()
        } else {
            bytes.chunks_exact(2).take(count).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect()
        };
        if entries.len() < count {
            return Err(Fault::Element(table));
        }
        Ok(Self { first, entries, bits })
    }

    /// Bits of an entry, 1 to 16.
    pub fn bits(&self) -> u16 {
        self.bits
    }

    /// The entry for a value; values before and after the table have that of its ends.
    pub fn look_up(&self, value: i32) -> u16 {
        let at = (value - self.first).clamp(0, self.entries.len() as i32 - 1);
        self.entries[at as usize]
    }
}
