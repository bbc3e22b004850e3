//! DICOM files: formats, windows, and faults.

#[path = "support/dicom.rs"]
mod dicom;
#[path = "support/dicom_files.rs"]
mod dicom_files;
mod support;

use dicom::*;
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_files::{DicomFolder, near, read, refused, refused_file, row};
use dicom_object::InMemDicomObject;
use proptest::prelude::*;
use support::Told;
use tempfile::TempDir;
use zodarts_data::{ImageFile, Window};

#[test]
fn grey_without_a_window_spans_the_values_of_the_file() {
    near(&row(Dicom::grey(1, 3, &[100, 150, 300]), 3, None), &[0.0, 0.25, 1.0]);
    // Padding does not count, and is as black as the smallest value.
    let padded = Dicom::grey(1, 4, &[0, 100, 150, 300]).with(PADDING, VR::US, 0u16);
    near(&row(padded, 4, None), &[0.0, 0.0, 0.25, 1.0]);
    let negative = Dicom::grey(1, 3, &[(-100i16).cast_unsigned(), 0, 100]).with(SIGNED, VR::US, 1u16);
    near(&row(negative, 3, None), &[0.0, 0.5, 1.0]);
    near(&row(Dicom::grey(1, 2, &[7, 7]), 2, None), &[0.0, 0.0]);
}

#[test]
fn grey_of_8_bits_is_kept_as_in_a_png() {
    let file = || Dicom::grey8(1, 2, &[51, 102]);
    assert_eq!(row(file(), 2, None), [51.0 / 255.0, 102.0 / 255.0]);
    // A rescaling that changes nothing changes nothing.
    let rescaled = |slope: &str| file().with(SLOPE, VR::DS, slope).with(INTERCEPT, VR::DS, "0");
    assert_eq!(row(rescaled("1"), 2, None), [51.0 / 255.0, 102.0 / 255.0]);
    near(&row(rescaled("2"), 2, None), &[0.0, 1.0]);
    // 4 bits: 15 is white.
    let four = Dicom::grey8(1, 2, &[3, 15]).with(STORED, VR::US, 4u16).with(HIGH_BIT, VR::US, 3u16);
    assert_eq!(row(four, 2, None), [51.0 / 255.0, 1.0]);
}

#[test]
fn monochrome1_is_inverted() {
    let inverted = |file: Dicom| file.with(PHOTOMETRIC, VR::CS, "MONOCHROME1");
    near(&row(inverted(Dicom::grey(1, 3, &[100, 150, 300])), 3, None), &[1.0, 0.75, 0.0]);
    assert_eq!(row(inverted(Dicom::grey8(1, 2, &[0, 204])), 2, None), [1.0, 51.0 / 255.0]);
}

#[test]
fn a_window_is_looked_through_after_rescaling() {
    // 1000 to 3000 rescaled by 2 - 1000 is 1000, 3000, 5000.
    let file =
        || Dicom::grey(1, 3, &[1000, 2000, 3000]).with(SLOPE, VR::DS, "2").with(INTERCEPT, VR::DS, "-1000 ");
    let exact = |file: Dicom| file.with(Tag(0x0028, 0x1056), VR::CS, "LINEAR_EXACT");
    let window = Window::new(3000.0, 8000.0);
    near(&row(exact(file()), 3, window), &[0.25, 0.5, 0.75]);
    // LINEAR, by the standard: ((x - (c - 0.5)) / (w - 1) + 0.5).
    let linear = [1000.0, 3000.0, 5000.0].map(|x: f64| (x - 2999.5) / 7999.0 + 0.5);
    near(&row(file(), 3, window), &linear);
    let own = |file: Dicom| file.with(CENTER, VR::DS, "3000\\9").with(WIDTH, VR::DS, "8000\\9");
    near(&row(own(file()), 3, None), &linear);
    near(&row(exact(own(file())), 3, Window::new(5000.0, 8000.0)), &[0.0, 0.25, 0.5]);
    let sigmoid = own(file()).with(Tag(0x0028, 0x1056), VR::CS, "SIGMOID");
    let curve = [1000.0, 3000.0, 5000.0].map(|x: f64| 1.0 / (1.0 + (-4.0 * (x - 3000.0) / 8000.0).exp()));
    near(&row(sigmoid, 3, None), &curve);
}

#[test]
fn a_window_of_the_file_that_makes_no_sense_counts_as_none() {
    for (center, width) in
        [("200", "0"), ("200", "-5"), ("abc", "100"), ("200", ""), ("nan", "100"), ("1", "inf")]
    {
        let file =
            Dicom::grey(1, 3, &[100, 150, 300]).with(CENTER, VR::DS, center).with(WIDTH, VR::DS, width);
        near(&row(file, 3, None), &[0.0, 0.25, 1.0]);
    }
}

#[test]
fn what_stands_beside_a_value_in_its_word_is_masked() {
    // 12 bits, with an overlay in the upper four and signed values.
    let file = Dicom::grey(1, 3, &[0xf000 | 0x0800, 0x5000, 0x07ff]);
    let file = file.with(STORED, VR::US, 12u16).with(HIGH_BIT, VR::US, 11u16).with(SIGNED, VR::US, 1u16);
    near(&row(file, 3, None), &[0.0, 2048.0 / 4095.0, 1.0]);
    // 8 bits in the upper half of a word.
    let file = Dicom::grey(1, 2, &[0x33ff, 0xff00]).with(STORED, VR::US, 8u16).with(HIGH_BIT, VR::US, 15u16);
    assert_eq!(row(file, 2, None), [51.0 / 255.0, 1.0]);
}

#[test]
fn implicit_files_and_sequences_are_passed_through() {
    let file = Dicom::grey(1, 3, &[100, 150, 300]).with_sequence(Tag(0x0008, 0x1140)).syntax(IMPLICIT);
    near(&row(file, 3, None), &[0.0, 0.25, 1.0]);
    let file = Dicom::grey(1, 3, &[100, 150, 300]).with_sequence(Tag(0x0008, 0x1140));
    near(&row(file, 3, None), &[0.0, 0.25, 1.0]);
}

#[test]
fn colours_come_in_every_layout() {
    let place = DicomFolder::new();
    let planes = [1.0, 0.0, 0.2, 0.4, 0.0, 1.0];
    let color = |file: Dicom| read(&place.write(file), 3, (1, 2), None).unwrap();
    assert_eq!(color(Dicom::color(1, 2, "RGB", &[255, 51, 0, 0, 102, 255])), planes);
    let planar = Dicom::color(1, 2, "RGB", &[255, 0, 51, 102, 0, 255]).with(PLANAR, VR::US, 1u16);
    assert_eq!(color(planar), planes);
    let bytes = |values: [u8; 6]| values.map(|value| f32::from(value) / 255.0);
    // Red and blue.
    let full = Dicom::color(1, 2, "YBR_FULL", &[76, 85, 255, 29, 255, 107]);
    assert_eq!(color(full), bytes([254, 0, 0, 0, 0, 254]));
    // A dark and a bright pixel of one red.
    let shared = Dicom::color(1, 2, "YBR_FULL_422", &[76, 100, 85, 255]);
    assert_eq!(color(shared), bytes([254, 255, 0, 24, 0, 24]));
    // Of 16 bits, 12 are in use; colours have no sign.
    let deep = || {
        let pixels = PrimitiveValue::U16([0xffff, 0, 0xf000].into_iter().collect());
        let file = Dicom::color(1, 1, "RGB", &[]).with(ALLOCATED, VR::US, 16u16).with(PIXELS, VR::OW, pixels);
        file.with(STORED, VR::US, 12u16).with(HIGH_BIT, VR::US, 11u16)
    };
    assert_eq!(read(&place.write(deep()), 3, (1, 1), None).unwrap(), [1.0, 0.0, 0.0]);
    refused_file(deep().with(SIGNED, VR::US, 1u16), &["(0028,0103) has a value that cannot be used"]);
    let path = place.write(Dicom::color(1, 1, "RGB", &[255, 0, 0, 0]));
    assert_eq!(read(&path, 1, (1, 1), None).unwrap(), [76.0 / 255.0]);
}

#[test]
fn palettes_are_looked_up() {
    let table = |values: [u16; 3]| PrimitiveValue::U16(values.into_iter().collect());
    let mut file = Dicom::grey8(1, 4, &[9, 10, 12, 200]).with(PHOTOMETRIC, VR::CS, "PALETTE COLOR");
    for (at, entries) in [[0, 65535, 0], [13107, 0, 0], [0, 0, 65535]].into_iter().enumerate() {
        let at = at as u16;
        file = file.with(Tag(0x0028, 0x1101 + at), VR::US, table([3, 10, 16]));
        file = file.with(Tag(0x0028, 0x1201 + at), VR::OW, table(entries));
    }
    let planes = read(&DicomFolder::new().write(file), 3, (1, 4), None).unwrap();
    assert_eq!(planes, [0.0, 0.0, 0.0, 0.0, 0.2, 0.2, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0]);
    let file = Dicom::grey8(1, 2, &[1, 2]).with(PHOTOMETRIC, VR::CS, "PALETTE COLOR");
    refused_file(file, &["(0028,1101), the descriptor of a palette, is missing"]);
}

const MODALITY_TABLE: Tag = Tag(0x0028, 0x3000);

/// The item of a Modality LUT Sequence, with more than is read.
fn modality_table(descriptor: [u16; 3], entries: &[u16]) -> InMemDicomObject {
    let words = |words: &[u16]| PrimitiveValue::U16(words.iter().copied().collect());
    InMemDicomObject::from_element_iter([
        DataElement::new(Tag(0x0028, 0x3002), VR::US, words(&descriptor)),
        DataElement::new(Tag(0x0028, 0x3004), VR::LO, PrimitiveValue::from("OD")),
        DataElement::new(Tag(0x0028, 0x3006), VR::OW, words(entries)),
    ])
}

#[test]
fn values_are_rescaled_by_a_table() {
    // Optical densities that fall as values rise: 10 and below stand for 4000, 13 and above for 0.
    let table = || modality_table([4, 10, 16], &[4000, 3000, 1000, 0]);
    let file = |items| Dicom::grey(1, 5, &[0, 10, 11, 12, 200]).with_items(MODALITY_TABLE, items);
    let grey = [1.0, 1.0, 0.75, 0.25, 0.0];
    for syntax in [EXPLICIT, IMPLICIT] {
        near(&row(file(vec![table()]).syntax(syntax), 5, None), &grey);
        // Of several items the first counts.
        near(&row(file(vec![table(), modality_table([1, 0, 16], &[7])]).syntax(syntax), 5, None), &grey);
    }
    // Slope and intercept do not count beside a table; a window looks at what it gives.
    let both = file(vec![table()]).with(SLOPE, VR::DS, "9").with(INTERCEPT, VR::DS, "9");
    let window = Window::new(2000.5, 2001.0);
    near(&row(both, 5, window), &[1.0, 1.0, 1.0, 0.0, 0.0]);
    // Values of 8 bits are deep once they are rescaled; entries of 8 bits may stand in single bytes.
    let mut single = modality_table([3, 1, 8], &[]);
    let bytes = PrimitiveValue::U8([0, 100, 200].into_iter().collect());
    single.put(DataElement::new(Tag(0x0028, 0x3006), VR::OW, bytes));
    near(
        &row(Dicom::grey8(1, 3, &[1, 2, 3]).with_items(MODALITY_TABLE, vec![single]), 3, None),
        &[0.0, 0.5, 1.0],
    );
}

#[test]
fn sequences_and_items_end_by_length_or_by_mark() {
    let place = DicomFolder::new();
    let file = || Dicom::grey(1, 4, &[0, 1, 2, 3]).with_items(MODALITY_TABLE, vec![]);
    let bytes = std::fs::read(place.write(file())).unwrap();
    let path = place.folder.path().join("x.dcm");
    let at = bytes.windows(6).position(|window| window == b"\x28\0\x00\x30SQ").unwrap();
    let rest = bytes.windows(6).position(|window| window == b"\xe0\x7f\x10\0OW").unwrap();
    let descriptor = b"\x28\0\x02\x30US\x06\0\x04\0\0\0\x10\0";
    let entries = b"\x28\0\x06\x30OW\0\0\x08\0\0\0\0\0\x01\0\x03\0\x04\0";
    let inside = [&descriptor[..], entries].concat();
    let length = |bytes: &[u8]| (bytes.len() as u32).to_le_bytes();
    let open = u32::MAX.to_le_bytes();
    let item = |length: [u8; 4], end: &[u8]| [b"\xfe\xff\0\xe0", &length[..], &inside, end].concat();
    let (item_end, sequence_end) = (b"\xfe\xff\x0d\xe0\0\0\0\0", b"\xfe\xff\xdd\xe0\0\0\0\0");
    let write = |length: [u8; 4], items: Vec<u8>| {
        let file = [&bytes[..at], b"\x28\0\x00\x30SQ\0\0", &length, &items, &bytes[rest..]].concat();
        std::fs::write(&path, file).unwrap();
    };
    for item in [item(length(&inside), b""), item(open, item_end)] {
        for (size, items) in [(length(&item), item.clone()), (open, [&item[..], sequence_end].concat())] {
            write(size, items);
            near(&read(&path, 1, (1, 4), None).unwrap(), &[0.0, 0.25, 0.75, 1.0]);
        }
    }
    // An item that is longer than its sequence, one that ends within an element, and elements without an
    // item.
    let whole = item(length(&inside), b"");
    write(length(&whole[..40]), whole.clone());
    refused(&path, &["elements are damaged"]);
    write(length(&whole), item((inside.len() as u32 - 2).to_le_bytes(), b""));
    refused(&path, &["elements are damaged"]);
    write(length(&inside), inside.clone());
    refused(&path, &["elements are damaged"]);
    write(open, [&whole[..], &inside].concat());
    refused(&path, &["elements are damaged"]);
}

#[test]
fn every_frame_is_an_image_and_all_share_one_range() {
    let place = DicomFolder::new();
    let path = place.write(Dicom::grey(1, 2, &[0, 50, 100, 200]).with(FRAMES, VR::IS, "2"));
    assert_eq!(ImageFile::open(&path, None).unwrap().frames(), 2);
    near(&read(&path, 1, (1, 2), None).unwrap(), &[0.0, 0.25, 0.5, 1.0]);
    let more = place.write(Dicom::grey(1, 2, &[0, 50, 100, 200]).with(FRAMES, VR::IS, "3"));
    refused(&more, &["cut short: 8 bytes are left where 12 are announced"]);
}

/// A frame of RLE in one literal run for each byte of significance.
fn rle(segments: &[&[u8]]) -> Vec<u8> {
    let mut table = vec![segments.len() as u32];
    let mut packed = Vec::new();
    for segment in segments {
        table.push((64 + packed.len()) as u32);
        packed.push(segment.len() as u8 - 1);
        packed.extend_from_slice(segment);
    }
    table.resize(16, 0);
    [table.into_iter().flat_map(u32::to_le_bytes).collect(), packed].concat()
}

#[test]
fn compressed_frames_are_found_piece_by_piece() {
    let place = DicomFolder::new();
    let frames = [rle(&[&[0, 0], &[0, 50]]), rle(&[&[0, 0], &[100, 200]])];
    let file = |offsets, pieces| {
        let file = Dicom::grey(1, 2, &[]).with(FRAMES, VR::IS, "2").syntax(RLE);
        place.write(file.pieces(offsets, pieces))
    };
    let expected = [0.0, 0.25, 0.5, 1.0];
    let path = file(vec![], frames.to_vec());
    near(&read(&path, 1, (1, 2), None).unwrap(), &expected);
    // The first frame in two pieces, of even length; 8 bytes stand before each.
    let (one, two) = frames[0].split_at(40);
    let second = (one.len() + 8 + two.len() + 8) as u32;
    let path = file(vec![0, second], vec![one.to_vec(), two.to_vec(), frames[1].clone()]);
    near(&read(&path, 1, (1, 2), None).unwrap(), &expected);
    let path = file(vec![], vec![one.to_vec(), two.to_vec(), frames[1].clone()]);
    refused(&path, &["elements are damaged"]);
    refused(
        &file(vec![], vec![frames[0].clone(), vec![7; 70]]),
        &["frame 2 cannot be decoded: its RLE data are damaged"],
    );
}

/// A grey or colour JPEG of one colour.
fn jpeg(color: [u8; 3], grey: bool) -> Vec<u8> {
    let image = image::RgbImage::from_pixel(16, 16, image::Rgb(color));
    let image = image::DynamicImage::from(image);
    let image = if grey { image.to_luma8().into() } else { image };
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    let mut bytes = bytes.into_inner();
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    bytes
}

#[test]
fn jpeg_frames_are_decoded_and_held_against_the_header() {
    let place = DicomFolder::new();
    let file = |file: Dicom, bytes| place.write(file.syntax(JPEG).pieces(vec![], vec![bytes]));
    // A JFIF file has luma and differences, even if the header says RGB.
    for photometric in ["YBR_FULL_422", "RGB"] {
        let path = file(Dicom::color(16, 16, photometric, &[]), jpeg([200, 100, 50], false));
        let planes = read(&path, 3, (16, 16), None).unwrap();
        for (plane, expected) in planes.chunks(256).zip([200.0, 100.0, 50.0]) {
            assert!(plane.iter().all(|value| (value * 255.0 - expected).abs() < 3.0), "{plane:?}");
        }
    }
    let path = file(Dicom::grey8(16, 16, &[]), jpeg([90, 90, 90], true));
    assert!(read(&path, 1, (16, 16), None).unwrap().iter().all(|value| (value * 255.0 - 90.0).abs() < 2.0));
    for (wrong, size) in [
        (Dicom::grey8(16, 15, &[]), "15×16 pixels of 1 channel"),
        (Dicom::grey8(16, 16, &[]).with(ROWS, VR::US, 4000u16), "16×4000 pixels of 1 channel"),
    ] {
        let path = file(wrong, jpeg([90, 90, 90], true));
        refused(&path, &["its JPEG data have 16×16 pixels of 1 channel, but the header says", size]);
    }
    refused(
        &file(Dicom::grey8(16, 16, &[]), jpeg([90, 90, 90], false)),
        &["16×16 pixels of 3 channels, but the header says 16×16 pixels of 1 channel"],
    );
    refused(&file(Dicom::grey8(16, 16, &[]), b"no JPEG!".to_vec()), &["its JPEG data are damaged"]);
}

#[test]
fn what_is_missing_or_not_read_is_named() {
    let file = || Dicom::grey(2, 2, &[1, 2, 3, 4]);
    refused_file(file().without(PIXELS), &["it has no pixel data"]);
    refused_file(file().without(ROWS), &["(0028,0010), Rows, is missing"]);
    refused_file(file().with(ROWS, VR::US, 0u16), &["(0028,0010) has a value that cannot be used"]);
    refused_file(file().with(ROWS, VR::US, 20000u16), &["2×20000 pixels exceeds the limit of 16384 a side"]);
    refused_file(file().with(ALLOCATED, VR::US, 12u16), &["Bits Allocated 12, expected 1, 8, 16 or 32"]);
    refused_file(file().with(ALLOCATED, VR::US, 64u16), &["Bits Allocated 64, expected 1, 8, 16 or 32"]);
    refused_file(file().with(STORED, VR::US, 17u16), &["(0028,0101) has a value"]);
    refused_file(file().with(SLOPE, VR::DS, "QUINCE"), &["(0028,1053) has a value"]);
    refused_file(file().with(SLOPE, VR::DS, "0"), &["(0028,1053) has a value"]);
    for frames in ["-1", "1A", "1.5", "2000000"] {
        refused_file(file().with(FRAMES, VR::IS, frames), &["(0028,0008) has a value"]);
    }
    refused_file(file().with(SAMPLES, VR::US, 3u16), &["(0028,0002) has a value"]);
    refused_file(
        file().with(PHOTOMETRIC, VR::CS, "CMYK"),
        &["Photometric Interpretation CMYK, expected MONOCHROME1"],
    );
    refused_file(
        file().with(PHOTOMETRIC, VR::CS, "QUINCE"),
        &["Photometric Interpretation of no known name"],
    );
    refused_file(
        file().with_sequence(MODALITY_TABLE),
        &["(0028,3002), the descriptor of a modality table, is missing"],
    );
    for descriptor in [[4, 0, 0], [4, 0, 17], [0, 0, 16], [5, 0, 16]] {
        let file = file().with_items(MODALITY_TABLE, vec![modality_table(descriptor, &[1, 2, 3, 4])]);
        refused_file(file, &["(0028,300", ") has a value that cannot be used"]);
    }
}

#[test]
fn transfer_syntaxes_that_are_not_read_are_named() {
    for (uid, name) in [
        ("1.2.840.10008.1.2.4.100", "MPEG (1.2.840.10008.1.2.4.100)"),
        ("1.2.840.10008.1.2.4.201", "High-Throughput JPEG 2000 (1.2.840.10008.1.2.4.201)"),
    ] {
        let file = Dicom::grey(2, 2, &[]).pieces(vec![], vec![vec![7; 40]]).syntax(uid);
        refused_file(file, &[name, "expected uncompressed, deflated, RLE, JPEG, JPEG-LS or JPEG 2000"]);
    }
}

#[test]
fn files_that_are_cut_off_are_refused_wherever_that_is() {
    let place = DicomFolder::new();
    let path = place.write(Dicom::grey(2, 2, &[1, 2, 3, 4]).with_sequence(Tag(0x0008, 0x1140)));
    let whole = std::fs::read(&path).unwrap();
    for length in 0..whole.len() {
        std::fs::write(&path, &whole[..length]).unwrap();
        refused(&path, &[]);
    }
    std::fs::write(&path, &whole).unwrap();
    assert!(read(&path, 1, (2, 2), None).is_ok());
}

#[test]
fn a_file_without_an_extension_is_recognised_by_its_mark() {
    let place = DicomFolder::new();
    let path = place.folder.path().join("1.2.840.7");
    std::fs::rename(place.write(Dicom::grey8(1, 2, &[51, 102])), &path).unwrap();
    assert_eq!(read(&path, 1, (1, 2), None).unwrap(), [0.2, 0.4]);
    let path = place.folder.path().join("x.dcm");
    std::fs::write(&path, [7; 200]).unwrap();
    refused(&path, &["`DICM` is missing at byte 128"]);
}

#[test]
fn sequences_within_sequences_do_not_exhaust_the_stack() {
    let place = DicomFolder::new();
    let path = place.write(Dicom::grey8(1, 2, &[51, 102]));
    let bytes = std::fs::read(&path).unwrap();
    // Where group 0008 begins: (0008,0080), LO.
    let at = bytes.windows(6).position(|window| window == b"\x08\0\x80\0LO").unwrap();
    let open = b"\x08\0\x06\0SQ\0\0\xff\xff\xff\xff\xfe\xff\0\xe0\xff\xff\xff\xff";
    let close = b"\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0";
    let nested = [&bytes[..at], &open.repeat(200_000), &close.repeat(200_000), &bytes[at..]].concat();
    std::fs::write(&path, nested).unwrap();
    assert_eq!(read(&path, 1, (1, 2), None).unwrap(), [0.2, 0.4]);
}

/// Files of every kind that is read.
fn kinds() -> Vec<Vec<u8>> {
    let place = DicomFolder::new();
    [
        Dicom::grey(2, 2, &[1, 2, 3, 4]).with(CENTER, VR::DS, "2").with(WIDTH, VR::DS, "3"),
        Dicom::grey8(2, 2, &[1, 2, 3, 4]).syntax(IMPLICIT).with_sequence(Tag(0x0008, 0x1140)),
        Dicom::color(2, 2, "YBR_FULL", &[9; 12]),
        Dicom::grey(2, 2, &[1, 2, 3, 4])
            .with_items(MODALITY_TABLE, vec![modality_table([4, 1, 16], &[5, 6, 7, 8])]),
        Dicom::grey(1, 2, &[]).syntax(RLE).pieces(vec![], vec![rle(&[&[0, 0], &[0, 50]])]),
        Dicom::color(16, 16, "YBR_FULL_422", &[])
            .syntax(JPEG)
            .pieces(vec![], vec![jpeg([200, 100, 50], false)]),
    ]
    .into_iter()
    .map(|file| std::fs::read(place.write(file)).unwrap())
    .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]
    #[test]
    fn no_mangled_file_panics_or_tells_a_name(
        kind in 0usize..6,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        kept in 0.3f64..1.0,
        window in prop::option::of((-100f64..100.0, 0.5f64..100.0)),
    ) {
        let mut bytes = kinds().swap_remove(kind);
        for (at, byte) in changes {
            // Before it is the preamble, of which nothing is read.
            let at = 128 + at.index(bytes.len() - 128);
            bytes[at] = byte;
        }
        bytes.truncate((bytes.len() as f64 * (kept * 1.4).min(1.0)) as usize);
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("mangled.dcm");
        std::fs::write(&path, bytes).unwrap();
        match read(&path, 3, (5, 5), window.and_then(|(center, width)| Window::new(center, width))) {
            Ok(planes) => prop_assert!(planes.iter().all(|value| (0.0..=1.0).contains(value))),
            Err(error) => prop_assert!(!error.told().contains("QUINCE"), "{error}"),
        }
    }
}
