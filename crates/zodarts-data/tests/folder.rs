//! Folders of images: layouts, formats, and faults.

mod support;

use image::{DynamicImage, GrayImage, ImageBuffer, ImageFormat, Luma, Rgb, RgbImage, RgbaImage};
use proptest::prelude::*;
use std::cell::RefCell;
use std::path::Path;
use support::{class_folder, grey_png, open, open_with, says, write_classes};
use tempfile::TempDir;
use zodarts_data::{DataError, Dataset, LoadProgress, Notice, OpenOptions, Task, ValSource, read_image_file};

fn with_seed(path: &Path, seed: u64) -> Dataset {
    open_with(path, &OpenOptions::default().with_seed(seed)).unwrap()
}

#[test]
fn values_of_8_bits_are_kept_as_they_are() {
    let folder = TempDir::new().unwrap();
    let grey = GrayImage::from_fn(16, 16, |x, y| Luma([(y * 16 + x) as u8]));
    let color = RgbImage::from_fn(16, 16, |x, y| Rgb([(y * 16 + x) as u8, 255 - (y * 16 + x) as u8, 7]));
    for (place, image) in [("grey", DynamicImage::from(grey)), ("color", color.into())] {
        for file in ["a/0", "a/1", "a/2", "b/0", "b/1", "b/2"] {
            let path = folder.path().join(place).join(format!("{file}.png"));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            image.save(path).unwrap();
        }
        let data = open(&folder.path().join(place)).unwrap();
        let rising: Vec<f32> = (0..=255_u8).map(|value| f32::from(value) / 255.0).collect();
        let falling: Vec<f32> = rising.iter().rev().copied().collect();
        let expected = [rising, falling, vec![7.0 / 255.0; 256]].concat();
        assert_eq!(data.train.image(0), expected[..data.info.channels * 256]);
    }
}

#[test]
fn class_folders_are_cut_in_stratified_seeded_splits() {
    let folder = class_folder(20, 8);
    let data = with_seed(folder.path(), 0);
    assert_eq!(
        (data.info.task, data.info.classes.as_slice()),
        (Task::BinaryClass, &["a".into(), "b".into()][..])
    );
    assert_eq!(data.train.class_counts(), [14, 14]);
    assert_eq!(data.val.class_counts(), [2, 2]);
    assert_eq!(data.test.class_counts(), [4, 4]);
    assert!(data.summary().findings.is_empty());
    assert_eq!(with_seed(folder.path(), 0).info.fingerprint, data.info.fingerprint);
    assert_ne!(with_seed(folder.path(), 1).info.fingerprint, data.info.fingerprint);
}

#[test]
fn folders_named_like_splits_are_never_taken_for_classes() {
    for names in [
        ["train", "validation", "test"],
        ["Train", "Test", "Val"],
        ["test", "val", "a"],
        ["train", "test", "b"],
    ] {
        let folder = TempDir::new().unwrap();
        for name in names {
            write_classes(&folder.path().join(name), 6, 8);
        }
        says(&open(folder.path()).unwrap_err(), &["is named like a split", names[1], "name splits exactly"]);
    }
}

#[test]
fn split_folders_are_kept_and_a_missing_val_is_cut_from_train() {
    let folder = TempDir::new().unwrap();
    write_classes(&folder.path().join("train"), 20, 8);
    let error = open(folder.path()).unwrap_err();
    assert!(matches!(error, DataError::Folder { .. }));
    says(&error, &["no test folder", "add test/CLASS"]);
    write_classes(&folder.path().join("test"), 3, 8);
    let data = open(folder.path()).unwrap();
    assert_eq!((data.train.len(), data.val.class_counts(), data.test.len()), (36, vec![2, 2], 6));
    write_classes(&folder.path().join("val"), 5, 8);
    let data = open(folder.path()).unwrap();
    assert_eq!((data.train.len(), data.val.len(), data.test.len()), (40, 10, 6));
    grey_png(&folder.path().join("val/c/0.png"), 8, 0);
    says(&open(folder.path()).unwrap_err(), &["val", "[\"a\", \"b\", \"c\"]", "as in train"]);
}

#[test]
fn nested_folders_count_and_other_files_are_skipped_and_counted() {
    let folder = class_folder(6, 8);
    grey_png(&folder.path().join("a/patient 7/deep/x.PNG"), 8, 200);
    for other in ["notes.txt", "a/labels.csv", "b/.hidden.png", "a/patient 7/.DS_Store"] {
        std::fs::write(folder.path().join(other), "text").unwrap();
    }
    let seen = RefCell::new(Vec::new());
    let spec = folder.path().to_str().unwrap();
    let data =
        Dataset::open(spec, &OpenOptions::default(), &|progress| seen.borrow_mut().push(progress)).unwrap();
    assert_eq!(data.train.len() + data.val.len() + data.test.len(), 13);
    assert!(seen.borrow().contains(&Notice::FilesSkipped { files: 4 }.into()));
    assert_eq!(seen.borrow().last(), Some(&LoadProgress::Decode { done: 13, total: 13 }.into()));
}

#[test]
fn sizes_follow_the_rule() {
    assert_eq!(open(class_folder(3, 8).path()).unwrap().info.height, 8);
    assert_eq!(open(class_folder(3, 225).path()).unwrap().info.height, 64);
    let mixed = class_folder(3, 8);
    grey_png(&mixed.path().join("a/other.png"), 9, 0);
    assert_eq!(open(mixed.path()).unwrap().info.height, 64);
    let options = OpenOptions::default().with_image_size(16);
    let data = Dataset::open(mixed.path().to_str().unwrap(), &options, &|_| ()).unwrap();
    assert_eq!(data.train.shape(), (1, 16, 16));
}

#[test]
fn one_coloured_or_deep_image_decides_for_all() {
    let colour = class_folder(3, 4);
    RgbaImage::from_pixel(4, 4, image::Rgba([255, 0, 51, 7])).save(colour.path().join("b/c.png")).unwrap();
    let data = open(colour.path()).unwrap();
    assert_eq!((data.info.channels, data.train.shape()), (3, (3, 4, 4)));

    let deep = class_folder(3, 4);
    let image: ImageBuffer<Luma<u16>, _> = ImageBuffer::from_pixel(4, 4, Luma([12345u16]));
    DynamicImage::from(image).save(deep.path().join("a/00.tiff")).unwrap();
    let data = open(deep.path()).unwrap();
    let all = data.train.merged(&data.val).merged(&data.test.unseal());
    let values: Vec<f32> = (0..all.len()).map(|at| all.image(at)[0]).collect();
    assert!(values.contains(&(12345.0 / 65535.0)), "{values:?}");
    assert!(values.contains(&(102.0 / 255.0)), "{values:?}");
}

#[test]
fn every_format_is_read_alike() {
    let folder = TempDir::new().unwrap();
    for name in ["x.png", "x.bmp", "x.tif", "x.jpg"] {
        let path = folder.path().join(name);
        RgbImage::from_pixel(8, 8, Rgb([200, 200, 200])).save(&path).unwrap();
        let planes = read_image_file(&path, 3, 4, 4).unwrap();
        assert_eq!(planes.len(), 48);
        assert!(planes.iter().all(|value| (value - 200.0 / 255.0).abs() < 0.01), "{name}: {planes:?}");
        assert_eq!(read_image_file(&path, 1, 8, 8).unwrap().len(), 64);
    }
}

#[test]
fn a_colour_image_turns_grey_by_luma() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("x.png");
    RgbImage::from_pixel(2, 2, Rgb([255, 0, 0])).save(&path).unwrap();
    // The value of Pillow's convert("L"), and of a data set of such files: 0.299 in steps of 1/255.
    assert_eq!(read_image_file(&path, 1, 2, 2).unwrap(), [76.0 / 255.0; 4]);
}

#[test]
fn an_empty_class_folder_is_refused() {
    let folder = class_folder(3, 8);
    std::fs::create_dir(folder.path().join("c")).unwrap();
    std::fs::write(folder.path().join("c/readme.txt"), "").unwrap();
    let error = open(folder.path()).unwrap_err();
    assert!(matches!(error, DataError::Folder { .. }));
    says(&error, &["class folder `c` has no images", "add images or remove the folder"]);
}

#[test]
fn a_single_or_tiny_class_is_refused() {
    let one = TempDir::new().unwrap();
    grey_png(&one.path().join("a/0.png"), 8, 0);
    says(&open(one.path()).unwrap_err(), &["found 1 class folder(s), expected 2", "named after it"]);
    let tiny = class_folder(2, 8);
    says(&open(tiny.path()).unwrap_err(), &["class `a` has 2 image(s), expected at least 3"]);
    says(&open(TempDir::new().unwrap().path()).unwrap_err(), &["found 0 class folder(s)"]);
}

#[test]
fn a_broken_image_among_good_ones_is_named() {
    let folder = class_folder(4, 8);
    let path = folder.path().join("b/01.png");
    std::fs::write(&path, "").unwrap();
    let error = open(folder.path()).unwrap_err();
    assert!(matches!(&error, DataError::Image { path: found, .. } if *found == path));
    says(&error, &["01.png", "empty (0 bytes)", "remove it or replace it"]);
    std::fs::write(&path, "no image").unwrap();
    says(&open(folder.path()).unwrap_err(), &["01.png", "remove it or replace it"]);
    grey_png(&path, 8, 0);
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() - 20]).unwrap();
    says(&open(folder.path()).unwrap_err(), &["01.png", "remove it or replace it"]);
}

#[test]
fn an_image_that_claims_to_be_huge_is_refused() {
    let folder = class_folder(4, 8);
    let path = folder.path().join("a/00.png");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
    // The header's checksum, so that the size is believed.
    let checksum = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&checksum.to_be_bytes());
    std::fs::write(&path, bytes).unwrap();
    says(&open(folder.path()).unwrap_err(), &["00.png", "limit"]);
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1)))
    })
}

#[cfg(unix)]
#[test]
fn a_loop_of_links_ends_and_adds_nothing() {
    let folder = class_folder(4, 8);
    std::os::unix::fs::symlink("..", folder.path().join("a/up")).unwrap();
    std::os::unix::fs::symlink(".", folder.path().join("b/here")).unwrap();
    let data = open(folder.path()).unwrap();
    let all = data.train.merged(&data.val).merged(&data.test.unseal());
    assert_eq!(all.class_counts(), [4, 4]);
}

#[test]
fn validation_folders_must_have_the_same_classes() {
    let (main, other) = (class_folder(5, 8), class_folder(3, 10));
    let options = OpenOptions::default().with_val(ValSource::File(other.path().to_owned()));
    let open = || Dataset::open(main.path().to_str().unwrap(), &options, &|_| ());
    let data = open().unwrap();
    assert_eq!((data.val.class_counts(), data.info.height), (vec![3, 3], 8));
    RgbImage::from_pixel(8, 8, Rgb([9, 8, 7])).save(other.path().join("a/colour.png")).unwrap();
    says(&open().unwrap_err(), &["channels 3, expected 1"]);
    grey_png(&other.path().join("c/0.png"), 8, 0);
    let error = open().unwrap_err();
    assert!(matches!(error, DataError::ValidationMismatch { field: "classes", .. }));
    says(&error, &["[\"a\", \"b\", \"c\"]", "expected [\"a\", \"b\"]"]);
}

/// A small colour image with some structure, encoded.
fn encoded(format: ImageFormat) -> Vec<u8> {
    let image = RgbImage::from_fn(9, 7, |x, y| Rgb([x as u8 * 20, y as u8 * 30, (x * y) as u8]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn no_mangled_image_panics(
        format in prop::sample::select(
            vec![ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Bmp, ImageFormat::Tiff]
        ),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        kept in 0.3f64..1.0,
    ) {
        let mut bytes = encoded(format);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate((bytes.len() as f64 * (kept * 1.4).min(1.0)) as usize);
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("mangled.png");
        std::fs::write(&path, bytes).unwrap();
        if let Ok(planes) = read_image_file(&path, 3, 5, 5) {
            prop_assert!(planes.iter().all(|value| (0.0..=1.0).contains(value)));
        }
    }
}
