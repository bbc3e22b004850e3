//! From stored values to the units of a modality, such as Hounsfield units: by slope and intercept, or by a table.

use super::elements::Tag;
use super::fault::Fault;
use super::fields::Fields;
use super::lookup::{Lookup, Names};

const INTERCEPT: Tag = (0x0028, 0x1052);
const SLOPE: Tag = (0x0028, 0x1053);
const DESCRIPTOR: Tag = (0x0028, 0x3002);
const TABLE: Tag = (0x0028, 0x3006);
/// The Modality LUT Sequence, whose item holds a table in place of slope and intercept.
pub(super) const SEQUENCE: Tag = (0x0028, 0x3000);
/// Where files of several frames may keep slope and intercept of each.
const GROUPS: [Tag; 2] = [(0x5200, 0x9229), (0x5200, 0x9230)];

/// How values are rescaled.
#[derive(Debug)]
pub(super) enum Rescaling {
    /// A straight line, the slope of which is not 0.
    Line { slope: f64, intercept: f64 },
    /// Entry by entry.
    Table(Lookup),
}

impl Rescaling {
    /// As a header says.
    pub fn new(fields: &Fields) -> Result<Self, Fault> {
        if fields.has(SEQUENCE) {
            let names = Names { descriptor: "the descriptor of a modality table", table: "a modality table" };
            return Lookup::new(fields, DESCRIPTOR, TABLE, names).map(Self::Table);
        }
        let number = |tag: Tag, otherwise: f64| match fields.bytes(tag) {
            None => Ok(otherwise),
            Some(_) => fields.number(tag).ok_or(Fault::Element(tag)),
        };
        let (slope, intercept) = (number(SLOPE, 1.0)?, number(INTERCEPT, 0.0)?);
        if slope == 0.0 { Err(Fault::Element(SLOPE)) } else { Ok(Self::Line { slope, intercept }) }
    }

    /// Whether slope and intercept may stand where they are not read.
    pub fn is_elsewhere(fields: &Fields) -> bool {
        GROUPS.iter().any(|tag| fields.has(*tag)) && !fields.has(SLOPE) && !fields.has(SEQUENCE)
    }

    /// Whether values stay as they are.
    pub fn is_none(&self) -> bool {
        matches!(self, Self::Line { slope: 1.0, intercept: 0.0 })
    }

    /// A value in units of the modality.
    pub fn of(&self, value: i32) -> f64 {
        match self {
            Self::Line { slope, intercept } => slope * f64::from(value) + intercept,
            Self::Table(table) => table.look_up(value).into(),
        }
    }
}
