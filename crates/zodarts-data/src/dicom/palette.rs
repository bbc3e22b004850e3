//! Images whose values are places in three tables of colours.

use super::elements::Tag;
use super::fault::Fault;
use super::fields::Fields;
use super::values::Bits;

/// Length, first value and bits of the tables.
const DESCRIPTORS: [Tag; 3] = [(0x0028, 0x1101), (0x0028, 0x1102), (0x0028, 0x1103)];
/// The tables.
const TABLES: [Tag; 3] = [(0x0028, 0x1201), (0x0028, 0x1202), (0x0028, 0x1203)];

/// Tables of red, green and blue.
#[derive(Debug)]
pub(super) struct Palette {
    tables: [Table; 3],
}

#[derive(Debug)]
struct Table {
    /// The value that the first entry is for.
    first: i32,
    /// In [0, 1], at least one.
    entries: Vec<f32>,
    deep: bool,
}

impl Palette {
    pub fn new(fields: &Fields) -> Result<Self, Fault> {
        let table = |at: usize| Table::new(fields, DESCRIPTORS[at], TABLES[at]);
        Ok(Self { tables: [table(0)?, table(1)?, table(2)?] })
    }

    /// Whether a colour has more than 8 bits.
    pub fn is_deep(&self) -> bool {
        self.tables.iter().any(|table| table.deep)
    }

    /// The planes of an image.
    pub fn planes(&self, words: &[u16], bits: Bits) -> Vec<f32> {
        let plane = |table: &'_ Table| words.iter().map(|word| table.look_up(bits.value(*word))).collect();
        self.tables.iter().map(plane).collect::<Vec<Vec<f32>>>().concat()
    }
}

impl Table {
    fn new(fields: &Fields, descriptor: Tag, tag: Tag) -> Result<Self, Fault> {
        let words = fields.words(descriptor).filter(|words| words.len() == 3);
        let words = words.ok_or(Fault::Missing { tag: descriptor, name: "the descriptor of a palette" })?;
        let bytes = fields.bytes(tag).ok_or(Fault::Missing { tag, name: "a table of a palette" })?;
        let count = if words[0] == 0 { 1 << 16 } else { usize::from(words[0]) };
        let first = if fields.is_signed() { i32::from(words[1] as i16) } else { i32::from(words[1]) };
        // Tables of 8 bits stand in single bytes, or in the lower halves of words.
        let single = words[2] == 8 && bytes.len() < 2 * count;
        let white = if words[2] == 8 { 255.0 } else { 65535.0 };
        let entries: Vec<f32> = if single {
            bytes.iter().take(count).map(|byte| f32::from(*byte) / white).collect()
        } else {
            let words = bytes.chunks_exact(2).take(count).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
            words.map(|word| (f32::from(word) / white).min(1.0)).collect()
        };
        if entries.len() < count || !matches!(words[2], 8 | 16) {
            return Err(Fault::Element(tag));
        }
        Ok(Self { first, entries, deep: words[2] == 16 })
    }

    /// The colour of a value; values before and after the table have that of its ends.
    fn look_up(&self, value: i32) -> f32 {
        let at = (value - self.first).clamp(0, self.entries.len() as i32 - 1);
        self.entries[at as usize]
    }
}
