//! Images whose values are indices into three tables of colours.

use super::fault::DicomFault;
use super::fields::Fields;
use super::lookup::{Lookup, LookupElements};
use super::stored_samples::StoredFrame;
use super::tag::Tag;

/// The descriptors of the tables.
const DESCRIPTORS: [Tag; 3] = [Tag(0x0028, 0x1101), Tag(0x0028, 0x1102), Tag(0x0028, 0x1103)];
/// The tables.
const TABLES: [Tag; 3] = [Tag(0x0028, 0x1201), Tag(0x0028, 0x1202), Tag(0x0028, 0x1203)];

/// Tables of red, green and blue.
#[derive(Debug)]
pub(super) struct Palette {
    tables: [Lookup; 3],
}

impl Palette {
    /// Reads the tables from a header.
    pub fn new(fields: &Fields) -> Result<Self, DicomFault> {
        let table = |at: usize| {
            let descriptor = (DESCRIPTORS[at], "the descriptor of a palette");
            let elements = LookupElements { descriptor, table: (TABLES[at], "a table of a palette") };
            let lookup = Lookup::new(fields, elements, fields.is_signed())?;
            if matches!(lookup.bits(), 8 | 16) {
                Ok(lookup)
            } else {
                Err(DicomFault::Element(DESCRIPTORS[at]))
            }
        };
        Ok(Self { tables: [table(0)?, table(1)?, table(2)?] })
    }

    /// Tells if a colour has more than 8 bits.
    pub fn is_deep(&self) -> bool {
        self.tables.iter().any(|table| table.bits() > 8)
    }

    /// Returns the planes of an image in the shape `(3, area)`, values in [0, 1].
    pub fn planes(&self, frame: &StoredFrame) -> Vec<f32> {
        let plane = |table: &'_ Lookup| {
            let white = table.white() as f32;
            let color = |index: f64| (f32::from(table.look_up(index)) / white).min(1.0);
            frame.numbers().map(color).collect()
        };
        self.tables.iter().map(plane).collect::<Vec<Vec<f32>>>().concat()
    }
}
