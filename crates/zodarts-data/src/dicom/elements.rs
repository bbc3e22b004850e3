//! The elements of a DICOM file, one after the other, of which only requested values are read.
//!
//! The file is not trusted: a length is compared with the rest of the file before anything is reserved.

use super::byte_order::ByteOrder;
use super::fault::DicomFault;
use super::tag::Tag;
use std::io::{BufRead, Seek};

/// The group of the marks of items and sequences, which have no type.
const MARKS: u16 = 0xfffe;
/// The length of a value that goes as far as an end mark.
const UNDEFINED: u32 = u32::MAX;
/// Value representations whose length takes four bytes.
const LONG: [&[u8; 2]; 13] =
    [b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"];
/// The other value representations.
const SHORT: [&[u8; 2]; 21] = [
    b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FD", b"FL", b"IS", b"LO", b"LT", b"PN", b"SH", b"SL",
    b"SS", b"ST", b"TM", b"UI", b"UL", b"US",
];

/// Tells if two bytes name a value representation.
pub(super) fn is_kind(bytes: [u8; 2]) -> bool {
    LONG.contains(&&bytes) || SHORT.contains(&&bytes)
}

/// An element, before its value is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element {
    pub tag: Tag,
    /// Bytes of its value; `None` if it goes as far as an end mark.
    pub length: Option<u32>,
    /// The value representation, if the file names it.
    pub kind: Option<[u8; 2]>,
}

impl Element {
    /// Tells if the elements inside have no types, whatever is outside.
    pub fn implicit_inside(&self) -> bool {
        self.length.is_none() && self.kind == Some(*b"UN")
    }
}

/// A run of bytes of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fragment {
    /// The position of its first byte.
    pub start: u64,
    /// Bytes.
    pub length: u32,
}

/// The encoding of elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ElementEncoding {
    /// True if elements name their types.
    pub explicit: bool,
    pub order: ByteOrder,
}

/// Reads elements in order.
#[derive(Debug)]
pub(super) struct Elements<R> {
    source: R,
    /// Bytes read or skipped.
    pub position: u64,
    /// Bytes of the file.
    end: u64,
    pub encoding: ElementEncoding,
}

impl<R: BufRead + Seek> Elements<R> {
    /// Returns a reader of a file of `end` bytes whose `source` is at `position`.
    pub fn new(source: R, position: u64, end: u64, encoding: ElementEncoding) -> Self {
        Self { source, position, end, encoding }
    }

    /// Returns the source, at the position.
    pub fn into_source(self) -> R {
        self.source
    }

    /// Returns the first bytes of the next element, or `None` if the file has fewer.
    pub fn peek<const N: usize>(&mut self) -> Result<Option<[u8; N]>, DicomFault> {
        if self.left() < N as u64 {
            return Ok(None);
        }
        let bytes = self.array::<N>()?;
        self.source.seek_relative(-(N as i64))?;
        self.position -= N as u64;
        Ok(Some(bytes))
    }

    /// Corrects the encoding by the next element: some files name a transfer syntax with types and have none,
    /// or the other way round.
    pub fn settle(&mut self) -> Result<(), DicomFault> {
        if let Some([_, _, _, _, kind @ ..]) = self.peek::<6>()? {
            self.encoding.explicit = if self.encoding.explicit { is_capital(kind) } else { is_kind(kind) };
        }
        Ok(())
    }

    /// Returns the next element, or `None` at the end of the file.
    pub fn next(&mut self) -> Result<Option<Element>, DicomFault> {
        if self.position == self.end { Ok(None) } else { self.header(self.encoding.explicit).map(Some) }
    }

    /// Returns the value of the element just read, which may have at most `most` bytes.
    pub fn value(&mut self, element: &Element, most: u32) -> Result<Vec<u8>, DicomFault> {
        let length =
            element.length.filter(|length| *length <= most).ok_or(DicomFault::Element(element.tag))?;
        self.bytes(length)
    }

    /// Returns the bytes that are left of the file.
    pub fn left(&self) -> u64 {
        self.end.saturating_sub(self.position)
    }

    /// Returns the bytes of a fragment.
    pub fn bytes_at(&mut self, Fragment { start, length }: Fragment) -> Result<Vec<u8>, DicomFault> {
        self.source.seek(std::io::SeekFrom::Start(start))?;
        self.position = start;
        self.bytes(length)
    }

    /// Skips bytes.
    pub fn pass(&mut self, length: u32) -> Result<(), DicomFault> {
        self.check(length)?;
        self.source.seek_relative(i64::from(length))?;
        self.position += u64::from(length);
        Ok(())
    }

    /// Reads an element up to its value. An element without a valid type among others that have one is read
    /// as one without a type, for some writers mix them.
    pub fn header(&mut self, explicit: bool) -> Result<Element, DicomFault> {
        let order = self.encoding.order;
        let tag = Tag(order.word(self.array()?), order.word(self.array()?));
        if !explicit || tag.0 == MARKS {
            return Ok(element(tag, order.long(self.array()?), None));
        }
        let kind: [u8; 2] = self.array()?;
        let length = if !is_capital(kind) {
            let [third, fourth] = self.array()?;
            return Ok(element(tag, order.long([kind[0], kind[1], third, fourth]), None));
        } else if LONG.contains(&&kind) {
            self.array::<2>()?;
            order.long(self.array()?)
        } else {
            u32::from(order.word(self.array()?))
        };
        Ok(element(tag, length, Some(kind)))
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DicomFault> {
        self.check(N as u32)?;
        let mut bytes = [0; N];
        self.source.read_exact(&mut bytes)?;
        self.position += N as u64;
        Ok(bytes)
    }

    fn bytes(&mut self, length: u32) -> Result<Vec<u8>, DicomFault> {
        self.check(length)?;
        let mut bytes = vec![0; length as usize];
        self.source.read_exact(&mut bytes)?;
        self.position += u64::from(length);
        Ok(bytes)
    }

    fn check(&self, length: u32) -> Result<(), DicomFault> {
        let left = self.left();
        if u64::from(length) <= left {
            Ok(())
        } else {
            Err(DicomFault::Short { found: left, expected: u64::from(length) })
        }
    }
}

/// Tells if two bytes look like a type, known or not.
fn is_capital(kind: [u8; 2]) -> bool {
    kind.iter().all(u8::is_ascii_uppercase)
}

fn element(tag: Tag, length: u32, kind: Option<[u8; 2]>) -> Element {
    Element { tag, length: (length != UNDEFINED).then_some(length), kind }
}
