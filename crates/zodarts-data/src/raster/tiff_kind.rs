//! Kinds of TIFF images: those that are read as numbers, and the names of those that are not read.

use std::io::Cursor;
use tiff::ColorType;
use tiff::decoder::Decoder;
use tiff::tags::Tag;

/// The format of samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Samples {
    Unsigned,
    Signed,
    Float,
    Other,
}

/// A kind of image.
struct TiffKind {
    color: ColorType,
    samples: Samples,
}

impl TiffKind {
    fn of(bytes: &[u8]) -> Option<Self> {
        let mut decoder = Decoder::new(Cursor::new(bytes)).ok()?;
        let color = decoder.colortype().ok()?;
        let formats = decoder.find_tag_unsigned_vec::<u16>(Tag::SampleFormat).ok()?;
        let samples = match formats.as_deref().and_then(|formats| formats.first()) {
            None | Some(1) => Samples::Unsigned,
            Some(2) => Samples::Signed,
            Some(3) => Samples::Float,
            Some(_) => Samples::Other,
        };
        Some(Self { color, samples })
    }

    /// Tells if the image is grey of a range that its file alone tells.
    fn is_of_numbers(&self) -> bool {
        match self.samples {
            Samples::Unsigned => matches!(self.color, ColorType::Gray(32 | 64)),
            Samples::Float => matches!(self.color, ColorType::Gray(16 | 32 | 64)),
            Samples::Signed | Samples::Other => false,
        }
    }
}

/// Tells if the first page of a file is grey of 32 bits or more, or of floating-point numbers.
pub(crate) fn is_of_numbers(bytes: &[u8]) -> bool {
    TiffKind::of(bytes).is_some_and(|kind| kind.is_of_numbers())
}

/// Returns why the first page of a file is not read, if its kind is not.
pub(crate) fn refused_kind(bytes: &[u8]) -> Option<String> {
    let kind = TiffKind::of(bytes)?;
    let read = matches!(
        (kind.samples, kind.color),
        (
            Samples::Unsigned,
            ColorType::Gray(1 | 8 | 16)
                | ColorType::GrayA(8 | 16)
                | ColorType::RGB(8 | 16)
                | ColorType::RGBA(8 | 16)
                | ColorType::CMYK(8 | 16)
        )
    );
    if read || kind.is_of_numbers() {
        return None;
    }
    let color = match kind.color {
        ColorType::Gray(_) => "grey".to_owned(),
        ColorType::GrayA(_) => "grey with alpha".to_owned(),
        ColorType::RGB(_) => "RGB".to_owned(),
        ColorType::RGBA(_) => "RGB with alpha".to_owned(),
        ColorType::Palette(_) => "palette".to_owned(),
        ColorType::CMYK(_) | ColorType::CMYKA(_) => "CMYK".to_owned(),
        ColorType::YCbCr(_) => "YCbCr".to_owned(),
        ColorType::Lab(_) => "CIELAB".to_owned(),
        ColorType::Multiband { num_samples, .. } => format!("{num_samples}-band"),
        _ => "other".to_owned(),
    };
    let numbers = match kind.samples {
        Samples::Unsigned => "",
        Samples::Signed => " signed",
        Samples::Float => " floating-point",
        Samples::Other => " complex or untyped",
    };
    let bits = kind.color.bit_depth();
    Some(format!("it is a {color} TIFF of{numbers} {bits} bits; save it as grey or RGB of 8 or 16 bits"))
}
