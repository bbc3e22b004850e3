//! The elements of a DICOM file, one after the other, of which only requested values are read.
//!
//! The file is not trusted: a length is compared with the rest of the file before anything is reserved, and
//! sequences within sequences are skipped without recursion, however deep.

use super::fault::DicomFault;
use super::tag::Tag;
use std::io::{BufRead, Seek};

const ITEM: Tag = Tag(0xfffe, 0xe000);
const ITEM_END: Tag = Tag(0xfffe, 0xe00d);
const SEQUENCE_END: Tag = Tag(0xfffe, 0xe0dd);
/// The length of a value that goes as far as an end mark.
const UNDEFINED: u32 = u32::MAX;
/// Value representations whose length takes four bytes.
const LONG: [&[u8; 2]; 13] =
    [b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"];

/// An element, before its value is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element {
    pub tag: Tag,
    /// Bytes of its value; `None` if it goes as far as an end mark.
    pub length: Option<u32>,
    /// True if the elements inside have no types, whatever is outside.
    implicit_inside: bool,
}

/// The ends of an item and of its sequence; `None` for those that go as far as an end mark.
#[derive(Clone, Copy, Debug)]
pub(super) struct SequenceItem {
    end: Option<u64>,
    after: Option<u64>,
}

/// A run of bytes of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fragment {
    /// The position of its first byte.
    pub start: u64,
    /// Bytes.
    pub length: u32,
}

/// Reads elements in order.
#[derive(Debug)]
pub(super) struct Elements<R> {
    source: R,
    /// Bytes read or skipped.
    pub position: u64,
    /// Bytes of the file.
    end: u64,
    /// True if elements name their types. All are little-endian.
    pub explicit: bool,
}

impl<R: BufRead + Seek> Elements<R> {
    /// Returns a reader of a file of `end` bytes whose `source` is at `position`.
    pub fn new(source: R, position: u64, end: u64, explicit: bool) -> Self {
        Self { source, position, end, explicit }
    }

    /// Returns the group of the next element, or `None` at the end of the file.
    pub fn group(&mut self) -> Result<Option<u16>, DicomFault> {
        if self.position == self.end {
            return Ok(None);
        }
        let group = u16::from_le_bytes(self.array()?);
        self.source.seek_relative(-2)?;
        self.position -= 2;
        Ok(Some(group))
    }

    /// Returns the next element, or `None` at the end of the file.
    pub fn next(&mut self) -> Result<Option<Element>, DicomFault> {
        if self.position == self.end { Ok(None) } else { self.header(self.explicit).map(Some) }
    }

    /// Returns the value of the element just read, which may have at most `most` bytes.
    pub fn value(&mut self, element: &Element, most: u32) -> Result<Vec<u8>, DicomFault> {
        let length =
            element.length.filter(|length| *length <= most).ok_or(DicomFault::Element(element.tag))?;
        self.bytes(length)
    }

    /// Skips the value of the element just read.
    pub fn skip(&mut self, element: &Element) -> Result<(), DicomFault> {
        if let Some(length) = element.length {
            return self.pass(length);
        }
        // Below this depth elements have no types.
        let mut implicit_from = element.implicit_inside.then_some(1);
        let mut depth = 1usize;
        while depth > 0 {
            let explicit = self.explicit && implicit_from.is_none();
            let inner = self.header(explicit)?;
            match (inner.tag, inner.length) {
                (ITEM_END | SEQUENCE_END, _) => {
                    depth -= 1;
                    implicit_from = implicit_from.filter(|from| *from <= depth);
                }
                (_, Some(length)) => self.pass(length)?,
                (_, None) => {
                    depth += 1;
                    if inner.implicit_inside {
                        implicit_from = implicit_from.or(Some(depth));
                    }
                }
            }
        }
        Ok(())
    }

    /// Enters the sequence just read, up to the elements of its first item; returns `None` if it has no item.
    /// [`Elements::leave`] goes on behind the sequence.
    pub fn enter(&mut self, sequence: &Element) -> Result<Option<SequenceItem>, DicomFault> {
        let after = sequence.length.map(|length| self.position + u64::from(length));
        if after == Some(self.position) {
            return Ok(None);
        }
        let item = self.header(self.explicit)?;
        match (item.tag, item.length) {
            (ITEM, length) => {
                Ok(Some(SequenceItem { end: length.map(|length| self.position + u64::from(length)), after }))
            }
            (SEQUENCE_END, _) if after.is_none() => Ok(None),
            _ => Err(DicomFault::Structure),
        }
    }

    /// Returns the next element of an item, or `None` at its end.
    pub fn next_in(&mut self, item: &SequenceItem) -> Result<Option<Element>, DicomFault> {
        match item.end {
            Some(end) if self.position == end => return Ok(None),
            Some(end) if self.position > end => return Err(DicomFault::Structure),
            _ => (),
        }
        let element = self.header(self.explicit)?;
        Ok((element.tag != ITEM_END).then_some(element))
    }

    /// Skips the rest of the sequence behind an item that was read.
    pub fn leave(&mut self, item: &SequenceItem) -> Result<(), DicomFault> {
        if let Some(after) = item.after {
            let rest = after.checked_sub(self.position).ok_or(DicomFault::Structure)?;
            return self.pass(u32::try_from(rest).map_err(|_| DicomFault::Structure)?);
        }
        loop {
            let next = self.header(self.explicit)?;
            match next.tag {
                SEQUENCE_END => return Ok(()),
                ITEM => self.skip(&next)?,
                _ => return Err(DicomFault::Structure),
            }
        }
    }

    /// Skips the next fragment of encapsulated pixel data and returns it, or `None` at their end.
    pub fn fragment(&mut self) -> Result<Option<Fragment>, DicomFault> {
        let item = self.header(self.explicit)?;
        match (item.tag, item.length) {
            (ITEM, Some(length)) => {
                let start = self.position;
                self.pass(length)?;
                Ok(Some(Fragment { start, length }))
            }
            (SEQUENCE_END, _) => Ok(None),
            _ => Err(DicomFault::Structure),
        }
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

    fn header(&mut self, explicit: bool) -> Result<Element, DicomFault> {
        let tag = Tag(u16::from_le_bytes(self.array()?), u16::from_le_bytes(self.array()?));
        if !explicit || tag.0 == ITEM.0 {
            return Ok(element(tag, u32::from_le_bytes(self.array()?), false));
        }
        let kind: [u8; 2] = self.array()?;
        let length = if LONG.contains(&&kind) {
            self.array::<2>()?;
            u32::from_le_bytes(self.array()?)
        } else {
            u32::from(u16::from_le_bytes(self.array()?))
        };
        Ok(element(tag, length, &kind == b"UN"))
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

    fn pass(&mut self, length: u32) -> Result<(), DicomFault> {
        self.check(length)?;
        self.source.seek_relative(i64::from(length))?;
        self.position += u64::from(length);
        Ok(())
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

fn element(tag: Tag, length: u32, unknown: bool) -> Element {
    let length = (length != UNDEFINED).then_some(length);
    Element { tag, length, implicit_inside: unknown && length.is_none() }
}
