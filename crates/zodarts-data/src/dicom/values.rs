//! What the values of pixels are: their bits, and what they stand for.

use super::elements::Tag;
use super::fault::Fault;
use super::fields::Fields;
use super::grey::Grey;
use super::palette::Palette;

pub(super) const PHOTOMETRIC: Tag = (0x0028, 0x0004);
const ALLOCATED: Tag = (0x0028, 0x0100);
pub(super) const STORED: Tag = (0x0028, 0x0101);
const HIGH_BIT: Tag = (0x0028, 0x0102);

/// How a value is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bits {
    /// Of a value and what stands beside it: 8 or 16.
    pub allocated: u16,
    /// Of a value.
    pub stored: u16,
    /// The highest of them, from 0.
    pub high: u16,
    pub signed: bool,
}

/// What a value means (Photometric Interpretation).
#[derive(Debug)]
pub(super) enum Color {
    /// One channel.
    Grey(Grey),
    /// One channel of places in tables of colours.
    Palette(Palette),
    /// Red, green and blue.
    Rgb,
    /// Luma and two differences; whether two neighbours share the differences.
    Ybr { shared: bool },
}

impl Bits {
    /// The value in a word, without what stands beside it.
    pub fn value(self, word: u16) -> i32 {
        let unused = 16 - self.stored;
        let raised = (word >> (self.high + 1 - self.stored)) << unused;
        if self.signed { i32::from(raised.cast_signed() >> unused) } else { i32::from(raised >> unused) }
    }

    /// As a header says.
    pub fn new(fields: &Fields) -> Result<Self, Fault> {
        let allocated = fields.needed(ALLOCATED, "Bits Allocated")?;
        if allocated != 8 && allocated != 16 {
            let (what, expected) = ("Bits Allocated", "8 or 16");
            return Err(Fault::Unsupported { what, found: allocated.to_string(), expected });
        }
        let stored = fields.word(STORED).unwrap_or(allocated);
        let high = fields.word(HIGH_BIT).unwrap_or(stored.saturating_sub(1));
        if stored == 0 || stored > allocated || high >= allocated || high + 1 < stored {
            return Err(Fault::Element(STORED));
        }
        Ok(Self { allocated, stored, high, signed: fields.is_signed() })
    }
}

impl Color {
    /// As a header says.
    pub fn new(fields: &Fields) -> Result<Self, Fault> {
        let name = fields.bytes(PHOTOMETRIC).unwrap_or_default();
        Ok(match name.trim_ascii_end() {
            b"MONOCHROME1" => Color::Grey(Grey::new(fields, true)?),
            b"MONOCHROME2" => Color::Grey(Grey::new(fields, false)?),
            b"PALETTE COLOR" => Color::Palette(Palette::new(fields)?),
            b"RGB" => Color::Rgb,
            b"YBR_FULL" => Color::Ybr { shared: false },
            b"YBR_FULL_422" => Color::Ybr { shared: true },
            other => return Err(not_read(other)),
        })
    }
}

/// Says which kind of colours is not read, if it is a known one: other text could be anyone's name.
fn not_read(photometric: &[u8]) -> Fault {
    const KNOWN: [&str; 6] = ["HSV", "ARGB", "CMYK", "YBR_ICT", "YBR_RCT", "YBR_PARTIAL_420"];
    let known = KNOWN.iter().find(|known| known.as_bytes() == photometric);
    Fault::Unsupported {
        what: "Photometric Interpretation",
        found: known.map_or("of no known name", |known| known).to_owned(),
        expected: "MONOCHROME1, MONOCHROME2, RGB, YBR_FULL, YBR_FULL_422 or PALETTE COLOR",
    }
}
