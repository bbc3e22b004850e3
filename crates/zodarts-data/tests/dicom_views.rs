//! Tables of grey, functional groups, padding, and numbers other than of 8 and 16 bits.

#[path = "support/dicom.rs"]
mod dicom;
#[path = "support/dicom_files.rs"]
mod dicom_files;
mod support;

use dicom::*;
use dicom_core::value::DataSetSequence;
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_files::{DicomFolder, near, read, refused_file, row};
use dicom_object::InMemDicomObject;
use zodarts_data::Window;

const TABLE: Tag = Tag(0x0028, 0x3010);
const FUNCTION: Tag = Tag(0x0028, 0x1056);
const SHARED: Tag = Tag(0x5200, 0x9229);
const OF_FRAMES: Tag = Tag(0x5200, 0x9230);
const RESCALING_GROUP: Tag = Tag(0x0028, 0x9145);
const VIEW_GROUP: Tag = Tag(0x0028, 0x9132);
const FLOATS: Tag = Tag(0x7fe0, 0x0008);
const DOUBLES: Tag = Tag(0x7fe0, 0x0009);

fn item(elements: Vec<(Tag, VR, PrimitiveValue)>) -> InMemDicomObject {
    let element = |(tag, vr, value)| DataElement::new(tag, vr, value);
    InMemDicomObject::from_element_iter(elements.into_iter().map(element))
}

fn words(words: &[u16]) -> PrimitiveValue {
    PrimitiveValue::U16(words.iter().copied().collect())
}

/// The item of a VOI LUT Sequence.
fn table(descriptor: [u16; 3], entries: &[u16]) -> InMemDicomObject {
    item(vec![
        (Tag(0x0028, 0x3002), VR::US, words(&descriptor)),
        (Tag(0x0028, 0x3006), VR::OW, words(entries)),
    ])
}

fn texts(elements: &[(Tag, &str)]) -> InMemDicomObject {
    item(elements.iter().map(|(tag, text)| (*tag, VR::DS, PrimitiveValue::from(*text))).collect())
}

/// The group of a frame or of all.
fn group(inner: Vec<(Tag, InMemDicomObject)>) -> InMemDicomObject {
    let sequence = |(tag, item)| DataElement::new(tag, VR::SQ, DataSetSequence::from(vec![item]));
    let other = DataElement::new(Tag(0x0020, 0x9111), VR::SQ, DataSetSequence::from(vec![texts(&[])]));
    InMemDicomObject::from_element_iter(inner.into_iter().map(sequence).chain([other]))
}

fn slope(slope: &str) -> (Tag, InMemDicomObject) {
    (RESCALING_GROUP, texts(&[(SLOPE, slope), (INTERCEPT, "0")]))
}

fn window(center: &str, width: &str) -> (Tag, InMemDicomObject) {
    let exact = (FUNCTION, VR::CS, PrimitiveValue::from("LINEAR_EXACT"));
    let texts =
        [(CENTER, center), (WIDTH, width)].map(|(tag, text)| (tag, VR::DS, PrimitiveValue::from(text)));
    (VIEW_GROUP, item([exact].into_iter().chain(texts).collect()))
}

/// Two frames, the second with half of the values of the first.
fn halves() -> Dicom {
    Dicom::grey(1, 3, &[200, 400, 600, 100, 200, 300]).with(FRAMES, VR::IS, "2")
}

fn frames(dicom: Dicom, window: Option<Window>) -> Vec<f32> {
    read(&DicomFolder::new().write(dicom), 1, (1, 3), window).unwrap()
}

#[test]
fn grey_is_looked_up_in_a_table() {
    let file = |items| Dicom::grey(1, 4, &[9, 10, 11, 12]).with_items(TABLE, items);
    // From 10 on: white is the largest number of 12 bits.
    let entries = || table([3, 10, 12], &[0, 4095, 819]);
    let grey = [0.0, 0.0, 1.0, 0.2];
    for syntax in [EXPLICIT, IMPLICIT, BIG_ENDIAN] {
        near(&row(file(vec![entries()]).syntax(syntax), 4, None), &grey);
        // Of several tables the first counts, and a table counts before a window.
        let more =
            file(vec![entries(), table([1, 0, 8], &[7])]).with(CENTER, VR::DS, "1").with(WIDTH, VR::DS, "1");
        near(&row(more.syntax(syntax), 4, None), &grey);
    }
    // It is looked at behind the rescaling, and inverted.
    let rescaled =
        Dicom::grey(1, 4, &[4, 5, 6, 7]).with_items(TABLE, vec![table([3, 10, 12], &[0, 4095, 819])]);
    near(&row(rescaled.with(SLOPE, VR::DS, "2"), 4, None), &[0.0, 0.0, 0.2, 0.2]);
    let inverted = file(vec![entries()]).with(PHOTOMETRIC, VR::CS, "MONOCHROME1");
    near(&row(inverted, 4, None), &[1.0, 1.0, 0.0, 0.8]);
    // A window that is given takes its place.
    near(&row(file(vec![entries()]), 4, Window::new(10.5, 4.0)), &[1.0 / 6.0, 0.5, 5.0 / 6.0, 1.0]);
    // Values of 8 bits are deep behind a table.
    let narrow = Dicom::grey8(1, 2, &[0, 1]).with_items(TABLE, vec![table([2, 0, 16], &[100, 200])]);
    near(&row(narrow, 2, None), &[100.0 / 65535.0, 200.0 / 65535.0]);
    // Signed pixels have a signed first value.
    let signed = Dicom::grey(1, 3, &[65534, 65535, 0]).with(SIGNED, VR::US, 1u16);
    near(
        &row(signed.with_items(TABLE, vec![table([3, 65534, 8], &[0, 51, 255])]), 3, None),
        &[0.0, 0.2, 1.0],
    );
}

#[test]
fn a_table_without_a_part_counts_as_none_and_a_damaged_one_is_refused() {
    let file = |items| Dicom::grey(1, 3, &[0, 1, 4]).with_items(TABLE, items);
    let empty = || item(vec![]);
    let only = item(vec![(Tag(0x0028, 0x3002), VR::US, words(&[2, 0, 8]))]);
    for items in [vec![], vec![empty()], vec![only]] {
        near(&row(file(items), 3, None), &[0.0, 0.25, 1.0]);
    }
    for descriptor in [[3, 0, 0], [3, 0, 17], [9, 0, 16]] {
        refused_file(file(vec![table(descriptor, &[1, 2, 3])]), &["(0028,300", "cannot be used"]);
    }
}

#[test]
fn each_frame_is_rescaled_by_its_group() {
    let alike = [0.0, 0.5, 1.0, 0.0, 0.5, 1.0];
    let own = vec![group(vec![slope("1")]), group(vec![slope("2")])];
    for syntax in [EXPLICIT, IMPLICIT, BIG_ENDIAN] {
        near(&frames(halves().with_items(OF_FRAMES, own.clone()).syntax(syntax), None), &alike);
    }
    // A window looks at what the groups give.
    let seen = [0.25, 0.75, 1.0, 0.25, 0.75, 1.0];
    let exact = |file: Dicom| file.with(FUNCTION, VR::CS, "LINEAR_EXACT");
    near(&frames(exact(halves().with_items(OF_FRAMES, own.clone())), Window::new(300.0, 400.0)), &seen);
    // What a frame lacks is in the shared groups, else in the file.
    let second = vec![group(vec![]), group(vec![slope("4")])];
    let shared =
        halves().with_items(SHARED, vec![group(vec![slope("2")])]).with_items(OF_FRAMES, second.clone());
    near(&frames(shared.with(SLOPE, VR::DS, "9"), None), &alike);
    near(&frames(halves().with(SLOPE, VR::DS, "2").with_items(OF_FRAMES, second), None), &alike);
    // Groups of frames that are not there, and fewer groups than frames.
    let more = vec![group(vec![slope("1")]), group(vec![slope("2")]), group(vec![slope("3")])];
    near(&frames(halves().with_items(OF_FRAMES, more), None), &alike);
    let fewer = halves().with_items(OF_FRAMES, vec![group(vec![slope("1")])]);
    near(&frames(fewer, None), &[0.2, 0.6, 1.0, 0.0, 0.2, 0.4]);
    for bad in ["0", "QUINCE"] {
        let file = halves().with_items(OF_FRAMES, vec![group(vec![slope(bad)])]);
        refused_file(file, &["(0028,1053) has a value that cannot be used"]);
    }
}

#[test]
fn each_frame_is_seen_through_the_window_of_its_group() {
    let shared = || halves().with_items(SHARED, vec![group(vec![slope("1"), window("300", "400")])]);
    let seen = [0.25, 0.75, 1.0, 0.0, 0.25, 0.5];
    near(&frames(shared(), None), &seen);
    // The file's own window does not count beside it.
    near(&frames(shared().with(CENTER, VR::DS, "1").with(WIDTH, VR::DS, "1"), None), &seen);
    let own = vec![group(vec![]), group(vec![window("200", "200")])];
    near(&frames(shared().with_items(OF_FRAMES, own), None), &[0.25, 0.75, 1.0, 0.0, 0.5, 1.0]);
    // A frame without a window spans the values of all frames.
    let one = vec![group(vec![]), group(vec![window("200", "200")])];
    near(&frames(halves().with_items(OF_FRAMES, one), None), &[0.2, 0.6, 1.0, 0.0, 0.5, 1.0]);
    // A table within the group.
    let mut view = item(vec![]);
    view.put(DataElement::new(TABLE, VR::SQ, DataSetSequence::from(vec![table([2, 300, 8], &[51, 255])])));
    let file = halves().with_items(SHARED, vec![group(vec![(VIEW_GROUP, view)])]);
    near(&frames(file, None), &[0.2, 1.0, 1.0, 0.2, 0.2, 0.2]);
}

#[test]
fn a_range_of_padding_does_not_count() {
    let file = |limit: u16| {
        let file = Dicom::grey(1, 5, &[0, 5, 10, 20, 30]).with(PADDING, VR::US, 0u16);
        file.with(Tag(0x0028, 0x0121), VR::US, limit)
    };
    near(&row(file(5), 5, None), &[0.0, 0.0, 0.0, 0.5, 1.0]);
    near(&row(file(0), 5, None), &[0.0, 0.0, 0.2, 0.6, 1.0]);
    // From the other end.
    let high = Dicom::grey(1, 4, &[10, 20, 30, 60000]).with(PADDING, VR::US, 65535u16);
    near(&row(high.with(Tag(0x0028, 0x0121), VR::US, 50000u16), 4, None), &[0.0, 0.5, 1.0, 1.0]);
}

#[test]
fn integers_of_32_bits_are_read() {
    let file = |values: [u32; 3]| {
        let pixels = PrimitiveValue::U32(values.into_iter().collect());
        let file = Dicom::grey(1, 3, &[]).with(ALLOCATED, VR::US, 32u16).with(STORED, VR::US, 32u16);
        file.with(HIGH_BIT, VR::US, 31u16).with(PIXELS, VR::OW, pixels)
    };
    near(&row(file([0, 1 << 30, 1 << 31]), 3, None), &[0.0, 0.5, 1.0]);
    let signed = file([0, 1 << 31, (1 << 31) - 1]).with(SIGNED, VR::US, 1u16);
    near(&row(signed, 3, None), &[0.5, 0.0, 1.0]);
    near(&row(file([70000, 80000, 90000]), 3, Window::new(80000.5, 20001.0)), &[0.0, 0.5, 1.0]);
}

#[test]
fn floating_point_pixels_are_read() {
    let file = |tag, vr, bits: u16, pixels: PrimitiveValue| {
        let file = Dicom::grey(1, 4, &[]).without(PIXELS).without(STORED).without(HIGH_BIT).without(SIGNED);
        file.with(ALLOCATED, VR::US, bits).with(tag, vr, pixels)
    };
    let floats = || PrimitiveValue::F32([-1.5, 0.0, 4.5, f32::NAN].into_iter().collect());
    let doubles = || PrimitiveValue::F64([-1e300, 0.0, 1e300, f64::INFINITY].into_iter().collect());
    for syntax in [EXPLICIT, IMPLICIT, BIG_ENDIAN] {
        near(&row(file(FLOATS, VR::OF, 32, floats()).syntax(syntax), 4, None), &[0.0, 0.25, 1.0, 0.0]);
        near(&row(file(DOUBLES, VR::OD, 64, doubles()).syntax(syntax), 4, None), &[0.0, 0.5, 1.0, 1.0]);
    }
    let padded = file(FLOATS, VR::OF, 32, floats()).with(Tag(0x0028, 0x0122), VR::FL, 4.5f32);
    near(&row(padded, 4, None), &[0.0, 1.0, 1.0, 0.0]);
    refused_file(file(FLOATS, VR::OF, 16, floats()), &["(0028,0100) has a value that cannot be used"]);
    refused_file(
        file(FLOATS, VR::OF, 32, floats()).with(PHOTOMETRIC, VR::CS, "RGB").with(SAMPLES, VR::US, 3u16),
        &["pixels of 32 bits, expected grey where they are floating-point numbers"],
    );
}

#[test]
fn pixels_of_one_bit_follow_each_other_without_padding() {
    // 15 bits in two bytes, from the lowest on: frames of 5.
    let file = Dicom::grey8(1, 5, &[0b0111_0001, 0b0100_0010]).with(FRAMES, VR::IS, "3");
    let file = file.with(ALLOCATED, VR::US, 1u16).with(STORED, VR::US, 1u16).with(HIGH_BIT, VR::US, 0u16);
    let found = read(&DicomFolder::new().write(file), 1, (1, 5), None).unwrap();
    assert_eq!(found, [1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
}
