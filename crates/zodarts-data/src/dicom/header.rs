//! The header of a DICOM file: shape and meaning of its pixels, and the patient.

use super::bits::{Bits, NumberKind};
use super::byte_order::ByteOrder;
use super::collector::Collector;
use super::elements::Element;
use super::fault::DicomFault;
use super::fields::Fields;
use super::frame_fault::FrameShape;
use super::photometric::{Color, ColorContext};
use super::start::{DicomReader, open};
use super::syntax::{Codec, Syntax};
use super::tag::{PHOTOMETRIC, Tag};
use crate::decode::{MAX_MEMORY, MAX_SIDE};
use crate::patients::PatientKey;
use std::path::Path;

/// Most frames of a file.
const MAX_FRAMES: f64 = 1e6;

const PATIENT_ID: Tag = Tag(0x0010, 0x0020);
const SAMPLES: Tag = Tag(0x0028, 0x0002);
const PLANAR: Tag = Tag(0x0028, 0x0006);
const FRAMES: Tag = Tag(0x0028, 0x0008);
const ROWS: Tag = Tag(0x0028, 0x0010);
const COLUMNS: Tag = Tag(0x0028, 0x0011);
const PIXEL_REPRESENTATION: Tag = Tag(0x0028, 0x0103);
const FLOAT_PIXELS: Tag = Tag(0x7fe0, 0x0008);
const DOUBLE_PIXELS: Tag = Tag(0x7fe0, 0x0009);
const PIXELS: Tag = Tag(0x7fe0, 0x0010);

/// The header of a DICOM file.
#[derive(Debug)]
pub(super) struct Header {
    pub syntax: Syntax,
    pub rows: usize,
    pub columns: usize,
    pub frames: usize,
    pub bits: Bits,
    pub color: Color,
    /// True if a frame of several channels comes plane by plane.
    pub planar: bool,
    /// The patient, if the file names one.
    pub patient: Option<PatientKey>,
}

impl Header {
    /// Returns the channels of an image.
    pub fn channels(&self) -> usize {
        if matches!(self.color, Color::Grey(_)) { 1 } else { 3 }
    }

    /// Returns the shape of a frame in the file.
    pub fn shape(&self) -> FrameShape {
        let channels = if matches!(self.color, Color::Grey(_) | Color::Palette(_)) { 1 } else { 3 };
        FrameShape { width: self.columns, height: self.rows, channels }
    }

    /// Returns the byte order of the numbers of pixels.
    pub fn byte_order(&self) -> ByteOrder {
        self.syntax.encoding.order
    }

    /// Tells if two neighbours have their differences in common.
    pub fn is_shared(&self) -> bool {
        matches!(self.color, Color::Ybr { shared: true })
    }

    /// Returns the bits of a frame that is not compressed.
    pub fn frame_bits(&self) -> u64 {
        let shape = self.shape();
        // Two pixels in four values.
        let values = if self.is_shared() { 2 * shape.area() } else { shape.len() };
        values as u64 * u64::from(self.bits.allocated)
    }

    /// Reads a file up to its pixel data.
    pub fn read(path: &Path) -> Result<(Self, DicomReader, Element), DicomFault> {
        let (syntax, mut elements) = open(path)?;
        let (fields, pixels) = fields(&mut elements)?;
        Ok((Self::new(syntax, &fields, &pixels)?, elements, pixels))
    }

    fn new(syntax: Syntax, fields: &Fields, pixels: &Element) -> Result<Self, DicomFault> {
        let side = |tag, name| match fields.needed(tag, name)? {
            0 => Err(DicomFault::Element(tag)),
            side => Ok(usize::from(side)),
        };
        let bits = match pixels.tag {
            FLOAT_PIXELS => Bits::float(fields, 32)?,
            DOUBLE_PIXELS => Bits::float(fields, 64)?,
            _ => Bits::integer(fields)?,
        };
        let frames = frames(fields)?;
        let header = Self {
            syntax,
            rows: side(ROWS, "Rows")?,
            columns: side(COLUMNS, "Columns")?,
            frames,
            bits,
            color: Color::new(fields, ColorContext { codec: syntax.codec, bits, frames })?,
            planar: fields.word(PLANAR) == Some(1),
            patient: fields.bytes(PATIENT_ID).and_then(PatientKey::of_id),
        };
        header.check(fields)?;
        Ok(header)
    }

    /// Refuses images that are too large, and fields that contradict each other.
    fn check(&self, fields: &Fields) -> Result<(), DicomFault> {
        let (rows, columns) = (self.rows as u64, self.columns as u64);
        // Planes are numbers of four bytes.
        let bytes = u64::from(self.bits.allocated / 8).max(4);
        let memory = rows * columns * self.channels() as u64 * bytes;
        if rows.max(columns) > MAX_SIDE.into() || memory > MAX_MEMORY {
            return Err(DicomFault::TooLarge { rows, columns, most: MAX_SIDE });
        }
        let channels = self.shape().channels;
        if usize::from(fields.word(SAMPLES).unwrap_or(1)) != channels {
            return Err(DicomFault::Element(SAMPLES));
        }
        if self.is_shared() && (self.columns % 2 == 1 || self.syntax.codec == Codec::Rle) {
            return Err(DicomFault::Element(PHOTOMETRIC));
        }
        let Bits { number, allocated, signed, .. } = self.bits;
        if number == NumberKind::Integer && channels == 3 && signed {
            return Err(DicomFault::Element(PIXEL_REPRESENTATION));
        }
        let (what, found) = ("pixels", format!("of {allocated} bits"));
        let unsupported = |expected| Err(DicomFault::Unsupported { what, found, expected });
        match (number, allocated) {
            (NumberKind::Float, _) if !matches!(self.color, Color::Grey(_)) => {
                unsupported("grey where they are floating-point numbers")
            }
            (NumberKind::Float, _) | (_, 1) if self.syntax.codec != Codec::Native => {
                unsupported("8 or 16 where they are compressed")
            }
            (_, 1) if channels == 3 => unsupported("8 or 16 where they have three channels"),
            _ => Ok(()),
        }
    }
}

/// Returns the number of frames; none and 0 are one.
fn frames(fields: &Fields) -> Result<usize, DicomFault> {
    if fields.text(FRAMES).is_none() {
        return Ok(1);
    }
    match fields.number(FRAMES) {
        Some(frames) if (0.0..=MAX_FRAMES).contains(&frames) && frames.fract() == 0.0 => {
            Ok((frames as usize).max(1))
        }
        _ => Err(DicomFault::Element(FRAMES)),
    }
}

/// Reads the fields of use before the pixel data, and the element of these.
fn fields(elements: &mut DicomReader) -> Result<(Fields, Element), DicomFault> {
    let mut fields = Fields::new(elements.encoding.order);
    let mut collector = Collector::new();
    while let Some(element) = elements.next()? {
        match element.tag {
            PIXELS | FLOAT_PIXELS | DOUBLE_PIXELS => return Ok((fields, element)),
            PATIENT_ID => collector.keep(elements, &element, &mut fields)?,
            _ => collector.take(elements, &element, &mut fields, 0)?,
        }
    }
    if fields.word(ROWS).is_some() {
        return Err(DicomFault::LostPixels);
    }
    // It is no image: a directory, a report, a plan.
    Err(DicomFault::NoPixels)
}
