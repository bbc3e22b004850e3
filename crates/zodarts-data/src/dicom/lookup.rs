//! Lookup tables: palettes, modality tables and tables of grey.

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

/// The elements of a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct LookupElements {
    /// The length, the first value and the bits of an entry, with its name for errors.
    pub descriptor: (Tag, &'static str),
    /// The entries, with the name for errors.
    pub table: (Tag, &'static str),
}

impl Lookup {
    /// Reads a table, the first value of which has a sign if pixels are `signed`.
    pub fn new(fields: &Fields, elements: LookupElements, signed: bool) -> Result<Self, DicomFault> {
        let missing = |(tag, name)| DicomFault::Missing { tag, name };
        let LookupElements { descriptor, table } = elements;
        let words = fields.words(descriptor.0).ok_or(missing(descriptor))?;
        let bytes = fields.bytes(table.0).ok_or(missing(table))?;
        let [count, first, bits @ 1..=16] = words[..] else {
            return Err(DicomFault::Element(descriptor.0));
        };
        let count = if count == 0 { 1 << 16 } else { usize::from(count) };
        let signed = signed || fields.is_of_kind(descriptor.0, *b"SS");
        let first = if signed { i32::from(first.cast_signed()) } else { i32::from(first) };
        // Entries of 8 bits are single bytes, or the lower halves of words.
        let entries: Vec<u16> = if bits <= 8 && bytes.len() < 2 * count {
            fields.octets(table.0).unwrap_or_default().into_iter().map(u16::from).take(count).collect()
        } else {
            fields.words(table.0).unwrap_or_default().into_iter().take(count).collect()
        };
        if entries.len() < count {
            return Err(DicomFault::Element(table.0));
        }
        Ok(Self { first, entries, bits })
    }

    /// Returns the bits of an entry, 1 to 16.
    pub fn bits(&self) -> u16 {
        self.bits
    }

    /// Returns the largest entry that the bits allow.
    pub fn white(&self) -> f64 {
        f64::from((1u32 << self.bits) - 1)
    }

    /// Returns the entry of a value. Values before and after the table have the entries of its ends; a value
    /// between two whole numbers has the entry of the lower.
    pub fn look_up(&self, value: f64) -> u16 {
        let last = self.entries.len() - 1;
        self.entries[((value - f64::from(self.first)).max(0.0) as usize).min(last)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_beyond_a_table_have_the_entries_of_its_ends() {
        let table = Lookup { first: -2, entries: vec![5, 6, 7], bits: 3 };
        let found = [-1e300, -2.0, -1.0, -0.5, 0.0, 1.0, 1e300, f64::NAN].map(|value| table.look_up(value));
        assert_eq!(found, [5, 5, 6, 6, 7, 7, 7, 5]);
        assert_eq!(table.white(), 7.0);
    }
}
