//! The colour model of an image (Photometric Interpretation).

use super::fault::DicomFault;
use super::fields::Fields;
use super::grey::Grey;
use super::palette::Palette;
use super::tag::Tag;

pub(super) const PHOTOMETRIC: Tag = Tag(0x0028, 0x0004);

/// The meaning of a value (Photometric Interpretation).
#[derive(Debug)]
pub(super) enum Color {
    /// One channel.
    Grey(Grey),
    /// One channel of indices into tables of colours.
    Palette(Palette),
    /// Red, green and blue.
    Rgb,
    /// Luma and two differences, which two neighbours have in common if `shared`.
    Ybr { shared: bool },
}

impl Color {
    /// Reads the colour model from a header.
    pub fn new(fields: &Fields) -> Result<Self, DicomFault> {
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

/// Returns the error of a colour model that is not read. Only known names are told: other text could be a
/// patient's name.
fn not_read(photometric: &[u8]) -> DicomFault {
    const KNOWN: [&str; 6] = ["HSV", "ARGB", "CMYK", "YBR_ICT", "YBR_RCT", "YBR_PARTIAL_420"];
    let known = KNOWN.iter().find(|known| known.as_bytes() == photometric);
    DicomFault::Unsupported {
        what: "Photometric Interpretation",
        found: known.map_or("of no known name", |known| known).to_owned(),
        expected: "MONOCHROME1, MONOCHROME2, RGB, YBR_FULL, YBR_FULL_422 or PALETTE COLOR",
    }
}
