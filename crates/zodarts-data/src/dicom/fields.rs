//! The values of a header, as bytes until somebody asks for a number.

use super::elements::Tag;
use super::fault::Fault;
use std::collections::HashMap;

/// Values by their tags.
#[derive(Debug, Default)]
pub(super) struct Fields {
    values: HashMap<Tag, Vec<u8>>,
}

impl Fields {
    pub fn insert(&mut self, tag: Tag, value: Vec<u8>) {
        self.values.insert(tag, value);
    }

    /// Whether the element is there, with or without a value.
    pub fn has(&self, tag: Tag) -> bool {
        self.values.contains_key(&tag)
    }

    /// A value that is there and not empty.
    pub fn bytes(&self, tag: Tag) -> Option<&[u8]> {
        self.values.get(&tag).map(Vec::as_slice).filter(|value| !value.is_empty())
    }

    /// The 16-bit numbers of an element.
    pub fn words(&self, tag: Tag) -> Option<Vec<u16>> {
        let bytes = self.bytes(tag)?;
        Some(bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect())
    }

    /// The first 16-bit number of an element.
    pub fn word(&self, tag: Tag) -> Option<u16> {
        self.words(tag)?.first().copied()
    }

    /// Whether values are signed (Pixel Representation).
    pub fn is_signed(&self) -> bool {
        self.word((0x0028, 0x0103)) == Some(1)
    }

    /// The first 16-bit number of an element that has to be there.
    pub fn needed(&self, tag: Tag, name: &'static str) -> Result<u16, Fault> {
        self.word(tag).ok_or(Fault::Missing { tag, name })
    }

    /// The first of the numbers that an element holds as text, if it is one.
    pub fn number(&self, tag: Tag) -> Option<f64> {
        let text = std::str::from_utf8(self.bytes(tag)?).ok()?;
        let first = text.split('\\').next()?.trim_matches([' ', '\0']);
        first.parse().ok().filter(|number: &f64| number.is_finite())
    }
}
