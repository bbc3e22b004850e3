//! The colour model of an image (Photometric Interpretation).

use super::bits::Bits;
use super::fault::DicomFault;
use super::fields::Fields;
use super::grey::{Grey, GreyOptions};
use super::palette::Palette;
use super::syntax::Codec;
use super::tag::PHOTOMETRIC;

/// The meaning of a value (Photometric Interpretation).
#[derive(Debug)]
pub(super) enum Color {
    /// One channel.
    Grey(Box<Grey>),
    /// One channel of indices into tables of colours.
    Palette(Palette),
    /// Red, green and blue.
    Rgb,
    /// Luma and two differences, which two neighbours have in common if `shared`.
    Ybr { shared: bool },
}

/// The pixels whose colour model is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct ColorContext {
    pub codec: Codec,
    pub bits: Bits,
    pub frames: usize,
}

impl Color {
    /// Reads the colour model from a header.
    pub fn new(fields: &Fields, context: ColorContext) -> Result<Self, DicomFault> {
        let missing = DicomFault::Missing { tag: PHOTOMETRIC, name: "Photometric Interpretation" };
        let name = fields.text(PHOTOMETRIC).ok_or(missing)?.to_ascii_uppercase();
        let ColorContext { codec, bits, frames } = context;
        let grey = |inverted| {
            let options = GreyOptions { bits, frames, inverted };
            Grey::new(fields, options).map(|grey| Self::Grey(Box::new(grey)))
        };
        match &*name {
            b"MONOCHROME1" => grey(true),
            b"MONOCHROME2" => grey(false),
            b"PALETTE COLOR" => Palette::new(fields).map(Self::Palette),
            b"RGB" => Ok(Self::Rgb),
            // JPEG 2000 undoes these two as it is decoded.
            b"YBR_RCT" | b"YBR_ICT" if codec == Codec::Jpeg2000 => Ok(Self::Rgb),
            b"YBR_FULL" => Ok(Self::Ybr { shared: false }),
            // JPEG and JPEG 2000 give each pixel its own differences as they are decoded.
            b"YBR_FULL_422" => Ok(Self::Ybr { shared: matches!(codec, Codec::Native | Codec::Rle) }),
            other => Err(not_read(other)),
        }
    }
}

/// Returns the error of a colour model that is not read. Only known names are told: other text could be a
/// patient's name.
fn not_read(photometric: &[u8]) -> DicomFault {
    const KNOWN: [&str; 8] =
        ["HSV", "ARGB", "CMYK", "YBR_ICT", "YBR_RCT", "YBR_PARTIAL_420", "YBR_PARTIAL_422", "XYB"];
    let known = KNOWN.iter().find(|known| known.as_bytes() == photometric);
    DicomFault::Unsupported {
        what: "Photometric Interpretation",
        found: known.map_or("of no known name", |known| known).to_owned(),
        expected: "MONOCHROME1, MONOCHROME2, RGB, YBR_FULL, YBR_FULL_422 or PALETTE COLOR",
    }
}
