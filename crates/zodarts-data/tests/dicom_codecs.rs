//! Compressed DICOM files beyond JPEG and RLE: JPEG-LS, JPEG 2000 and deflated elements.

#[path = "support/dicom.rs"]
mod dicom;
#[path = "support/dicom_files.rs"]
mod dicom_files;
#[path = "support/encoded.rs"]
mod encoded;
mod support;

use dicom::*;
use dicom_core::VR;
use dicom_files::{DicomFolder, elements, in_syntax, near, read, refused, refused_file};
use encoded::{COLUMNS, ROWS};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use oxiarc_jpeg::{EncodeOptions, InputColor, encode_u16_to_vec_with_options};
use std::io::Write;

const SIZE: (usize, usize) = (ROWS as usize, COLUMNS as usize);
const DECOMPRESS: &str = "decompress it first, for example with `gdcmconv --raw IN OUT` or `dcmdjpeg IN OUT`";

/// A grey file of 12 bits in a frame of an encoder.
fn grey(uid: &str, hex: &str) -> Dicom {
    bits12(Dicom::grey(ROWS, COLUMNS, &[])).syntax(uid).pieces(vec![], vec![encoded::bytes(hex)])
}

fn bits12(file: Dicom) -> Dicom {
    file.with(STORED, VR::US, 12u16).with(HIGH_BIT, VR::US, 11u16)
}

fn color(uid: &str, photometric: &str, hex: &str) -> Dicom {
    Dicom::color(ROWS, COLUMNS, photometric, &[]).syntax(uid).pieces(vec![], vec![encoded::bytes(hex)])
}

fn pixels(file: Dicom, channels: usize) -> Vec<f32> {
    read(&DicomFolder::new().write(file), channels, SIZE, None).unwrap()
}

/// The image of 12 bits, as a file spreads it from black to white.
fn spread() -> Vec<f64> {
    let values = encoded::grey();
    let low = f64::from(*values.iter().min().unwrap());
    let high = f64::from(*values.iter().max().unwrap());
    values.into_iter().map(|value| (f64::from(value) - low) / (high - low)).collect()
}

/// Holds planes against the colours that were encoded.
#[track_caller]
fn same(planes: &[f32]) {
    let bytes = encoded::colors();
    let planar = (0..3).flat_map(|channel| bytes.iter().skip(channel).step_by(3));
    let expected: Vec<f32> = planar.map(|byte| f32::from(*byte) / 255.0).collect();
    let off = planes.iter().zip(&expected).position(|(found, expected)| found != expected);
    assert_eq!((planes.len(), off), (expected.len(), None));
}

#[test]
fn lossless_frames_have_the_pixels_that_were_encoded() {
    near(&pixels(grey(JPEG_LS, encoded::JPEG_LS), 1), &spread());
    near(&pixels(grey(JPEG_2000, encoded::JPEG_2000), 1), &spread());
    for hex in [encoded::JPEG_LS_COLOUR, encoded::JPEG_LS_LINES] {
        same(&pixels(color(JPEG_LS, "RGB", hex), 3));
    }
    for photometric in ["YBR_RCT", "RGB"] {
        same(&pixels(color(JPEG_2000, photometric, encoded::JPEG_2000_COLOUR), 3));
    }
}

#[test]
fn frames_in_several_pieces_are_told_apart_without_a_table() {
    let data = encoded::bytes(encoded::JPEG_LS);
    let other = encoded::bytes(encoded::JPEG_LS_NEAR);
    let pieces = vec![data[..400].to_vec(), data[400..].to_vec(), other[..20].to_vec(), other[20..].to_vec()];
    let file = |pieces| bits12(Dicom::grey(ROWS, COLUMNS, &[])).syntax(JPEG_LS).pieces(vec![], pieces);
    let two = file(pieces.clone()).with(FRAMES, VR::IS, "2");
    let one = |data: Vec<u8>| file(vec![data]);
    let window = |file: Dicom| file.with(CENTER, VR::DS, "2048").with(WIDTH, VR::DS, "4096");
    let expected = [pixels(window(one(data)), 1), pixels(window(one(other)), 1)].concat();
    assert_eq!(pixels(window(two), 1), expected);
    refused_file(file(pieces).with(FRAMES, VR::IS, "3"), &["its elements are damaged"]);
}

#[test]
fn grey_jpeg_of_12_bits_is_decoded() {
    let values = encoded::grey();
    let options = EncodeOptions { quality: 100, precision: 12, ..EncodeOptions::default() };
    let (columns, rows, grey) = (COLUMNS, ROWS, InputColor::Luma);
    let mut data = encode_u16_to_vec_with_options(&values, columns, rows, grey, &options).unwrap();
    data.resize(data.len().next_multiple_of(2), 0);
    let file = bits12(Dicom::grey(ROWS, COLUMNS, &[])).syntax("1.2.840.10008.1.2.4.51");
    let found = pixels(file.pieces(vec![], vec![data.clone()]), 1);
    let off = found.iter().zip(spread()).map(|(found, value)| (f64::from(*found) - value).abs());
    assert!(off.fold(0.0, f64::max) < 4.0 / 4095.0);
    // Cut within, it is damaged.
    let cut = data[..data.len() / 2].to_vec();
    let file = bits12(Dicom::grey(ROWS, COLUMNS, &[])).syntax("1.2.840.10008.1.2.4.51");
    refused_file(file.pieces(vec![], vec![cut]), &["its JPEG data are damaged"]);
}

#[test]
fn near_lossless_frames_are_as_near_as_they_say() {
    // 5 of the original, and as much again where the ends of the range move.
    let most = 10.0 / f64::from(*encoded::grey().iter().max().unwrap());
    let found = pixels(grey("1.2.840.10008.1.2.4.81", encoded::JPEG_LS_NEAR), 1);
    let off = found.iter().zip(spread()).map(|(found, value)| (f64::from(*found) - value).abs());
    assert!(off.fold(0.0, f64::max) <= most);
    assert_ne!(found, pixels(grey(JPEG_LS, encoded::JPEG_LS), 1));
}

#[test]
fn the_sign_is_the_headers_and_the_bits_are_the_datas() {
    // The upper half of 12 bits is below 0; the header's 16 bits do not matter.
    for (uid, hex) in [(JPEG_LS, encoded::JPEG_LS), (JPEG_2000, encoded::JPEG_2000)] {
        let file = grey(uid, hex).with(STORED, VR::US, 16u16).with(HIGH_BIT, VR::US, 15u16);
        let path = DicomFolder::new();
        let window = zodarts_data::Window::new(0.5, 4096.0);
        let found = read(&path.write(file.with(SIGNED, VR::US, 1u16)), 1, SIZE, window).unwrap();
        let signed = |value: u16| if value > 2047 { f64::from(value) - 4096.0 } else { value.into() };
        let expected: Vec<f64> = encoded::grey()
            .into_iter()
            .map(|value| signed(value) / 4095.0 + 0.5)
            .map(|v| v.clamp(0.0, 1.0))
            .collect();
        near(&found, &expected);
    }
}

#[test]
fn data_of_another_size_than_the_header_are_named() {
    for (uid, hex, kind) in
        [(JPEG_LS, encoded::JPEG_LS, "JPEG-LS"), (JPEG_2000, encoded::JPEG_2000, "JPEG 2000")]
    {
        let found = format!("its {kind} data have 35×32 pixels of 1 channel, but the header says");
        refused_file(grey(uid, hex).with(dicom::ROWS, VR::US, 31u16), &[&found, "35×31 pixels of 1 channel"]);
        let colors =
            Dicom::color(ROWS, COLUMNS, "RGB", &[]).pieces(vec![], vec![encoded::bytes(hex)]).syntax(uid);
        refused_file(colors, &[&found, "35×32 pixels of 3 channels"]);
    }
}

#[test]
fn whole_data_of_a_kind_that_is_not_read_are_not_called_damaged() {
    // 12 bits by the process of arithmetic codes, and by that of several resolutions.
    for (process, name) in [(0xc9, "arithmetic codes"), (0xc5, "several resolutions"), (0xc1, "13 bits")] {
        let bits = if process == 0xc1 { 13 } else { 12 };
        let frame =
            [0xff, 0xd8, 0xff, process, 0, 11, bits, 0, ROWS as u8, 0, COLUMNS as u8, 1, 1, 0x11, 0, 0];
        let file = bits12(Dicom::grey(ROWS, COLUMNS, &[])).syntax(JPEG).pieces(vec![], vec![frame.to_vec()]);
        refused_file(file, &["its JPEG data have", name, DECOMPRESS]);
    }
    // A restart, and a transform of colours.
    for segment in ["ffdd00040001", "ffe800076d72667801"] {
        let hex = format!("ffd8{segment}{}", &encoded::JPEG_LS[4..]);
        refused_file(grey(JPEG_LS, &hex), &["its JPEG-LS data have", "expected 2 to 16 bits", DECOMPRESS]);
    }
    // Values of 17 bits: their number is in byte 42.
    let mut data = encoded::bytes(encoded::JPEG_2000);
    data[42] = 16;
    let file = bits12(Dicom::grey(ROWS, COLUMNS, &[])).syntax(JPEG_2000).pieces(vec![], vec![data]);
    refused_file(file, &["its JPEG 2000 data have 17 bits", DECOMPRESS]);
}

#[test]
fn deflated_elements_are_inflated_within_a_limit() {
    let body = elements(Dicom::grey(1, 3, &[100, 150, 300]));
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&body).unwrap();
    let deflated = encoder.finish().unwrap();
    let place = DicomFolder::new();
    let path = place.folder.path().join("x.dcm");
    std::fs::write(&path, in_syntax(DEFLATED, &deflated)).unwrap();
    near(&read(&path, 1, (1, 3), None).unwrap(), &[0.0, 0.25, 1.0]);
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&body).unwrap();
    for _ in 0..129 {
        encoder.write_all(&vec![0; 1 << 20]).unwrap();
    }
    std::fs::write(&path, in_syntax(DEFLATED, &encoder.finish().unwrap())).unwrap();
    refused(&path, &["its deflated elements have more than 128 MiB"]);
    std::fs::write(&path, in_syntax(DEFLATED, b"\xff\xff\xff\xff\xff")).unwrap();
    refused(&path, &["its deflated elements are damaged"]);
}

#[test]
fn the_advice_on_a_syntax_that_is_not_read_is_to_decompress() {
    let file = |uid| Dicom::grey(2, 2, &[]).pieces(vec![], vec![vec![7; 40]]).syntax(uid);
    refused_file(file("1.2.840.10008.1.2.4.201"), &["High-Throughput JPEG 2000", DECOMPRESS]);
    refused_file(file("1.2.840.10008.1.2.4.100"), &["MPEG", "export the frames of the video as images"]);
}
