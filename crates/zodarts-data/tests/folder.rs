//! Folders of images: layouts, formats, and faults.

#[path = "support/dicom.rs"]
mod dicom;
mod support;

use dicom::Dicom;
use image::{DynamicImage, GrayImage, ImageBuffer, ImageFormat, Luma, Rgb, RgbImage, RgbaImage};
use proptest::prelude::*;
use std::cell::RefCell;
use std::path::Path;
use support::{class_folder, grey_png, open, open_with, says, write_classes};
use tempfile::TempDir;
use tiff::encoder::{TiffEncoder, colortype};
use zodarts_data::{
    ChannelPlan, DataError, Dataset, ImageFile, LeftOutFiles, LoadProgress, Notice, OpenEvent, OpenOptions,
    Task, ValSource, read_image_file,
};

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
    for names in [["test", "val", "a"], ["train", "test", "b"], ["Test", "x", "y"]] {
        let folder = TempDir::new().unwrap();
        for name in names {
            write_classes(&folder.path().join(name), 6, 8);
        }
        says(&open(folder.path()).unwrap_err(), &["is named like a split", names[1], "beside each other"]);
    }
    let folder = TempDir::new().unwrap();
    for name in ["train", "Training", "test"] {
        write_classes(&folder.path().join(name), 6, 8);
    }
    says(
        &open(folder.path()).unwrap_err(),
        &["`Training` is named like a split, and `train` like the same one"],
    );
}

#[test]
fn splits_have_usual_names() {
    for [train, val, test] in [
        ["Training", "Validation", "Testing"],
        ["train", "valid", "test"],
        ["TRAIN", "dev", "TEST"],
        ["train", "val", "Test"],
    ] {
        let folder = TempDir::new().unwrap();
        for (name, count) in [(train, 6), (val, 4), (test, 5)] {
            write_classes(&folder.path().join(name), count, 8);
        }
        write_classes(&folder.path().join("__MACOSX"), 2, 8);
        let data = open(folder.path()).unwrap();
        assert_eq!((data.train.len(), data.val.len(), data.test.len()), (12, 8, 10), "{train}");
    }
}

#[test]
fn a_folder_around_the_data_names_the_folder_to_pass() {
    let folder = TempDir::new().unwrap();
    let inner = folder.path().join("chest_xray");
    for name in ["train", "test"] {
        write_classes(&inner.join(name), 6, 8);
    }
    std::fs::create_dir(folder.path().join("__MACOSX")).unwrap();
    says(
        &open(folder.path()).unwrap_err(),
        &["found 1 class folder(s)", "`chest_xray` holds folders", "as DATA"],
    );
    write_classes(&inner.join("chest_xray/train"), 6, 8);
    write_classes(&inner.join("chest_xray/test"), 6, 8);
    says(
        &open(&inner).unwrap_err(),
        &["`chest_xray` stands beside splits and holds splits", "inner folder as DATA"],
    );
    let flat = TempDir::new().unwrap();
    grey_png(&flat.path().join("0.png"), 8, 0);
    says(&open(flat.path()).unwrap_err(), &["its images are in no class", "--labels"]);
}

/// Opens a folder, and returns the notices.
fn notices(folder: &Path) -> Vec<Notice> {
    let seen = RefCell::new(Vec::new());
    let on_event = |event| {
        if let OpenEvent::Notice(notice) = event {
            seen.borrow_mut().push(notice);
        }
    };
    Dataset::open(folder.to_str().unwrap(), &OpenOptions::default(), &on_event).unwrap();
    seen.into_inner()
}

#[test]
fn colour_images_that_show_grey_are_the_data_of_grey_ones_unless_one_has_colour() {
    let (grey, colour) = (class_folder(6, 8), TempDir::new().unwrap());
    for class in ["a", "b"] {
        std::fs::create_dir(colour.path().join(class)).unwrap();
        for at in 0..6 {
            let name = format!("{class}/{at:02}.png");
            let image = image::open(grey.path().join(&name)).unwrap();
            image.to_rgb8().save(colour.path().join(&name)).unwrap();
        }
    }
    assert_eq!(notices(colour.path()), [Notice::GreyColour { images: 12 }]);
    let info = |folder: &Path, channels| {
        open_with(folder, &OpenOptions::default().with_channels(channels)).unwrap().info
    };
    let found = info(colour.path(), ChannelPlan::Auto);
    assert_eq!((found.channels, &found.fingerprint), (1, &info(grey.path(), ChannelPlan::Auto).fingerprint));
    assert_eq!(info(colour.path(), ChannelPlan::Stored).channels, 3);
    RgbImage::from_pixel(8, 8, Rgb([9, 200, 30])).save(colour.path().join("b/05.png")).unwrap();
    assert_eq!((notices(colour.path()), info(colour.path(), ChannelPlan::Auto).channels), (vec![], 3));
}

fn group(kind: &str, class: Option<&str>, files: usize) -> LeftOutFiles {
    LeftOutFiles { kind: kind.into(), class: class.map(str::to_owned), files }
}

#[test]
fn classes_that_differ_by_capitals_only_are_told() {
    let folder = class_folder(4, 8);
    for at in 0..4 {
        grey_png(&folder.path().join(format!("B/{at}.png")), 8, 50 + 40 * at);
    }
    assert_eq!(notices(folder.path()), [Notice::AlikeClasses { names: ["B".into(), "b".into()] }]);
}

#[test]
fn dicom_objects_without_an_image_are_left_out_and_told() {
    let folder = class_folder(4, 8);
    let report = |path: &str| {
        let object = Dicom::grey8(8, 8, &[7; 64]).without(dicom::ROWS).without(dicom::PIXELS);
        object.write(&folder.path().join(path));
    };
    report("a/SR0001");
    report("b/plan.dcm");
    let kind = "DICOM object without pixels";
    let groups = vec![group(kind, Some("a"), 1), group(kind, Some("b"), 1)];
    assert_eq!(notices(folder.path()), [Notice::FilesLeftOut { groups }]);
    let error = read_image_file(&folder.path().join("b/plan.dcm"), 1, 8, 8).unwrap_err();
    says(&error, &["plan.dcm", "is a DICOM object without an image"]);
    // A class of reports only is no class.
    for at in 0..4 {
        report(&format!("c/{at}"));
    }
    says(&open(folder.path()).unwrap_err(), &["class folder `c` has no images, it holds 4 DICOM object"]);
    // An image that lost its pixels is damaged.
    std::fs::remove_dir_all(folder.path().join("c")).unwrap();
    Dicom::grey8(8, 8, &[7; 64]).without(dicom::PIXELS).write(&folder.path().join("a/lost.dcm"));
    says(&open(folder.path()).unwrap_err(), &["lost.dcm", "no pixel data, though its header describes"]);
}

#[test]
fn pages_of_a_tiff_file_are_images_of_one_patient() {
    let folder = TempDir::new().unwrap();
    for (class, base) in [("a", 0), ("b", 100)] {
        for at in 0..4_u8 {
            let pages: Vec<Vec<u8>> = (0..3).map(|page| vec![base + 10 * at + page; 64]).collect();
            write_tiff(&folder.path().join(format!("{class}/{at}.tif")), &pages);
        }
    }
    let data = open(folder.path()).unwrap();
    let test = data.test.unseal();
    let all = data.train.merged(&data.val).merged(&test);
    assert_eq!(all.class_counts(), [12, 12]);
    for samples in [&data.train, &data.val, &test] {
        for first in (0..samples.len()).step_by(3) {
            let grey = |at: usize| (samples.image(first + at)[0] * 255.0).round();
            assert_eq!([grey(1) - grey(0), grey(2) - grey(0)], [1.0, 2.0]);
            assert!(samples.file(first + 2).unwrap().ends_with(".tif#3"));
        }
    }
    let path = folder.path().join("a/1.tif");
    let mut file = ImageFile::open(&path, None).unwrap();
    assert_eq!(file.frames(), 3);
    assert_eq!(file.read(2, 1, 8, 8).unwrap(), [12.0 / 255.0; 64]);
}

/// Writes a TIFF file of pages of 8×8 grey pixels.
fn write_tiff(path: &Path, pages: &[Vec<u8>]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut file = TiffEncoder::new(std::fs::File::create(path).unwrap()).unwrap();
    for page in pages {
        file.write_image::<colortype::Gray8>(8, 8, page).unwrap();
    }
}

#[test]
fn grey_of_numbers_is_scaled_over_all_pages_of_its_file() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("x.tif");
    let mut file = TiffEncoder::new(std::fs::File::create(&path).unwrap()).unwrap();
    file.write_image::<colortype::Gray32Float>(2, 1, &[-100.0, f32::NAN]).unwrap();
    file.write_image::<colortype::Gray32Float>(2, 1, &[0.0, 300.0]).unwrap();
    drop(file);
    let mut file = ImageFile::open(&path, None).unwrap();
    assert_eq!(file.read(0, 1, 1, 2).unwrap(), [0.0, 0.0]);
    assert_eq!(file.read(1, 1, 1, 2).unwrap(), [16384.0 / 65535.0, 1.0]);
    let mut file = TiffEncoder::new(std::fs::File::create(&path).unwrap()).unwrap();
    file.write_image::<colortype::GrayI16>(2, 1, &[-100, 7]).unwrap();
    drop(file);
    let error = read_image_file(&path, 1, 1, 2).unwrap_err();
    says(&error, &["it is a grey TIFF of signed 16 bits", "save it as grey or RGB of 8 or 16 bits"]);
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
    let groups = vec![group(".csv", Some("a"), 1), group(".txt", None, 1)];
    assert!(seen.borrow().contains(&Notice::FilesLeftOut { groups }.into()));
    assert!(seen.borrow().contains(&Notice::HiddenFiles { files: 2 }.into()));
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
    for name in ["x.png", "x.bmp", "x.tif", "x.jpg", "x.gif", "x.webp", "x.ppm", "x.jfif"] {
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
    says(&error, &["class folder `c` has no images, it holds 1 .txt", "or remove the folder"]);
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
            vec![
                ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Bmp, ImageFormat::Tiff, ImageFormat::Gif,
                ImageFormat::WebP, ImageFormat::Pnm,
            ]
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
