//! Damaged DICOM files of every encoding: cut short anywhere, each is refused or has the same pixels; with
//! flipped bytes, none makes the reader panic or take memory out of proportion.

#[path = "support/dicom.rs"]
mod dicom;
#[path = "support/dicom_files.rs"]
mod dicom_files;
#[path = "support/encoded.rs"]
mod encoded;
#[path = "support/memory.rs"]
mod memory;
mod support;

use dicom::*;
use dicom_core::{Tag, VR};
use dicom_files::{DicomFolder, elements, in_syntax};
use encoded::{COLUMNS, ROWS};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use image::codecs::jpeg::JpegEncoder;
use memory::Alone;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::fs;
use std::io::Write;
use std::path::Path;
use support::{Told, shared};
use zodarts_data::{DataError, ImageFile};

/// Flipped files of each kind.
const FLIPS: usize = 200;

/// A file and the name of its kind.
struct Kind {
    name: String,
    bytes: Vec<u8>,
}

fn frame(uid: &str, data: Vec<u8>, color: bool) -> Dicom {
    let file = if color {
        Dicom::color(ROWS, COLUMNS, "RGB", &[])
    } else {
        Dicom::grey(ROWS, COLUMNS, &[]).with(STORED, VR::US, 12u16).with(HIGH_BIT, VR::US, 11u16)
    };
    file.syntax(uid).pieces(vec![], vec![data])
}

fn jpeg() -> Vec<u8> {
    let mut bytes = Vec::new();
    let size = (COLUMNS.into(), ROWS.into());
    let image = image::RgbImage::from_raw(size.0, size.1, encoded::colors()).unwrap();
    image.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 60)).unwrap();
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    bytes
}

/// Returns a small file of every kind that is read.
fn kinds() -> Vec<Kind> {
    let grey = || Dicom::grey(2, 3, &[1, 2, 3, 4, 5, 6]).with(CENTER, VR::DS, "2").with(WIDTH, VR::DS, "3");
    let group = || grey().with_sequence(Tag(0x5200, 0x9229)).with_sequence(Tag(0x0028, 0x3010));
    let one_bit = Dicom::grey8(1, 5, &[0xa5]).with(ALLOCATED, VR::US, 1u16).with(STORED, VR::US, 1u16);
    let long = grey().with(ALLOCATED, VR::US, 32u16).with(dicom::ROWS, VR::US, 1u16);
    let files = [
        ("explicit", group()),
        ("implicit", group().syntax(IMPLICIT)),
        ("big-endian", group().syntax(BIG_ENDIAN)),
        ("one bit", one_bit.with(HIGH_BIT, VR::US, 0u16)),
        ("32 bits", long),
        ("JPEG", frame(JPEG, jpeg(), true)),
        ("JPEG-LS", frame(JPEG_LS, encoded::bytes(encoded::JPEG_LS), false)),
        ("JPEG-LS near", frame(JPEG_LS, encoded::bytes(encoded::JPEG_LS_NEAR), false)),
        ("JPEG-LS lines", frame(JPEG_LS, encoded::bytes(encoded::JPEG_LS_LINES), true)),
        ("JPEG-LS colour", frame(JPEG_LS, encoded::bytes(encoded::JPEG_LS_COLOUR), true)),
        ("JPEG 2000", frame(JPEG_2000, encoded::bytes(encoded::JPEG_2000), false)),
        ("JPEG 2000 colour", frame(JPEG_2000, encoded::bytes(encoded::JPEG_2000_COLOUR), true)),
    ];
    let place = DicomFolder::new();
    let written = |(name, file): (&str, Dicom)| Kind {
        name: name.to_owned(),
        bytes: fs::read(place.write(file)).unwrap(),
    };
    let mut kinds: Vec<Kind> = files.into_iter().map(written).collect();
    let body = elements(group());
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&body).unwrap();
    let deflated = in_syntax(DEFLATED, &encoder.finish().unwrap());
    kinds.push(Kind { name: "deflated".into(), bytes: deflated });
    kinds.push(Kind { name: "without a preamble".into(), bytes: body });
    for name in ["MR_small_RLE", "SC_rgb_jpeg_gdcm"] {
        kinds.extend(
            shared(&format!("dicom/{name}.dcm"))
                .map(|path| Kind { name: name.to_owned(), bytes: fs::read(path).unwrap() }),
        );
    }
    kinds
}

/// All frames, not resized.
fn read(path: &Path) -> Result<Vec<f32>, DataError> {
    let mut file = ImageFile::open(path, None)?;
    let frames: Result<Vec<_>, _> =
        (0..file.frames().min(3)).map(|frame| file.read(frame, 3, 9, 9)).collect();
    Ok(frames?.concat())
}

#[test]
fn a_file_that_is_cut_anywhere_is_refused_or_has_the_same_pixels() {
    let place = DicomFolder::new();
    let path = place.folder.path().join("cut.dcm");
    for Kind { name, bytes } in kinds() {
        fs::write(&path, &bytes).unwrap();
        let whole = read(&path).unwrap_or_else(|error| panic!("{name}: {}", error.told()));
        // In the middle of large files, not every length.
        let inner = 1600..bytes.len().saturating_sub(200);
        for length in (0..bytes.len()).filter(|length| !inner.contains(length) || length % 7 == 0) {
            fs::write(&path, &bytes[..length]).unwrap();
            if let Ok(planes) = read(&path) {
                assert_eq!(planes, whole, "{name} cut at {length} of {}", bytes.len());
            }
        }
    }
}

#[test]
fn frames_that_are_cut_in_a_whole_file_are_refused() {
    let place = DicomFolder::new();
    for (name, uid, data, color) in [
        ("JPEG", JPEG, jpeg(), true),
        ("JPEG-LS", JPEG_LS, encoded::bytes(encoded::JPEG_LS), false),
        ("JPEG-LS colour", JPEG_LS, encoded::bytes(encoded::JPEG_LS_COLOUR), true),
        ("JPEG 2000", JPEG_2000, encoded::bytes(encoded::JPEG_2000), false),
        ("JPEG 2000 colour", JPEG_2000, encoded::bytes(encoded::JPEG_2000_COLOUR), true),
    ] {
        let whole = read(&place.write(frame(uid, data.clone(), color))).unwrap();
        for length in (2..data.len()).step_by(10) {
            if let Ok(planes) = read(&place.write(frame(uid, data[..length].to_vec(), color))) {
                assert_eq!(planes, whole, "{name} cut at {length} of {}", data.len());
            }
        }
    }
}

#[test]
fn a_flipped_file_is_refused_or_read_without_a_panic_and_within_memory() {
    let alone = Alone::now();
    let place = DicomFolder::new();
    let path = place.folder.path().join("flipped.dcm");
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    for Kind { name, bytes } in kinds() {
        let start = if bytes.get(128..132) == Some(b"DICM") { 132 } else { 0 };
        let read_all = || {
            for flip in 0..FLIPS {
                let mut bytes = bytes.clone();
                for _ in 0..=flip % 3 {
                    let at = rng.random_range(start..bytes.len());
                    bytes[at] =
                        if flip % 2 == 0 { rng.random() } else { bytes[at] ^ 1 << rng.random_range(0..8) };
                }
                fs::write(&path, &bytes).unwrap();
                if let Ok(planes) = read(&path) {
                    assert!(planes.iter().all(|value| (0.0..=1.0).contains(value)), "{name}");
                }
            }
        };
        alone.bounded(read_all);
    }
}
