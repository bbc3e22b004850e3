//! Damaged image files of every raster format: cut short anywhere, each is refused; with flipped bits, what
//! is accepted is accepted by Pillow as well.
//!
//! See `support/pillow.rs` for what the comparison needs.

#[path = "support/pillow.rs"]
mod pillow;
mod support;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::ffi::OsStr;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use support::{open_with, shared, write_classes};
use tempfile::TempDir;
use zodarts_data::{DamagedImages, DataError, Dataset, Notice, OpenEvent, OpenOptions, read_image_file};

/// Flipped files of each format.
const FLIPS: usize = 200;

/// A file and its extension.
struct Sample {
    extension: &'static str,
    bytes: Vec<u8>,
}

/// Returns an image with edges and noise, so that every part of a file matters.
fn picture() -> DynamicImage {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let image = RgbImage::from_fn(37, 29, |x, y| {
        let noise: u8 = rng.random_range(0..40);
        Rgb([(x * 5) as u8 + noise, (y * 7) as u8, if x > y { 200 } else { noise }])
    });
    image.into()
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    // The writer of GIF files takes colours only.
    let rgb = DynamicImage::from(image.to_rgb8());
    let image = if format == ImageFormat::Gif { &rgb } else { image };
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Returns a file of each format, in colour and in grey.
fn samples() -> Vec<Sample> {
    let mut samples = Vec::new();
    for image in [picture(), picture().to_luma8().into()] {
        for (extension, format) in [
            ("png", ImageFormat::Png),
            ("bmp", ImageFormat::Bmp),
            ("tiff", ImageFormat::Tiff),
            ("gif", ImageFormat::Gif),
            ("webp", ImageFormat::WebP),
        ] {
            samples.push(Sample { extension, bytes: encoded(&image, format) });
        }
        let header = format!("P{} 37 29 255\n", if image.color().has_color() { 6 } else { 5 });
        samples.push(Sample { extension: "pnm", bytes: [header.as_bytes(), image.as_bytes()].concat() });
        let mut bytes = Vec::new();
        image.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 90)).unwrap();
        samples.push(Sample { extension: "jpg", bytes });
    }
    // A progressive file, and one of a camera with a thumbnail, are in the measurements' data.
    for file in ["CXR/000003.jpeg", "Hand/000003.jpeg"] {
        if let Some(path) = shared("mednist").map(|folder| folder.join(file)).filter(|path| path.exists()) {
            samples.push(Sample { extension: "jpg", bytes: fs::read(path).unwrap() });
        }
    }
    samples
}

fn read(path: &Path) -> Result<Vec<f32>, DataError> {
    read_image_file(path, 3, 29, 37)
}

#[test]
fn a_file_that_is_cut_anywhere_is_refused() {
    let place = TempDir::new().unwrap();
    for Sample { extension, bytes } in samples() {
        let path = place.path().join(format!("cut.{extension}"));
        fs::write(&path, &bytes).unwrap();
        read(&path).unwrap();
        let accepted: Vec<usize> = (0..bytes.len())
            .filter(|length| {
                fs::write(&path, &bytes[..*length]).unwrap();
                read(&path).is_ok()
            })
            .collect();
        assert!(accepted.is_empty(), "{extension} of {} bytes is read when cut at {accepted:?}", bytes.len());
    }
}

#[test]
fn bytes_behind_the_end_of_a_jpeg_file_change_nothing() {
    let place = TempDir::new().unwrap();
    for Sample { bytes, .. } in samples().into_iter().filter(|sample| sample.extension == "jpg") {
        let path = place.path().join("a.jpg");
        fs::write(&path, &bytes).unwrap();
        let whole = read(&path).unwrap();
        fs::write(&path, [&bytes[..], b"left by a camera", &bytes[..40]].concat()).unwrap();
        assert_eq!(read(&path).unwrap(), whole);
    }
}

#[test]
fn a_jpeg_file_with_its_end_marker_in_the_middle_is_refused() {
    let place = TempDir::new().unwrap();
    let path = place.path().join("sealed.jpg");
    for bytes in jpeg_files(place.path()) {
        fs::write(&path, &bytes).unwrap();
        read(&path).unwrap();
        let accepted: Vec<usize> = (0..bytes.len() - 2)
            .filter(|length| {
                fs::write(&path, [&bytes[..*length], b"\xff\xd9"].concat()).unwrap();
                read(&path).is_ok()
            })
            .collect();
        assert!(accepted.is_empty(), "a file of {} bytes is read when cut at {accepted:?}", bytes.len());
    }
}

/// Returns JPEG files of the samples and, with Pillow, of every kind that it writes.
fn jpeg_files(place: &Path) -> Vec<Vec<u8>> {
    let own = samples().into_iter().filter(|sample| sample.extension == "jpg").map(|sample| sample.bytes);
    let mut files: Vec<Vec<u8>> = own.collect();
    let folder = place.join("made");
    fs::create_dir(&folder).unwrap();
    if pillow::script("pillow_makes.py", std::slice::from_ref(&folder)).is_some() {
        let made = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
        files.extend(
            made.filter(|path| path.extension().unwrap() == "jpg").map(|path| fs::read(path).unwrap()),
        );
    }
    files
}

#[test]
fn a_flipped_file_that_is_read_is_read_by_pillow_too() {
    let place = TempDir::new().unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let mut accepted = Vec::new();
    for (number, Sample { extension, bytes }) in samples().into_iter().enumerate() {
        for flip in 0..FLIPS {
            let mut bytes = bytes.clone();
            let at = rng.random_range(0..bytes.len());
            bytes[at] ^= 1 << rng.random_range(0..8);
            let path = place.path().join(format!("{number}-{flip}-at-{at}.{extension}"));
            fs::write(&path, &bytes).unwrap();
            if read(&path).is_ok() {
                accepted.push(path);
            }
        }
    }
    assert!(accepted.len() > FLIPS, "some flips only change a pixel: {}", accepted.len());
    let Some(images) = pillow::images(&accepted) else { return };
    let refused: Vec<&PathBuf> = accepted.iter().filter(|path| !images.contains_key(*path)).collect();
    assert!(refused.is_empty(), "Pillow refuses {refused:#?}");
    // What codes mean that no encoder writes is left to each decoder of JPEG and WebP.
    let exact =
        |(path, _): &(&PathBuf, _)| !["jpg", "webp"].map(OsStr::new).contains(&path.extension().unwrap());
    let lossless = images.iter().filter(exact);
    let differs = |(path, image): &(&PathBuf, &pillow::PillowImage)| {
        let planes = read_image_file(path, 3, image.height, image.width).unwrap();
        image.difference(&planes) > 1e-6
    };
    let other: Vec<&PathBuf> = lossless.filter(differs).map(|(path, _)| path).collect();
    assert!(other.is_empty(), "these have other pixels than Pillow's: {other:#?}");
}

#[test]
fn all_damaged_files_are_told_at_once_and_left_out_on_request() {
    let folder = TempDir::new().unwrap();
    write_classes(folder.path(), 8, 8);
    let whole = fs::read(folder.path().join("a/01.png")).unwrap();
    fs::write(folder.path().join("a/01.png"), &whole[..whole.len() / 2]).unwrap();
    fs::write(folder.path().join("b/05.png"), "no image").unwrap();
    assert!(open_with(folder.path(), &OpenOptions::default()).is_err());

    let told = std::cell::RefCell::new(Vec::new());
    let on_event = |event| {
        if let OpenEvent::Notice(Notice::Damaged { file, reason }) = event {
            assert!(!reason.is_empty() && !reason.contains("png"), "{reason}");
            told.borrow_mut().push(file);
        }
    };
    let options = OpenOptions::default().with_damaged(DamagedImages::LeaveOut);
    let dataset = Dataset::open(folder.path().to_str().unwrap(), &options, &on_event).unwrap();
    let name = |file| folder.path().join(file).display().to_string();
    assert_eq!(told.take(), ["a/01.png", "b/05.png"].map(name));
    assert_eq!(dataset.train.len() + dataset.val.len() + dataset.summary().test.images, 14);
    // The first 12 digits of the SHA-256 of the paths below the folder.
    Dataset::open(folder.path().to_str().unwrap(), &options.with_anonymous(true), &on_event).unwrap();
    assert_eq!(told.take(), ["284abd9e0be1", "cf751064eed4"]);
}

#[test]
fn a_photograph_is_turned_as_its_exif_says() {
    let place = TempDir::new().unwrap();
    let mut upright = Vec::new();
    picture().write_with_encoder(JpegEncoder::new_with_quality(&mut upright, 90)).unwrap();
    // Orientation 6 in an EXIF segment behind the start: the viewer turns the image clockwise.
    let exif = b"\xff\xe1\x00\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let turned = [&upright[..2], exif, &upright[2..]].concat();
    let (plain, tagged) = (place.path().join("plain.jpg"), place.path().join("tagged.jpg"));
    fs::write(&plain, &upright).unwrap();
    fs::write(&tagged, &turned).unwrap();
    let plain = read_image_file(&plain, 1, 29, 37).unwrap();
    let tagged = read_image_file(&tagged, 1, 37, 29).unwrap();
    for (y, row) in plain.chunks(37).enumerate() {
        for (x, value) in row.iter().enumerate() {
            assert_eq!(tagged[x * 29 + (28 - y)], *value, "pixel {x}, {y}");
        }
    }
}
