//! DICOM files.

#[path = "../../../crates/zodarts-data/tests/support/dicom.rs"]
#[allow(missing_docs, unreachable_pub, reason = "written for tests")]
mod made;

#[path = "../../../crates/zodarts-data/tests/support/encoded.rs"]
#[allow(missing_docs, unreachable_pub, reason = "written for tests")]
mod encoded;

use crate::place;
use dicom_core::{Tag, VR};
use encoded::{COLUMNS, ROWS};
use made::{BIG_ENDIAN, Dicom, FRAMES, IMPLICIT, JPEG_2000, JPEG_LS, SLOPE};
use std::path::Path;
use zodarts_data::{ImageFile, Window};

pub const WORDS: &[&str] = &[
    "DICM",
    made::EXPLICIT,
    made::IMPLICIT,
    made::RLE,
    made::JPEG,
    made::BIG_ENDIAN,
    made::DEFLATED,
    made::JPEG_LS,
    made::JPEG_2000,
    "1.2.840.10008.1.2.4.51",
    "1.2.840.10008.1.2.4.57",
    "1.2.840.10008.1.2.4.70",
    "MONOCHROME1",
    "MONOCHROME2",
    "PALETTE COLOR ",
    "RGB ",
    "YBR_FULL",
    "YBR_FULL_422",
    "YBR_RCT ",
    "1e308",
    "-1e-308",
    "nan",
    "\\",
    "OB\0\0",
    "OW\0\0",
    "SQ\0\0",
    "UN\0\0",
    "US\u{2}\0",
    "DS",
    "IS",
];

/// Most frames that are decoded of an input.
const MOST: usize = 4;

pub fn files(data: &Path) -> Vec<Vec<u8>> {
    let files = [
        Dicom::grey(4, 3, &[7; 12]).with(SLOPE, VR::DS, "2"),
        Dicom::grey8(2, 2, &[1, 2, 3, 4, 5, 6, 7, 8]).with(FRAMES, VR::IS, "2").syntax(IMPLICIT),
        Dicom::color(2, 2, "RGB", &[9; 12]).with_sequence(Tag(0x0008, 0x1140)),
        Dicom::color(2, 2, "YBR_FULL", &[9; 12]),
        Dicom::grey(1, 2, &[]).syntax(made::RLE).pieces(vec![], vec![rle(&[0, 0], &[0, 50])]),
        Dicom::grey(2, 2, &[1, 2, 3, 4]).syntax(BIG_ENDIAN).with_sequence(Tag(0x0028, 0x3010)),
        frame(false, JPEG_LS, encoded::JPEG_LS),
        frame(true, JPEG_LS, encoded::JPEG_LS_LINES),
        frame(false, JPEG_2000, encoded::JPEG_2000),
        frame(true, JPEG_2000, encoded::JPEG_2000_COLOUR),
    ];
    let encode = |file: Dicom| {
        let path = place::path("x.dcm");
        file.write(&path);
        std::fs::read(path).expect("what was just written")
    };
    files.into_iter().map(encode).chain(real(&data.join("dicom"))).collect()
}

/// A file of a frame that an encoder made.
fn frame(color: bool, syntax: &str, hex: &str) -> Dicom {
    let file = if color { Dicom::color(ROWS, COLUMNS, "RGB", &[]) } else { Dicom::grey(ROWS, COLUMNS, &[]) };
    file.syntax(syntax).pieces(vec![], vec![encoded::bytes(hex)])
}

/// A frame of two values in one literal run for each byte.
fn rle(high: &[u8], low: &[u8]) -> Vec<u8> {
    let packed = [high, low].map(|bytes| [&[bytes.len() as u8 - 1], bytes].concat());
    let mut table = vec![2u32, 64, 64 + packed[0].len() as u32];
    table.resize(16, 0);
    [table.into_iter().flat_map(u32::to_le_bytes).collect(), packed.concat()].concat()
}

/// Files of a folder that are there.
fn real(folder: &Path) -> Vec<Vec<u8>> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths.into_iter().filter_map(|path| std::fs::read(path).ok()).collect()
}

pub fn read(bytes: &[u8]) -> bool {
    let path = place::write("x.dcm", bytes);
    let window = bytes.len().is_multiple_of(2).then(|| Window::new(40.0, 400.0)).flatten();
    let Ok(mut file) = ImageFile::open(&path, window) else { return false };
    (0..file.frames().min(MOST)).all(|frame| file.read(frame, 3, 5, 5).is_ok())
}
