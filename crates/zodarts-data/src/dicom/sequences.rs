//! Sequences of elements, entered item by item or skipped without recursion, however deep they are.

use super::elements::{Element, Elements, Fragment};
use super::fault::DicomFault;
use super::tag::Tag;
use std::io::{BufRead, Seek};

const ITEM: Tag = Tag(0xfffe, 0xe000);
const ITEM_END: Tag = Tag(0xfffe, 0xe00d);
const SEQUENCE_END: Tag = Tag(0xfffe, 0xe0dd);
/// Bytes of a mark and its length.
const MARK_LENGTH: u64 = 8;

/// A sequence or an item that was entered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entered {
    /// The position behind it; `None` if it goes as far as an end mark.
    end: Option<u64>,
}

impl<R: BufRead + Seek> Elements<R> {
    /// Skips the value of the element just read.
    pub fn skip(&mut self, element: &Element) -> Result<(), DicomFault> {
        if let Some(length) = element.length {
            return self.pass(length);
        }
        // Below this depth elements have no types.
        let mut implicit_from = element.implicit_inside().then_some(1);
        let mut depth = 1usize;
        while depth > 0 {
            let explicit = self.encoding.explicit && implicit_from.is_none();
            let inner = self.header(explicit)?;
            match (inner.tag, inner.length) {
                (ITEM_END | SEQUENCE_END, _) => {
                    depth -= 1;
                    implicit_from = implicit_from.filter(|from| *from <= depth);
                }
                (_, Some(length)) => self.pass(length)?,
                (_, None) => {
                    depth += 1;
                    if inner.implicit_inside() {
                        implicit_from = implicit_from.or(Some(depth));
                    }
                }
            }
        }
        Ok(())
    }

    /// Enters the sequence just read.
    pub fn enter(&mut self, sequence: &Element) -> Entered {
        Entered { end: self.end_of(sequence) }
    }

    /// Enters the next item of a sequence, or returns `None` behind the last.
    pub fn next_item(&mut self, sequence: &Entered) -> Result<Option<Entered>, DicomFault> {
        if self.is_over(sequence)? {
            return Ok(None);
        }
        let item = self.header(self.encoding.explicit)?;
        let end = self.end_of(&item);
        match item.tag {
            ITEM if end.zip(sequence.end).is_none_or(|(end, most)| end <= most) => Ok(Some(Entered { end })),
            SEQUENCE_END if sequence.end.is_none() => Ok(None),
            _ => Err(DicomFault::Structure),
        }
    }

    /// Returns the next element of an item, or `None` behind the last.
    pub fn next_in(&mut self, item: &Entered) -> Result<Option<Element>, DicomFault> {
        if self.is_over(item)? {
            return Ok(None);
        }
        let element = self.header(self.encoding.explicit)?;
        Ok((element.tag != ITEM_END).then_some(element))
    }

    /// Skips the rest of a sequence, from behind one of its items.
    pub fn leave(&mut self, sequence: &Entered) -> Result<(), DicomFault> {
        if let Some(end) = sequence.end {
            let rest = end.checked_sub(self.position).ok_or(DicomFault::Structure)?;
            return self.pass(u32::try_from(rest).map_err(|_| DicomFault::Structure)?);
        }
        loop {
            let next = self.header(self.encoding.explicit)?;
            match next.tag {
                SEQUENCE_END => return Ok(()),
                ITEM => self.skip(&next)?,
                _ => return Err(DicomFault::Structure),
            }
        }
    }

    /// Skips the next fragment of encapsulated pixel data and returns it, or `None` at their end. Some files
    /// lack the mark of the end: whether the fragments suffice is for the decoder to tell.
    pub fn fragment(&mut self) -> Result<Option<Fragment>, DicomFault> {
        if self.left() < MARK_LENGTH {
            return Ok(None);
        }
        let item = self.header(self.encoding.explicit)?;
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

    fn end_of(&self, element: &Element) -> Option<u64> {
        element.length.map(|length| self.position + u64::from(length))
    }

    /// Tells if the position is the announced end.
    fn is_over(&self, entered: &Entered) -> Result<bool, DicomFault> {
        match entered.end {
            Some(end) if self.position > end => Err(DicomFault::Structure),
            Some(end) => Ok(self.position == end),
            None => Ok(false),
        }
    }
}
