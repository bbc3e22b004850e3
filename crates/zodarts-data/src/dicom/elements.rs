//! The elements of a DICOM file, one after the other, without reading more than is asked for.
//!
//! The file is not trusted: a length is compared with what is left of the file before anything is reserved, and sequences within
//! sequences are passed over without recursion, however deep. No value is read here but those that are asked for.

use super::fault::Fault;
use std::io::{BufRead, Seek};

/// Where an element belongs: group and number.
pub(super) type Tag = (u16, u16);

const ITEM: Tag = (0xfffe, 0xe000);
const ITEM_END: Tag = (0xfffe, 0xe00d);
const SEQUENCE_END: Tag = (0xfffe, 0xe0dd);
/// The length that says: as far as the end mark.
const UNDEFINED: u32 = u32::MAX;
/// Value representations whose length takes four bytes.
const LONG: [&[u8; 2]; 13] =
    [b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"];

/// An element, before its value is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element {
    pub tag: Tag,
    /// Bytes of its value; none if it goes as far as an end mark.
    pub length: Option<u32>,
    /// Whether what is inside says no types, whatever is outside.
    implicit_inside: bool,
}

/// An item of a sequence, and where both end; none that go as far as an end mark.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    end: Option<u64>,
    after: Option<u64>,
}

/// Reads elements in order.
#[derive(Debug)]
pub(super) struct Elements<R> {
    source: R,
    /// Bytes read or passed over.
    pub position: u64,
    /// Bytes of the file.
    end: u64,
    /// Whether elements say what type they are of. All of them are little-endian.
    pub explicit: bool,
}

impl<R: BufRead + Seek> Elements<R> {
    /// From `position`, where `source` stands, of a file of `end` bytes.
    pub fn new(source: R, position: u64, end: u64, explicit: bool) -> Self {
        Self { source, position, end, explicit }
    }

    /// The group of the next element, or none at the end of the file.
    pub fn group(&mut self) -> Result<Option<u16>, Fault> {
        if self.position == self.end {
            return Ok(None);
        }
        let group = u16::from_le_bytes(self.array()?);
        self.source.seek_relative(-2)?;
        self.position -= 2;
        Ok(Some(group))
    }

    /// The next element, or none at the end of the file.
    pub fn next(&mut self) -> Result<Option<Element>, Fault> {
        if self.position == self.end { Ok(None) } else { self.header(self.explicit).map(Some) }
    }

    /// The value of the element just read, which may have at most `most` bytes.
    pub fn value(&mut self, element: &Element, most: u32) -> Result<Vec<u8>, Fault> {
        let length = element.length.filter(|length| *length <= most).ok_or(Fault::Element(element.tag))?;
        self.bytes(length)
    }

    /// Passes over the value of the element just read.
    pub fn skip(&mut self, element: &Element) -> Result<(), Fault> {
        if let Some(length) = element.length {
            return self.pass(length);
        }
        // Below this depth nothing says its type.
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

    /// Goes into the sequence that was just read, as far as the elements of its first item; none if it has no item.
    /// [`Elements::leave`] goes on behind the sequence.
    pub fn enter(&mut self, sequence: &Element) -> Result<Option<Item>, Fault> {
        let after = sequence.length.map(|length| self.position + u64::from(length));
        if after == Some(self.position) {
            return Ok(None);
        }
        let item = self.header(self.explicit)?;
        match (item.tag, item.length) {
            (ITEM, length) => {
                Ok(Some(Item { end: length.map(|length| self.position + u64::from(length)), after }))
            }
            (SEQUENCE_END, _) if after.is_none() => Ok(None),
            _ => Err(Fault::Structure),
        }
    }

    /// The next element of an item, or none at its end.
    pub fn next_in(&mut self, item: &Item) -> Result<Option<Element>, Fault> {
        match item.end {
            Some(end) if self.position == end => return Ok(None),
            Some(end) if self.position > end => return Err(Fault::Structure),
            _ => (),
        }
        let element = self.header(self.explicit)?;
        Ok((element.tag != ITEM_END).then_some(element))
    }

    /// Passes over what follows an item that was gone through in its sequence.
    pub fn leave(&mut self, item: &Item) -> Result<(), Fault> {
        if let Some(after) = item.after {
            let rest = after.checked_sub(self.position).ok_or(Fault::Structure)?;
            return self.pass(u32::try_from(rest).map_err(|_| Fault::Structure)?);
        }
        loop {
            let next = self.header(self.explicit)?;
            match next.tag {
                SEQUENCE_END => return Ok(()),
                ITEM => self.skip(&next)?,
                _ => return Err(Fault::Structure),
            }
        }
    }

    /// The place and length of the next piece of encapsulated pixel data, passed over; none at their end.
    pub fn fragment(&mut self) -> Result<Option<(u64, u32)>, Fault> {
        let item = self.header(self.explicit)?;
        match (item.tag, item.length) {
            (ITEM, Some(length)) => {
                let place = self.position;
                self.pass(length)?;
                Ok(Some((place, length)))
            }
            (SEQUENCE_END, _) => Ok(None),
            _ => Err(Fault::Structure),
        }
    }

    /// Bytes that are left of the file.
    pub fn left(&self) -> u64 {
        self.end.saturating_sub(self.position)
    }

    /// `length` bytes from `place` on.
    pub fn bytes_at(&mut self, place: u64, length: u32) -> Result<Vec<u8>, Fault> {
        self.source.seek(std::io::SeekFrom::Start(place))?;
        self.position = place;
        self.bytes(length)
    }

    fn header(&mut self, explicit: bool) -> Result<Element, Fault> {
        let tag = (u16::from_le_bytes(self.array()?), u16::from_le_bytes(self.array()?));
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

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        self.check(N as u32)?;
        let mut bytes = [0; N];
        self.source.read_exact(&mut bytes)?;
        self.position += N as u64;
        Ok(bytes)
    }

    fn bytes(&mut self, length: u32) -> Result<Vec<u8>, Fault> {
        self.check(length)?;
        let mut bytes = vec![0; length as usize];
        self.source.read_exact(&mut bytes)?;
        self.position += u64::from(length);
        Ok(bytes)
    }

    fn pass(&mut self, length: u32) -> Result<(), Fault> {
        self.check(length)?;
        self.source.seek_relative(i64::from(length))?;
        self.position += u64::from(length);
        Ok(())
    }

    fn check(&self, length: u32) -> Result<(), Fault> {
        let left = self.left();
        if u64::from(length) <= left {
            Ok(())
        } else {
            Err(Fault::Short { found: left, expected: u64::from(length) })
        }
    }
}

fn element(tag: Tag, length: u32, unknown: bool) -> Element {
    let length = (length != UNDEFINED).then_some(length);
    Element { tag, length, implicit_inside: unknown && length.is_none() }
}
