//! The header of a DICOM file: shape and meaning of its pixels, and the patient.

use super::bits::{Bits, STORED};
use super::elements::{Element, Elements};
use super::fault::DicomFault;
use super::fields::Fields;
use super::mark::{MARK, PREAMBLE};
use super::photometric::{Color, PHOTOMETRIC};
use super::rescaling;
use super::syntax::{Codec, Syntax};
use super::tag::Tag;
use crate::decode::{MAX_MEMORY, MAX_SIDE};
use crate::patients::PatientKey;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

/// Most bytes of a value that is read: tables of colours have the most.
const MOST: u32 = 1 << 17;
/// Most frames of a file.
const MAX_FRAMES: f64 = 1e6;

const TRANSFER_SYNTAX: Tag = Tag(0x0002, 0x0010);
const PATIENT_ID: Tag = Tag(0x0010, 0x0020);
const SAMPLES: Tag = Tag(0x0028, 0x0002);
const PLANAR: Tag = Tag(0x0028, 0x0006);
const FRAMES: Tag = Tag(0x0028, 0x0008);
const ROWS: Tag = Tag(0x0028, 0x0010);
const COLUMNS: Tag = Tag(0x0028, 0x0011);
const FLOAT_PIXELS: [Tag; 2] = [Tag(0x7fe0, 0x0008), Tag(0x7fe0, 0x0009)];
const PIXELS: Tag = Tag(0x7fe0, 0x0010);

/// A reader of a DICOM file.
pub(super) type DicomReader = Elements<BufReader<File>>;

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

    /// Returns the values of a pixel in the file.
    pub fn samples(&self) -> usize {
        if matches!(self.color, Color::Grey(_) | Color::Palette(_)) { 1 } else { 3 }
    }

    /// Returns the bytes of a frame that is not compressed.
    pub fn frame_bytes(&self) -> usize {
        let samples = match self.color {
            // Two pixels in four values.
            Color::Ybr { shared: true } => 2,
            _ => self.samples(),
        };
        self.rows * self.columns * samples * usize::from(self.bits.allocated / 8)
    }

    /// Reads a file up to its pixel data.
    pub fn read(path: &Path) -> Result<(Self, DicomReader, Element), DicomFault> {
        let file = File::open(path)?;
        let end = file.metadata()?.len();
        let mut source = BufReader::new(file);
        let mut start = [0; PREAMBLE + MARK.len()];
        match source.read_exact(&mut start) {
            Ok(()) if start.ends_with(MARK) => (),
            Ok(()) => return Err(DicomFault::NoMark),
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                return Err(DicomFault::NoMark);
            }
            Err(error) => return Err(error.into()),
        }
        let mut elements = Elements::new(source, start.len() as u64, end, true);
        let syntax = transfer_syntax(&mut elements)?;
        elements.explicit = syntax.explicit;
        let (fields, pixels) = fields(&mut elements)?;
        Ok((Self::new(syntax, &fields)?, elements, pixels))
    }

    fn new(syntax: Syntax, fields: &Fields) -> Result<Self, DicomFault> {
        let side = |tag, name| match fields.needed(tag, name)? {
            0 => Err(DicomFault::Element(tag)),
            side => Ok(usize::from(side)),
        };
        let frames = fields.number(FRAMES).unwrap_or(1.0);
        if !(1.0..=MAX_FRAMES).contains(&frames) {
            return Err(DicomFault::Element(FRAMES));
        }
        let header = Self {
            syntax,
            rows: side(ROWS, "Rows")?,
            columns: side(COLUMNS, "Columns")?,
            frames: frames as usize,
            bits: Bits::new(fields)?,
            color: Color::new(fields)?,
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
        let memory = rows * columns * self.channels() as u64 * 4;
        if rows.max(columns) > MAX_SIDE.into() || memory > MAX_MEMORY {
            return Err(DicomFault::TooLarge { rows, columns, most: MAX_SIDE });
        }
        let samples = fields.word(SAMPLES).unwrap_or(1);
        if usize::from(samples) != self.samples() {
            return Err(DicomFault::Element(SAMPLES));
        }
        let Bits { allocated, stored, signed, .. } = self.bits;
        if self.samples() == 3 && (stored != allocated || signed) {
            return Err(DicomFault::Element(STORED));
        }
        let shared = matches!(self.color, Color::Ybr { shared: true });
        if shared
            && self.syntax.codec != Codec::Jpeg
            && (self.columns % 2 == 1 || self.syntax.codec == Codec::Rle)
        {
            return Err(DicomFault::Element(PHOTOMETRIC));
        }
        Ok(())
    }
}

/// Reads the first group of a file, which names the transfer syntax of the others.
fn transfer_syntax(elements: &mut DicomReader) -> Result<Syntax, DicomFault> {
    let mut syntax = None;
    while elements.group()? == Some(TRANSFER_SYNTAX.0) {
        let Some(element) = elements.next()? else { break };
        if element.tag == TRANSFER_SYNTAX {
            syntax = Some(Syntax::parse(&elements.value(&element, 128)?)?);
        } else {
            elements.skip(&element)?;
        }
    }
    syntax.ok_or(DicomFault::Missing { tag: TRANSFER_SYNTAX, name: "Transfer Syntax UID" })
}

/// Reads the fields of use before the pixel data, and the element of these.
fn fields(elements: &mut DicomReader) -> Result<(Fields, Element), DicomFault> {
    let mut fields = Fields::default();
    while let Some(element) = elements.next()? {
        let tag = element.tag;
        if tag == PIXELS {
            return Ok((fields, element));
        }
        if FLOAT_PIXELS.contains(&tag) {
            let (what, found) = ("pixel data", "of floating-point numbers".to_owned());
            return Err(DicomFault::Unsupported { what, found, expected: "whole numbers of 8 or 16 bits" });
        }
        if tag == rescaling::SEQUENCE {
            fields.insert(tag, Vec::new());
            modality_table(elements, &element, &mut fields)?;
        } else {
            keep(elements, &element, &mut fields)?;
        }
    }
    Err(DicomFault::NoPixels)
}

/// Reads the first item of the Modality LUT Sequence among the other fields: the standard allows one, and its
/// elements occur nowhere else in the fields that are read.
fn modality_table(
    elements: &mut DicomReader,
    sequence: &Element,
    fields: &mut Fields,
) -> Result<(), DicomFault> {
    let Some(item) = elements.enter(sequence)? else { return Ok(()) };
    while let Some(element) = elements.next_in(&item)? {
        keep(elements, &element, fields)?;
    }
    elements.leave(&item)
}

/// Keeps the value of an element if it is of use.
fn keep(elements: &mut DicomReader, element: &Element, fields: &mut Fields) -> Result<(), DicomFault> {
    let tag = element.tag;
    let short = element.length.is_some_and(|length| length <= MOST);
    if short && (tag.0 == ROWS.0 || tag == PATIENT_ID) {
        fields.insert(tag, elements.value(element, MOST)?);
    } else {
        fields.insert(tag, Vec::new());
        elements.skip(element)?;
    }
    Ok(())
}
