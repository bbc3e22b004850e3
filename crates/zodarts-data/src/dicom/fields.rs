//! The values of a header, kept as bytes and parsed on request.

use super::fault::DicomFault;
use super::tag::Tag;
use std::collections::HashMap;

/// Values by their tags.
#[derive(Debug, Default)]
pub(super) struct Fields {
    values: HashMap<Tag, Vec<u8>>,
}

impl Fields {
    /// Stores a value.
    pub fn insert(&mut self, tag: Tag, value: Vec<u8>) {
        self.values.insert(tag, value);
    }

    /// Tells if the element is there, with or without a value.
    pub fn has(&self, tag: Tag) -> bool {
        self.values.contains_key(&tag)
    }

    /// Returns a value that is there and not empty.
    pub fn bytes(&self, tag: Tag) -> Option<&[u8]> {
        self.values.get(&tag).map(Vec::as_slice).filter(|value| !value.is_empty())
    }

    /// Returns the 16-bit numbers of an element.
    pub fn words(&self, tag: Tag) -> Option<Vec<u16>> {
        let bytes = self.bytes(tag)?;
        Some(bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect())
    }

    /// Returns the first 16-bit number of an element.
    pub fn word(&self, tag: Tag) -> Option<u16> {
        self.words(tag)?.first().copied()
    }

    /// Tells if values are signed (Pixel Representation).
    pub fn is_signed(&self) -> bool {
        self.word(Tag(0x0028, 0x0103)) == Some(1)
    }

    /// Returns the first 16-bit number of a required element.
    pub fn needed(&self, tag: Tag, name: &'static str) -> Result<u16, DicomFault> {
        self.word(tag).ok_or(DicomFault::Missing { tag, name })
    }

    /// Returns the first of the numbers that an element holds as text, if it is finite.
    pub fn number(&self, tag: Tag) -> Option<f64> {
        let text = std::str::from_utf8(self.bytes(tag)?).ok()?;
        let first = text.split('\\').next()?.trim_matches([' ', '\0']);
        first.parse().ok().filter(|number: &f64| number.is_finite())
    }
}
