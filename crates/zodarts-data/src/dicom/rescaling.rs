//! Rescaling of stored values to the units of a modality, such as Hounsfield units: by slope and intercept,
//! or by a table.

use super::fault::DicomFault;
use super::fields::Fields;
use super::lookup::{Lookup, LookupNames};
use super::tag::Tag;

const INTERCEPT: Tag = Tag(0x0028, 0x1052);
const SLOPE: Tag = Tag(0x0028, 0x1053);
const DESCRIPTOR: Tag = Tag(0x0028, 0x3002);
const TABLE: Tag = Tag(0x0028, 0x3006);
/// The Modality LUT Sequence, whose item holds a table in place of slope and intercept.
pub(super) const SEQUENCE: Tag = Tag(0x0028, 0x3000);
/// The functional groups, in which files of several frames may hold slope and intercept of each.
const GROUPS: [Tag; 2] = [Tag(0x5200, 0x9229), Tag(0x5200, 0x9230)];

/// A rescaling.
#[derive(Debug)]
pub(super) enum Rescaling {
    /// A straight line, the slope of which is not 0.
    Line { slope: f64, intercept: f64 },
    /// Entry by entry.
    Table(Lookup),
}

impl Rescaling {
    /// Reads the rescaling from a header.
    pub fn new(fields: &Fields) -> Result<Self, DicomFault> {
        if fields.has(SEQUENCE) {
            let names =
                LookupNames { descriptor: "the descriptor of a modality table", table: "a modality table" };
            return Lookup::new(fields, DESCRIPTOR, TABLE, names).map(Self::Table);
        }
        let number = |tag: Tag, otherwise: f64| match fields.bytes(tag) {
            None => Ok(otherwise),
            Some(_) => fields.number(tag).ok_or(DicomFault::Element(tag)),
        };
        let (slope, intercept) = (number(SLOPE, 1.0)?, number(INTERCEPT, 0.0)?);
        if slope == 0.0 { Err(DicomFault::Element(SLOPE)) } else { Ok(Self::Line { slope, intercept }) }
    }

    /// Tells if slope and intercept may be in functional groups, which are not read.
    pub fn is_elsewhere(fields: &Fields) -> bool {
        GROUPS.iter().any(|tag| fields.has(*tag)) && !fields.has(SLOPE) && !fields.has(SEQUENCE)
    }

    /// Tells if values stay as they are.
    pub fn is_none(&self) -> bool {
        matches!(self, Self::Line { slope: 1.0, intercept: 0.0 })
    }

    /// Returns a value in units of the modality.
    pub fn of(&self, value: i32) -> f64 {
        match self {
            Self::Line { slope, intercept } => slope * f64::from(value) + intercept,
            Self::Table(table) => table.look_up(value).into(),
        }
    }
}
