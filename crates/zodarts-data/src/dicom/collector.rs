//! The fields of use, collected from the elements of a header and from the few sequences that hold some.

use super::elements::{Element, Elements};
use super::fault::DicomFault;
use super::fields::Fields;
use super::groups;
use super::tag::Tag;
use super::{rescaling, view};
use std::io::{BufRead, Seek};

/// Most bytes of a value that is kept: tables have the most.
const MOST: u32 = 1 << 17;
/// Most bytes of memory for all that is kept.
const MEMORY: usize = 1 << 27;
/// Memory for a value or an item beside its bytes.
const OVERHEAD: usize = 512;
/// The group of elements that describe pixels.
const IMAGE_GROUP: u16 = 0x0028;
/// Sequences that are entered, and the most items that are kept of each.
const ENTERED: [(Tag, usize); 6] = [
    (rescaling::SEQUENCE, 1),
    (view::SEQUENCE, 1),
    (groups::SHARED, 1),
    (groups::OF_FRAMES, usize::MAX),
    (groups::RESCALING, 1),
    (groups::VIEW, 1),
];
/// The depth of sequences within the sequences that are entered: groups, a view, its table.
const DEPTH: usize = 3;

/// Collects fields within a limit of memory.
#[derive(Debug)]
pub(super) struct Collector {
    left: usize,
}

impl Collector {
    /// Returns a collector of one file.
    pub fn new() -> Self {
        Self { left: MEMORY }
    }

    /// Keeps an element of the file or of an item that is `depth` sequences deep if it is of use, else skips
    /// it.
    pub fn take<R: BufRead + Seek>(
        &mut self,
        elements: &mut Elements<R>,
        element: &Element,
        fields: &mut Fields,
        depth: usize,
    ) -> Result<(), DicomFault> {
        let sequence = ENTERED.iter().find(|(tag, _)| *tag == element.tag && depth < DEPTH);
        if let Some((_, most)) = sequence {
            return self.sequence(elements, element, fields, SequenceRoom { depth, most: *most });
        }
        let short = element.length.is_some_and(|length| length <= MOST);
        if !short || element.tag.0 != IMAGE_GROUP {
            return elements.skip(element);
        }
        self.keep(elements, element, fields)
    }

    /// Keeps the value of an element.
    pub fn keep<R: BufRead + Seek>(
        &mut self,
        elements: &mut Elements<R>,
        element: &Element,
        fields: &mut Fields,
    ) -> Result<(), DicomFault> {
        let bytes = elements.value(element, MOST)?;
        self.count(bytes.len())?;
        fields.insert(element, bytes);
        Ok(())
    }

    /// Collects the first items of a sequence.
    fn sequence<R: BufRead + Seek>(
        &mut self,
        elements: &mut Elements<R>,
        element: &Element,
        fields: &mut Fields,
        items: SequenceRoom,
    ) -> Result<(), DicomFault> {
        let sequence = elements.enter(element);
        for _ in 0..items.most {
            let Some(item) = elements.next_item(&sequence)? else { return Ok(()) };
            let mut inside = Fields::new(elements.encoding.order);
            while let Some(inner) = elements.next_in(&item)? {
                self.take(elements, &inner, &mut inside, items.depth + 1)?;
            }
            if !inside.is_empty() {
                self.count(0)?;
            }
            fields.push_item(element.tag, inside);
        }
        elements.leave(&sequence)
    }

    fn count(&mut self, bytes: usize) -> Result<(), DicomFault> {
        let most = MEMORY >> 20;
        self.left = self.left.checked_sub(bytes + OVERHEAD).ok_or(DicomFault::Header { most })?;
        Ok(())
    }
}

/// The room for the items of a sequence.
#[derive(Clone, Copy, Debug)]
struct SequenceRoom {
    /// Sequences around it.
    depth: usize,
    /// Most items that are kept.
    most: usize,
}
