//! Images whose values are places in three tables of colours.

use super::elements::Tag;
use super::fault::Fault;
use super::fields::Fields;
use super::lookup::{Lookup, Names};
use super::values::Bits;

/// What describes the tables.
const DESCRIPTORS: [Tag; 3] = [(0x0028, 0x1101), (0x0028, 0x1102), (0x0028, 0x1103)];
/// The tables.
const TABLES: [Tag; 3] = [(0x0028, 0x1201), (0x0028, 0x1202), (0x0028, 0x1203)];

/// Tables of red, green and blue.
#[derive(Debug)]
pub(super) struct Palette {
    tables: [Lookup; 3],
}

impl Palette {
    pub fn new(fields: &Fields) -> Result<Self, Fault> {
        let table = |at: usize| {
            let (descriptor, table) = (DESCRIPTORS[at], TABLES[at]);
            let names = Names { descriptor: "the descriptor of a palette", table: "a table of a palette" };
            let lookup = Lookup::new(fields, descriptor, table, names)?;
            if matches!(lookup.bits(), 8 | 16) { Ok(lookup) } else { Err(Fault::Element(descriptor)) }
        };
        Ok(Self { tables: [table(0)?, table(1)?, table(2)?] })
    }

    /// Whether a colour has more than 8 bits.
    pub fn is_deep(&self) -> bool {
        self.tables.iter().any(|table| table.bits() > 8)
    }

    /// The planes of an image.
    pub fn planes(&self, words: &[u16], bits: Bits) -> Vec<f32> {
        let plane = |table: &'_ Lookup| {
            let white = if table.bits() == 8 { 255.0 } else { 65535.0 };
            let color = |word: &u16| (f32::from(table.look_up(bits.value(*word))) / white).min(1.0);
            words.iter().map(color).collect()
        };
        self.tables.iter().map(plane).collect::<Vec<Vec<f32>>>().concat()
    }
}
