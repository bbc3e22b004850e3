//! The values of a header, kept as bytes and parsed on request.

use super::byte_order::ByteOrder;
use super::elements::Element;
use super::fault::DicomFault;
use super::tag::Tag;
use std::collections::HashMap;

/// Values and sequences by their tags.
#[derive(Debug, Default)]
pub(super) struct Fields {
    values: HashMap<Tag, FieldValue>,
    /// The items of sequences; `None` for an item that holds nothing of use.
    sequences: HashMap<Tag, Vec<Option<Box<Fields>>>>,
    order: ByteOrder,
}

/// A value.
#[derive(Debug)]
struct FieldValue {
    bytes: Vec<u8>,
    kind: Option<[u8; 2]>,
}

impl Fields {
    /// Returns fields whose numbers have a byte order.
    pub fn new(order: ByteOrder) -> Self {
        Self { order, ..Self::default() }
    }

    /// Stores the value of an element.
    pub fn insert(&mut self, element: &Element, bytes: Vec<u8>) {
        self.values.insert(element.tag, FieldValue { bytes, kind: element.kind });
    }

    /// Stores an item behind the others of its sequence.
    pub fn push_item(&mut self, sequence: Tag, item: Fields) {
        let item = (!item.is_empty()).then(|| Box::new(item));
        self.sequences.entry(sequence).or_default().push(item);
    }

    /// Tells if nothing was stored.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty() && self.sequences.is_empty()
    }

    /// Returns the items of a sequence.
    pub fn items(&self, sequence: Tag) -> &[Option<Box<Fields>>] {
        self.sequences.get(&sequence).map_or(&[], Vec::as_slice)
    }

    /// Returns the first item of a sequence, if it holds anything of use.
    pub fn item(&self, sequence: Tag) -> Option<&Fields> {
        self.items(sequence).first()?.as_deref()
    }

    /// Returns a value that is there and not empty.
    pub fn bytes(&self, tag: Tag) -> Option<&[u8]> {
        self.values.get(&tag).map(|value| value.bytes.as_slice()).filter(|bytes| !bytes.is_empty())
    }

    /// Tells if an element has a type.
    pub fn is_of_kind(&self, tag: Tag, kind: [u8; 2]) -> bool {
        self.values.get(&tag).is_some_and(|value| value.kind == Some(kind))
    }

    /// Returns the bytes of an element in the order of little-endian files.
    pub fn octets(&self, tag: Tag) -> Option<Vec<u8>> {
        let mut bytes = self.bytes(tag)?.to_vec();
        if self.order == ByteOrder::Big && !self.is_of_kind(tag, *b"OB") {
            bytes.as_chunks_mut::<2>().0.iter_mut().for_each(|pair| pair.reverse());
        }
        Some(bytes)
    }

    /// Returns the 16-bit numbers of an element.
    pub fn words(&self, tag: Tag) -> Option<Vec<u16>> {
        let (words, _) = self.bytes(tag)?.as_chunks::<2>();
        Some(words.iter().map(|bytes| self.order.word(*bytes)).collect())
    }

    /// Returns the first 16-bit number of an element.
    pub fn word(&self, tag: Tag) -> Option<u16> {
        self.bytes(tag)?.first_chunk().map(|bytes| self.order.word(*bytes))
    }

    /// Returns the floating-point number of an element of four or eight bytes.
    pub fn float(&self, tag: Tag) -> Option<f64> {
        let bytes = self.bytes(tag)?;
        match (<[u8; 4]>::try_from(bytes), <[u8; 8]>::try_from(bytes)) {
            (Ok(bytes), _) => Some(f32::from_bits(self.order.long(bytes)).into()),
            (_, Ok(bytes)) => Some(self.order.double(bytes)),
            _ => None,
        }
    }

    /// Tells if values are signed (Pixel Representation).
    pub fn is_signed(&self) -> bool {
        self.word(Tag(0x0028, 0x0103)) == Some(1)
    }

    /// Returns the first 16-bit number of a required element.
    pub fn needed(&self, tag: Tag, name: &'static str) -> Result<u16, DicomFault> {
        self.word(tag).ok_or(DicomFault::Missing { tag, name })
    }

    /// Returns the first of the texts of an element, without padding, if it is not empty. Files pad with
    /// spaces or with zero bytes.
    pub fn text(&self, tag: Tag) -> Option<&[u8]> {
        let first = self.bytes(tag)?.split(|byte| matches!(byte, b'\\' | 0)).next()?.trim_ascii();
        (!first.is_empty()).then_some(first)
    }

    /// Returns the first of the numbers that an element holds as text, if it is finite.
    pub fn number(&self, tag: Tag) -> Option<f64> {
        let text = std::str::from_utf8(self.text(tag)?).ok()?;
        text.parse().ok().filter(|number: &f64| number.is_finite())
    }
}
