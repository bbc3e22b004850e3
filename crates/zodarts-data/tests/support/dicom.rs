//! DICOM files, written by an independent library.
#![allow(dead_code, reason = "each test binary uses its part")]

use dicom_core::value::{PixelFragmentSequence, Value};
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use std::path::Path;

/// A patient's name, which must never be written anywhere.
pub const PATIENT_NAME: &str = "ZZQUINCE^MORGANA";
/// A patient's id, which must never be written anywhere.
pub const PATIENT_ID: &str = "ZZ-4711-QUINCE";

pub const EXPLICIT: &str = "1.2.840.10008.1.2.1";
pub const IMPLICIT: &str = "1.2.840.10008.1.2";
pub const BIG_ENDIAN: &str = "1.2.840.10008.1.2.2";
pub const DEFLATED: &str = "1.2.840.10008.1.2.1.99";
pub const JPEG_LS: &str = "1.2.840.10008.1.2.4.80";
pub const JPEG_2000: &str = "1.2.840.10008.1.2.4.90";
pub const RLE: &str = "1.2.840.10008.1.2.5";
pub const JPEG: &str = "1.2.840.10008.1.2.4.50";

pub const FRAMES: Tag = Tag(0x0028, 0x0008);
pub const PHOTOMETRIC: Tag = Tag(0x0028, 0x0004);
pub const PLANAR: Tag = Tag(0x0028, 0x0006);
pub const SAMPLES: Tag = Tag(0x0028, 0x0002);
pub const ROWS: Tag = Tag(0x0028, 0x0010);
pub const ALLOCATED: Tag = Tag(0x0028, 0x0100);
pub const STORED: Tag = Tag(0x0028, 0x0101);
pub const HIGH_BIT: Tag = Tag(0x0028, 0x0102);
pub const SIGNED: Tag = Tag(0x0028, 0x0103);
pub const PADDING: Tag = Tag(0x0028, 0x0120);
pub const CENTER: Tag = Tag(0x0028, 0x1050);
pub const WIDTH: Tag = Tag(0x0028, 0x1051);
pub const INTERCEPT: Tag = Tag(0x0028, 0x1052);
pub const SLOPE: Tag = Tag(0x0028, 0x1053);
pub const PIXELS: Tag = Tag(0x7fe0, 0x0010);
const ID: Tag = Tag(0x0010, 0x0020);

/// A DICOM file to write.
pub struct Dicom {
    elements: InMemDicomObject,
    syntax: String,
}

impl Dicom {
    /// A grey image of 16 bits.
    pub fn grey(rows: u16, columns: u16, values: &[u16]) -> Self {
        let pixels = PrimitiveValue::U16(values.iter().copied().collect());
        Self::new(rows, columns, 16).with(PIXELS, VR::OW, pixels)
    }

    /// A grey image of 8 bits.
    pub fn grey8(rows: u16, columns: u16, values: &[u8]) -> Self {
        let pixels = PrimitiveValue::U8(values.iter().copied().collect());
        Self::new(rows, columns, 8).with(PIXELS, VR::OB, pixels)
    }

    /// A colour image of 8 bits, pixel by pixel.
    pub fn color(rows: u16, columns: u16, photometric: &str, values: &[u8]) -> Self {
        Self::grey8(rows, columns, values)
            .with(SAMPLES, VR::US, 3u16)
            .with(PHOTOMETRIC, VR::CS, photometric)
            .with(PLANAR, VR::US, 0u16)
    }

    fn new(rows: u16, columns: u16, bits: u16) -> Self {
        let file = Self { elements: InMemDicomObject::new_empty(), syntax: EXPLICIT.into() };
        file.with(Tag(0x0008, 0x0080), VR::LO, "ZZ-HOSPITAL-QUINCE")
            .with(Tag(0x0010, 0x0010), VR::PN, PATIENT_NAME)
            .with(ID, VR::LO, PATIENT_ID)
            .with(SAMPLES, VR::US, 1u16)
            .with(PHOTOMETRIC, VR::CS, "MONOCHROME2")
            .with(ROWS, VR::US, rows)
            .with(Tag(0x0028, 0x0011), VR::US, columns)
            .with(ALLOCATED, VR::US, bits)
            .with(STORED, VR::US, bits)
            .with(HIGH_BIT, VR::US, bits - 1)
            .with(SIGNED, VR::US, 0u16)
    }

    /// With another value of an element.
    pub fn with(mut self, tag: Tag, vr: VR, value: impl Into<PrimitiveValue>) -> Self {
        self.elements.put(DataElement::new(tag, vr, value.into()));
        self
    }

    pub fn without(mut self, tag: Tag) -> Self {
        self.elements.remove_element(tag);
        self
    }

    /// With a sequence of one item that holds nothing.
    pub fn with_sequence(self, tag: Tag) -> Self {
        self.with_items(tag, vec![InMemDicomObject::new_empty()])
    }

    /// With a sequence.
    pub fn with_items(mut self, tag: Tag, items: Vec<InMemDicomObject>) -> Self {
        self.elements.put(DataElement::new(tag, VR::SQ, dicom_core::value::DataSetSequence::from(items)));
        self
    }

    /// Of another patient.
    pub fn patient(self, id: &str) -> Self {
        self.with(ID, VR::LO, id)
    }

    pub fn anybody(self) -> Self {
        self.without(ID)
    }

    pub fn syntax(mut self, uid: &str) -> Self {
        self.syntax = uid.into();
        self
    }

    /// With compressed pixels in pieces.
    pub fn pieces(mut self, offsets: Vec<u32>, pieces: Vec<Vec<u8>>) -> Self {
        let pieces = PixelFragmentSequence::new(offsets, pieces);
        self.elements.put(DataElement::new(PIXELS, VR::OB, Value::PixelSequence(pieces)));
        self
    }

    pub fn write(self, path: &Path) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let meta = FileMetaTableBuilder::new()
            .transfer_syntax(self.syntax)
            .media_storage_sop_class_uid("1.2.840.10008.5.1.4.1.1.7")
            .media_storage_sop_instance_uid("2.25.1");
        self.elements.with_meta(meta).unwrap().write_to_file(path).unwrap();
    }
}
