//! DICOM files that depart from the standard as other readers allow it: padding, missing parts, and elements
//! that are encoded otherwise than the file says.

#[path = "support/dicom.rs"]
mod dicom;
#[path = "support/dicom_files.rs"]
mod dicom_files;
mod support;

use dicom::*;
use dicom_core::{PrimitiveValue, Tag, VR};
use dicom_files::{DicomFolder, elements, in_syntax, near, read, refused, refused_file, row};
use std::path::PathBuf;

const GREY: [f64; 3] = [0.0, 0.25, 1.0];

fn file() -> Dicom {
    Dicom::grey(1, 3, &[100, 150, 300])
}

/// A folder with the file `x.dcm` of these bytes.
fn written(bytes: &[u8]) -> (DicomFolder, PathBuf) {
    let place = DicomFolder::new();
    let path = place.folder.path().join("x.dcm");
    std::fs::write(&path, bytes).unwrap();
    (place, path)
}

#[track_caller]
fn reads(bytes: &[u8]) {
    let (_place, path) = written(bytes);
    near(&read(&path, 1, (1, 3), None).unwrap(), &GREY);
}

#[test]
fn texts_are_padded_with_zero_bytes_anywhere() {
    // Window centre and width, slope, intercept, curve, colour model and frames.
    let padded = file()
        .with(PHOTOMETRIC, VR::CS, "MONOCHROME1\0\0\0")
        .with(FRAMES, VR::IS, "1\0")
        .with(SLOPE, VR::DS, "2.0\0")
        .with(INTERCEPT, VR::DS, "-100\0\0")
        .with(CENTER, VR::DS, "300\0")
        .with(WIDTH, VR::DS, "400\0\0\0")
        .with(Tag(0x0028, 0x1056), VR::CS, "LINEAR_EXACT\0\0");
    near(&row(padded, 3, None), &[1.0, 0.75, 0.0]);
    let spaced = file().with(PHOTOMETRIC, VR::CS, " MONOCHROME2 ").with(SLOPE, VR::DS, "  ");
    near(&row(spaced, 3, None), &GREY);
}

#[test]
fn no_number_of_frames_and_0_are_one_frame() {
    for frames in ["0", "", "0 ", "0\0", "  ", "1", "+1"] {
        near(&row(file().with(FRAMES, VR::IS, frames), 3, None), &GREY);
    }
}

#[test]
fn a_missing_colour_model_is_said_to_be_missing() {
    let missing =
        ["(0028,0004), Photometric Interpretation, is missing", "dcmodify -i \"(0028,0004)=MONOCHROME2\""];
    refused_file(file().without(PHOTOMETRIC), &missing);
    for empty in ["", "  ", "\0\0"] {
        refused_file(file().with(PHOTOMETRIC, VR::CS, empty), &missing);
    }
}

#[test]
fn elements_without_types_are_read_where_types_are_announced_and_the_other_way_round() {
    let (typed, untyped) = (elements(file()), elements(file().syntax(IMPLICIT)));
    reads(&in_syntax(EXPLICIT, &untyped));
    reads(&in_syntax(IMPLICIT, &typed));
    // Only the last elements have no types.
    let from = |bytes: &[u8]| bytes.windows(4).position(|tag| tag == b"\x28\0\0\x01").unwrap();
    let mixed = [&typed[..from(&typed)], &untyped[from(&untyped)..]].concat();
    reads(&in_syntax(EXPLICIT, &mixed));
    let sequence = elements(file().with_sequence(Tag(0x0008, 0x1140)).syntax(IMPLICIT));
    reads(&in_syntax(EXPLICIT, &sequence));
}

#[test]
fn a_file_without_a_preamble_or_a_syntax_is_read() {
    for body in [elements(file()), elements(file().syntax(IMPLICIT)), elements(file().syntax(BIG_ENDIAN))] {
        reads(&body);
        // Behind a first group that does not name the syntax.
        reads(&[&[0; 128][..], b"DICM", b"\x02\0\x02\0UI\x02\x001\0", &body].concat());
    }
    let whole = in_syntax(EXPLICIT, &elements(file()));
    reads(&whole[132..]);
    // By its content, without an extension.
    let (place, path) = written(&whole[132..]);
    let bare = place.folder.path().join("1.2.840");
    std::fs::rename(path, &bare).unwrap();
    near(&read(&bare, 1, (1, 3), None).unwrap(), &GREY);
}

#[test]
fn the_mark_of_the_end_of_fragments_may_be_missing() {
    let table = [2u32, 64, 68].into_iter().chain([0; 13]).flat_map(u32::to_le_bytes);
    let packed: Vec<u8> = table.chain([2, 0, 0, 1, 2, 100, 150, 44]).collect();
    let file = Dicom::grey(1, 3, &[]).syntax(RLE).pieces(vec![], vec![packed]);
    let whole = elements(file);
    for length in whole.len() - 8..=whole.len() {
        reads(&in_syntax(RLE, &whole[..length]));
    }
    let (_place, path) = written(&in_syntax(RLE, &whole[..whole.len() - 9]));
    refused(&path, &["cut short"]);
}

#[test]
fn what_is_no_dicom_file_is_said_to_be_none() {
    for bytes in
        [&b"GIF89a, or anything else that is long enough to be a file"[..], b"\x08\0", b"", &[7; 200]]
    {
        let (_place, path) = written(bytes);
        refused(&path, &["it is not a DICOM file: `DICM` is missing at byte 128"]);
    }
}

#[test]
fn pixels_in_fragments_without_a_compression_are_named() {
    let fragments = file().pieces(vec![], vec![vec![0; 6]]);
    refused_file(
        fragments,
        &["pixel data in fragments, unlike its transfer syntax, expected one run of bytes"],
    );
    let run = file().syntax(RLE);
    refused_file(run, &["pixel data in one run of bytes, unlike its transfer syntax, expected fragments"]);
}

#[test]
fn numbers_come_in_the_byte_order_of_the_file() {
    let big = |file: Dicom| file.syntax(BIG_ENDIAN);
    near(&row(big(file()), 3, None), &GREY);
    let padded = file().with(PADDING, VR::US, 300u16);
    near(&row(big(padded), 3, None), &[0.0, 1.0, 1.0]);
    // Bytes in words are swapped in pairs; an odd frame shares a pair with the next.
    let mut body = elements(big(Dicom::grey8(1, 3, &[0, 51, 102, 153, 204, 255]).with(FRAMES, VR::IS, "2")));
    let at = body.windows(6).position(|tag| tag == b"\x7f\xe0\0\x10OB").unwrap();
    body[at + 5] = b'W';
    let pixels = body.len() - 6;
    body[pixels..].copy_from_slice(&[51, 0, 153, 102, 255, 204]);
    let (_place, path) = written(&in_syntax(BIG_ENDIAN, &body));
    assert_eq!(read(&path, 1, (1, 3), None).unwrap(), [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]);
    let table = |values: [u16; 2]| PrimitiveValue::U16(values.into_iter().collect());
    let mut palette = Dicom::grey8(1, 2, &[0, 1]).with(PHOTOMETRIC, VR::CS, "PALETTE COLOR");
    for at in 0..3 {
        let descriptor = PrimitiveValue::U16([2, 0, 16].into_iter().collect());
        palette = palette.with(Tag(0x0028, 0x1101 + at), VR::US, descriptor);
        palette = palette.with(Tag(0x0028, 0x1201 + at), VR::OW, table([13107, 65535]));
    }
    let planes = read(&DicomFolder::new().write(big(palette)), 3, (1, 2), None).unwrap();
    assert_eq!(planes, [0.2, 1.0, 0.2, 1.0, 0.2, 1.0]);
}
