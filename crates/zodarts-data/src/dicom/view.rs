//! The way in which a file wants its grey to be seen: through a table or a window.

use super::fault::DicomFault;
use super::fields::Fields;
use super::lookup::{Lookup, LookupElements};
use super::tag::Tag;
use super::window::{VoiFunction, Window};

const CENTER: Tag = Tag(0x0028, 0x1050);
const WIDTH: Tag = Tag(0x0028, 0x1051);
const FUNCTION: Tag = Tag(0x0028, 0x1056);
const TABLE: LookupElements = LookupElements {
    descriptor: (Tag(0x0028, 0x3002), "the descriptor of a table of grey"),
    table: (Tag(0x0028, 0x3006), "a table of grey"),
};
/// The VOI LUT Sequence, whose first item holds a table of grey.
pub(super) const SEQUENCE: Tag = Tag(0x0028, 0x3010);

/// The grey of rescaled values.
#[derive(Debug)]
pub(super) enum View {
    /// Entry by entry.
    Table(Lookup),
    /// Between the ends of a window.
    Window(Window, VoiFunction),
}

impl View {
    /// Reads the view of a file or of a group, if there is one: the first table, else the first window. A
    /// table that lacks a part and a window that makes no sense count as none.
    pub fn read(fields: &Fields, signed: bool) -> Result<Option<Self>, DicomFault> {
        if let Some(item) = fields.item(SEQUENCE) {
            match Lookup::new(item, TABLE, signed) {
                Ok(table) => return Ok(Some(Self::Table(table))),
                Err(DicomFault::Missing { .. }) => (),
                Err(fault) => return Err(fault),
            }
        }
        let window = fields.number(CENTER).zip(fields.number(WIDTH)).and_then(|(c, w)| Window::new(c, w));
        Ok(window.map(|window| Self::Window(window, function(fields))))
    }

    /// Returns the grey of a rescaled value, from 0 for black to 1 for white.
    pub fn grey(&self, value: f64) -> f64 {
        match self {
            Self::Table(table) => (f64::from(table.look_up(value)) / table.white()).min(1.0),
            Self::Window(window, function) => window.grey(value, *function),
        }
    }
}

/// Returns the curve of windows that a file or a group names.
pub(super) fn function(fields: &Fields) -> VoiFunction {
    fields.text(FUNCTION).map_or(VoiFunction::Linear, VoiFunction::parse)
}
