//! Rescaling of stored values to the units of a modality, such as Hounsfield units: by slope and intercept,
//! or by a table.

use super::fault::DicomFault;
use super::fields::Fields;
use super::lookup::{Lookup, LookupElements};
use super::tag::Tag;

const INTERCEPT: Tag = Tag(0x0028, 0x1052);
const SLOPE: Tag = Tag(0x0028, 0x1053);
const TABLE: LookupElements = LookupElements {
    descriptor: (Tag(0x0028, 0x3002), "the descriptor of a modality table"),
    table: (Tag(0x0028, 0x3006), "a modality table"),
};
/// The Modality LUT Sequence, whose item holds a table in place of slope and intercept.
pub(super) const SEQUENCE: Tag = Tag(0x0028, 0x3000);

/// A rescaling.
#[derive(Debug)]
pub(super) enum Rescaling {
    /// A straight line, the slope of which is not 0.
    Line { slope: f64, intercept: f64 },
    /// Entry by entry.
    Table(Lookup),
}

impl Rescaling {
    /// The rescaling that changes nothing.
    pub const NONE: Self = Self::Line { slope: 1.0, intercept: 0.0 };

    /// Reads the rescaling of a file or of a group, if there is one.
    pub fn read(fields: &Fields, signed: bool) -> Result<Option<Self>, DicomFault> {
        if !fields.items(SEQUENCE).is_empty() {
            let item = fields.item(SEQUENCE);
            let missing = DicomFault::Missing { tag: TABLE.descriptor.0, name: TABLE.descriptor.1 };
            return Lookup::new(item.ok_or(missing)?, TABLE, signed).map(|table| Some(Self::Table(table)));
        }
        let number = |tag: Tag| match fields.text(tag) {
            None => Ok(None),
            Some(_) => fields.number(tag).map(Some).ok_or(DicomFault::Element(tag)),
        };
        match (number(SLOPE)?, number(INTERCEPT)?) {
            (None, None) => Ok(None),
            (Some(0.0), _) => Err(DicomFault::Element(SLOPE)),
            (slope, intercept) => {
                Ok(Some(Self::Line { slope: slope.unwrap_or(1.0), intercept: intercept.unwrap_or_default() }))
            }
        }
    }

    /// Tells if values stay as they are.
    pub fn is_none(&self) -> bool {
        matches!(self, Self::Line { slope: 1.0, intercept: 0.0 })
    }

    /// Returns a value in units of the modality.
    pub fn of(&self, value: f64) -> f64 {
        match self {
            Self::Line { slope, intercept } => slope * value + intercept,
            Self::Table(table) => table.look_up(value).into(),
        }
    }
}
