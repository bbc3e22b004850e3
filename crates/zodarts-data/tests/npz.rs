//! MedMNIST-style files, sound and hostile.

mod support;

use proptest::prelude::*;
use std::cell::RefCell;
use support::{Npz, npy, npy_header, open, says};
use tempfile::TempDir;
use zodarts_data::{DataError, Dataset, Notice, OpenEvent, OpenOptions, Task, ValSource};

fn opened_as(name: &str, npz: &Npz) -> Result<Dataset, DataError> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    npz.write(&path);
    open(&path)
}

fn opened(npz: &Npz) -> Result<Dataset, DataError> {
    opened_as("some.npz", npz)
}

/// The error of a valid file in which one array was replaced.
fn refused(array: &str, content: Vec<u8>) -> DataError {
    opened(Npz::valid().set(array, content)).unwrap_err()
}

#[test]
fn a_valid_file_opens() {
    let data = opened(&Npz::valid()).unwrap();
    assert_eq!((data.info.name.as_str(), data.info.task, data.info.channels), ("some", Task::BinaryClass, 1));
    assert_eq!((data.train.len(), data.val.len(), data.test.len()), (6, 4, 4));
    assert_eq!(data.train.labels(3), [1]);
    assert_eq!(data.train.image(1)[2], 132.0 / 255.0);
    assert_eq!(data.info.fingerprint.len(), 64);
}

#[test]
fn the_fingerprint_follows_every_byte() {
    let whole = opened(&Npz::valid()).unwrap().info.fingerprint;
    assert_eq!(opened_as("other.npz", &Npz::valid()).unwrap().info.fingerprint, whole);
    let labels = npy("|u1", "(4, 1)", &[1, 0, 1, 0]);
    assert_ne!(opened(Npz::valid().set("test_labels", labels)).unwrap().info.fingerprint, whole);
    let images = npy("|u1", "(4, 4, 4)", &[9; 64]);
    assert_ne!(opened(Npz::valid().set("val_images", images)).unwrap().info.fingerprint, whole);
}

#[test]
fn labels_of_any_integer_type_and_order_are_read() {
    let wide: Vec<u8> = [0i64, 1, 2, 2, 1, 0].iter().flat_map(|label| label.to_be_bytes()).collect();
    let data = opened(Npz::valid().set("train_labels", npy(">i8", "(6,)", &wide))).unwrap();
    assert_eq!((data.info.task, data.info.classes.len()), (Task::MultiClass, 3));
    assert_eq!(data.train.class_counts(), [2, 2, 2]);
}

#[test]
fn several_columns_are_several_labels() {
    let mut npz = Npz::valid();
    for (split, count) in [("train", 6), ("val", 4), ("test", 4)] {
        let rows: Vec<u8> = (0..count).flat_map(|at| [1, (at % 2) as u8, 0]).collect();
        npz.set(&format!("{split}_labels"), npy("|u1", &format!("({count}, 3)"), &rows));
    }
    let data = opened(&npz).unwrap();
    assert_eq!((data.info.task, data.train.labels(1)), (Task::MultiLabel, &[1, 1, 0][..]));
    assert_eq!(data.train.class_counts(), [6, 3, 0]);
    let error = opened(npz.set("val_labels", npy("|u1", "(4, 3)", &[2; 12]))).unwrap_err();
    assert!(matches!(error, DataError::LabelOutOfRange { row: 0, found: 2, .. }));
    says(&error, &["some.npz", "val_labels", "label 2 at row 0", "0 to 1"]);
}

#[test]
fn rgb_images_are_planes_in_a_batch() {
    let mut npz = Npz::valid();
    for (split, count) in [("train", 6), ("val", 4), ("test", 4)] {
        let pixels: Vec<u8> = (0..count * 16).flat_map(|_| [10, 20, 30]).collect();
        npz.set(&format!("{split}_images"), npy("|u1", &format!("({count}, 4, 4, 3)"), &pixels));
    }
    let data = opened(&npz).unwrap();
    assert_eq!(data.train.shape(), (3, 4, 4));
    let image = data.train.image(2);
    assert_eq!([image[0], image[16], image[47]], [10.0 / 255.0, 20.0 / 255.0, 30.0 / 255.0]);
}

#[test]
fn a_truncated_archive_is_refused_at_any_length() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("cut.npz");
    let whole = Npz::valid().bytes();
    for length in (0..whole.len()).step_by(37) {
        std::fs::write(&path, &whole[..length]).unwrap();
        let error = open(&path).unwrap_err();
        assert!(matches!(error, DataError::Archive { .. } | DataError::DamagedArray { .. }), "{error}");
        says(&error, &["cut.npz"]);
    }
}

#[test]
fn a_label_out_of_range_is_refused() {
    let error = refused("val_labels", npy("|u1", "(4, 1)", &[0, 1, 7, 0]));
    assert!(matches!(error, DataError::LabelOutOfRange { row: 2, found: 7, .. }));
    says(&error, &["val_labels", "label 7 at row 2", "0 to 1"]);
    let error = refused("train_labels", npy("|i1", "(6, 1)", &[0, 1, 255, 0, 1, 0]));
    says(&error, &["train_labels", "label -1 at row 2"]);
    let error = refused("train_labels", npy("|u1", "(6, 1)", &[0, 1, 3, 0, 1, 0]));
    says(&error, &["without a gap", "no training image has label 2"]);
    let error = refused("train_labels", npy("|u1", "(6, 1)", &[0; 6]));
    says(&error, &["at least two classes"]);
    let error = refused("train_labels", npy("<u8", "(6, 1)", &[255; 48]));
    says(&error, &["label 18446744073709551615 at row 0"]);
}

#[test]
fn images_and_labels_of_different_length_are_refused() {
    let error = refused("test_labels", npy("|u1", "(3, 1)", &[0, 1, 0]));
    assert!(matches!(error, DataError::LengthMismatch { split: "test", images: 4, labels: 3, .. }));
    says(&error, &["`test` has 4 images but 3 labels"]);
}

#[test]
fn pickled_objects_are_never_read() {
    let error = refused("train_labels", npy("|O", "(6, 1)", b"cos\nsystem\n(S'true'\ntR."));
    assert!(matches!(error, DataError::PickledArray { .. }));
    says(&error, &["train_labels", "pickled Python objects", "never read"]);
    let error = refused(
        "train_images",
        npy_header("{'descr': [('a', '|O')], 'fortran_order': False, 'shape': (1,)}", &[]),
    );
    assert!(matches!(error, DataError::PickledArray { .. }));
}

#[test]
fn other_types_are_refused_with_what_to_do() {
    let error = with_images("|i1", |value| vec![value]).0.unwrap_err();
    says(&error, &["train_images", "int8 ('|i1') with values from -128 to 126", ".astype(\"uint8\")"]);
    says(&refused("train_images", npy("<c8", "(6, 4, 4)", &[0; 768])), &["<c8", "uint8"]);
    says(&refused("train_images", npy("<f2", "(6, 4, 4)", &[0; 192])), &["<f2", "astype(\"float32\")"]);
    let error = refused("val_labels", npy("<f8", "(4, 1)", &[0; 32]));
    says(&error, &["<f8", "integer", "labels.round().astype(\"int64\")"]);
    let error = refused("val_labels", npy("<U3", "(4, 1)", &[0; 48]));
    says(&error, &["<U3", "integer", "numpy.unique(labels, return_inverse=True)[1]"]);
}

/// Opens a file with its images in other numbers, and returns the notices too.
fn with_images(descr: &str, element: impl Fn(u8) -> Vec<u8>) -> (Result<Dataset, DataError>, Vec<Notice>) {
    let mut npz = Npz::valid();
    for (split, count) in [("train", 6), ("val", 4), ("test", 4)] {
        let pixels: Vec<u8> = (0..count * 16).flat_map(|at| element((at * 7 + count) as u8)).collect();
        npz.set(&format!("{split}_images"), npy(descr, &format!("({count}, 4, 4)"), &pixels));
    }
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("some.npz");
    npz.write(&path);
    let seen = RefCell::new(Vec::new());
    let on_event = |event| {
        if let OpenEvent::Notice(notice) = event {
            seen.borrow_mut().push(notice);
        }
    };
    let data = Dataset::open(path.to_str().unwrap(), &OpenOptions::default(), &on_event);
    (data, seen.into_inner())
}

#[test]
fn images_of_other_numbers_have_one_scale_for_the_whole_file() {
    let plain = opened(&Npz::valid()).unwrap();
    let scale = |found: &str, white| Notice::PixelScale { found: found.into(), white };
    // The same numbers are the same data.
    let (data, notices) = with_images("<f8", |value| f64::from(value).to_le_bytes().to_vec());
    assert_eq!(data.unwrap().info.fingerprint, plain.info.fingerprint);
    assert_eq!(notices, [scale("float64 from 0 to 254", 255)]);
    let (data, _) = with_images(">i8", |value| i64::from(value).to_be_bytes().to_vec());
    assert_eq!(data.unwrap().info.fingerprint, plain.info.fingerprint);
    // 0 to 1 has the same values, and more between them.
    let (data, notices) = with_images("<f4", |value| (f32::from(value) / 255.0).to_le_bytes().to_vec());
    assert_eq!(data.unwrap().train.image(3), plain.train.image(3));
    assert_eq!(notices, [scale("float32 from 0 to 0.9961", 1)]);
    // 12 bits.
    let (data, notices) = with_images("<u2", |value| (u16::from(value) * 16).to_le_bytes().to_vec());
    let pixel = plain.train.image(3)[5] * 255.0 * 16.0 / 4095.0;
    assert!((data.unwrap().train.image(3)[5] - pixel).abs() < 1e-5);
    assert_eq!(notices, [scale("uint16 from 0 to 4064", 4095)]);
}

#[test]
fn values_of_no_known_scale_are_refused_with_their_range() {
    for (value, range) in [(-1.5_f32, "from -1.5"), (300.0, "to 300"), (f32::NAN, "that are no numbers")] {
        let element = |byte: u8| if byte == 7 { value } else { 0.5 }.to_le_bytes().to_vec();
        let error = with_images("<f4", element).0.unwrap_err();
        says(&error, &["train_images", "<f4", range, "0…1 or 0…255", "(x * 255).round().astype(\"uint8\")"]);
    }
    let mut npz = Npz::valid();
    npz.set("val_images", npy("<f4", "(4, 4, 4)", &[0; 256]));
    says(&opened(&npz).unwrap_err(), &["val_images", "float32, unlike uint8 ('|u1') in train_images"]);
}

#[test]
fn values_in_a_small_part_of_their_range_are_told() {
    let (data, notices) = with_images("|u1", |value| vec![value % 2]);
    data.unwrap();
    assert_eq!(notices, [Notice::SmallRange { low: 0, high: 1, white: 255 }]);
    assert_eq!(with_images("|u1", |value| vec![value]).1, []);
}

#[test]
fn values_that_lost_their_upper_bits_are_told() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("some.npz");
    let told = |shift: u32| {
        let mut npz = Npz::valid();
        for (split, count) in [("train", 6), ("val", 4), ("test", 4)] {
            // A slope of 12 bits over images of 16×16 pixels.
            let pixels: Vec<u8> =
                (0..count * 256).map(|at| ((at % 16 * 200 + at / 16 * 9) >> shift) as u8).collect();
            npz.set(&format!("{split}_images"), npy("|u1", &format!("({count}, 16, 16)"), &pixels));
        }
        npz.write(&path);
        let seen = RefCell::new(false);
        let on_event = |event| *seen.borrow_mut() |= event == Notice::LostBits.into();
        Dataset::open(path.to_str().unwrap(), &OpenOptions::default(), &on_event).unwrap();
        seen.into_inner()
    };
    assert!(told(0) && !told(4));
}

#[test]
fn one_1_in_every_row_is_a_class_and_that_is_told() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("some.npz");
    let mut npz = Npz::valid();
    for (split, count) in [("train", 6), ("val", 4), ("test", 4)] {
        let rows: Vec<u8> =
            (0..count).flat_map(|at| [0, 1, 2].map(|class| u8::from(at % 3 == class))).collect();
        npz.set(&format!("{split}_labels"), npy("|u1", &format!("({count}, 3)"), &rows));
    }
    npz.write(&path);
    let seen = RefCell::new(Vec::new());
    let open = || {
        Dataset::open(path.to_str().unwrap(), &OpenOptions::default(), &|event| seen.borrow_mut().push(event))
    };
    let data = open().unwrap();
    assert_eq!((data.info.task, data.train.class_counts()), (Task::MultiClass, vec![2, 2, 2]));
    assert_eq!(data.train.labels(4), [1]);
    assert_eq!(*seen.borrow(), [Notice::OneHotLabels { classes: 3 }.into()]);
    // One row of two in any split, and they are labels.
    npz.set("test_labels", npy("|u1", "(4, 3)", &[1, 0, 0, 0, 1, 0, 1, 1, 0, 0, 0, 1])).write(&path);
    assert_eq!(open().unwrap().info.task, Task::MultiLabel);
    npz.set("test_labels", npy("|u1", "(4, 3)", &[0; 12])).write(&path);
    assert_eq!(open().unwrap().info.task, Task::MultiLabel);
}

#[test]
fn validation_images_may_be_missing_if_they_come_from_elsewhere() {
    let folder = TempDir::new().unwrap();
    let (path, other) = (folder.path().join("some.npz"), folder.path().join("val.npz"));
    Npz::valid().write(&other);
    Npz::valid().remove("val_images").remove("val_labels").write(&path);
    says(&open(&path).unwrap_err(), &["`val_images` is missing", "--val 0.1"]);
    for (val, sizes) in [(ValSource::Fraction(0.3), (4, 2, 4)), (ValSource::File(other), (6, 4, 4))] {
        let data = support::open_with(&path, &OpenOptions::default().with_val(val)).unwrap();
        assert_eq!((data.train.len(), data.val.len(), data.test.len()), sizes);
    }
}

#[test]
fn files_that_are_no_archive_are_named_by_what_they_are() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("some.npz");
    let array = npy("|u1", "(1, 4, 4)", &[0; 16]);
    for (bytes, parts) in [
        (&b""[..], ["the file is empty (0 bytes)", "again"]),
        (b"\x1f\x8b\x08\0", ["it is a gzip file", "decompress it"]),
        (&array, ["it is a single numpy array (.npy)", "numpy.savez_compressed"]),
        (b"PK\x03\x04 and the start of an archive", ["its directory is missing", "cut short"]),
        (b"<html>not found</html>", ["not a readable .npz archive", "no .npz file"]),
    ] {
        std::fs::write(&path, bytes).unwrap();
        says(&open(&path).unwrap_err(), &parts);
    }
}

#[test]
fn other_shapes_are_refused() {
    let volume = refused("train_images", npy("|u1", "(6, 4, 4, 4)", &[0; 384]));
    assert!(matches!(volume, DataError::ArrayShape { .. }));
    says(&volume, &["(6, 4, 4, 4)", "volumes", "--volumes slices"]);
    says(&refused("train_images", npy("|u1", "(6, 2, 2, 2, 2)", &[0; 96])), &["volumes"]);
    says(&refused("train_images", npy("|u1", "(6, 16)", &[0; 96])), &["(6, 16)", "(N, H, W)"]);
    says(&refused("train_images", npy("|u1", "(0, 4, 4)", &[])), &["at least one image"]);
    says(&refused("train_images", npy("|u1", "(6, 0, 4)", &[])), &["at least one image"]);
    says(&refused("val_images", npy("|u1", "(4, 8, 2)", &[0; 64])), &["val_images", "as in train_images"]);
    says(&refused("val_labels", npy("|u1", "(4, 2)", &[0; 8])), &["val_labels", "1 label column"]);
    says(&refused("val_labels", npy("|u1", "(4, 0)", &[])), &["val_labels", "(N, 1)"]);
    let header = "{'descr': '|u1', 'fortran_order': True, 'shape': (6, 4, 4)}";
    says(&refused("train_images", npy_header(header, &[0; 96])), &["C order", "ascontiguousarray"]);
}

#[test]
fn a_missing_array_is_named() {
    let error = opened(Npz::valid().remove("val_images")).unwrap_err();
    assert!(matches!(error, DataError::MissingArray { .. }));
    says(&error, &["`val_images` is missing", "`train_images.npy`"]);
}

#[test]
fn a_hostile_header_reserves_nothing() {
    for shape in ["(4000000000, 28, 28)", "(9999999999999, 9999999999, 28)", "(18446744073709551615, 1, 1)"] {
        let error = refused("train_images", npy("|u1", shape, &[0; 96]));
        assert!(matches!(error, DataError::DamagedArray { .. }));
        says(&error, &["train_images", "does not fit", "bytes the entry holds"]);
    }
    says(
        &refused("train_images", b"\x93NUMPY\x02\x00\xff\xff\xff\x7f{".to_vec()),
        &["header claims 2147483647"],
    );
    says(&refused("train_images", Vec::new()), &["header cannot be read"]);
}

#[test]
fn a_zip_bomb_is_refused_before_it_expands() {
    let count = 128 << 20 >> 4;
    let error = refused("train_images", npy("|u1", &format!("({count}, 4, 4)"), &vec![0; count * 16]));
    says(&error, &["train_images", "claim to expand", "more than images can"]);
}

#[test]
fn a_medmnist_name_brings_its_rules() {
    let error = opened_as("breastmnist.npz", &Npz::valid()).unwrap_err();
    says(&error, &["(6, 4, 4)", "28×28 pixels, 1 channel(s)", "rename the file"]);
    let mut npz = Npz::valid();
    for (split, count) in [("train", 6), ("val", 4), ("test", 4)] {
        npz.set(&format!("{split}_images"), npy("|u1", &format!("({count}, 28, 28)"), &vec![5; count * 784]));
    }
    let data = opened_as("BreastMNIST.npz", &npz).unwrap();
    assert_eq!(data.info.classes, ["malignant", "normal, benign"]);
    assert_eq!((data.info.name.as_str(), data.info.size_flag.as_str()), ("breastmnist", ""));
    says(&opened_as("pathmnist.npz", &npz).unwrap_err(), &["3 channel(s)", "as pathmnist has"]);
    says(&opened_as("breastmnist_64.npz", &npz).unwrap_err(), &["64×64", "as breastmnist_64 has"]);
    says(&opened_as("chestmnist.npz", &npz).unwrap_err(), &["14 label column(s)"]);
    let labels = npy("|u1", "(4, 1)", &[0, 1, 2, 0]);
    says(&opened_as("breastmnist.npz", npz.set("val_labels", labels)).unwrap_err(), &["label 2 at row 2"]);
}

#[test]
fn validation_images_may_come_from_another_file() {
    let folder = TempDir::new().unwrap();
    let (main, other) = (folder.path().join("main.npz"), folder.path().join("other.npz"));
    Npz::valid().write(&main);
    let open = || {
        let options = OpenOptions::default().with_val(ValSource::File(other.clone()));
        Dataset::open(main.to_str().unwrap(), &options, &|_| ())
    };
    let mut npz = Npz { arrays: Vec::new() };
    npz.set("val_images", npy("|u1", "(2, 4, 4)", &[8; 32])).set("val_labels", npy("|u1", "(2, 1)", &[1, 1]));
    npz.write(&other);
    let data = open().unwrap();
    assert_eq!((data.train.len(), data.val.len(), data.test.len()), (10, 2, 4));
    assert_eq!((data.val.class_counts(), data.val.image(0)[0]), (vec![0, 2], 8.0 / 255.0));

    npz.set("val_labels", npy("|u1", "(2, 1)", &[1, 2])).write(&other);
    says(&open().unwrap_err(), &["other.npz", "label 2 at row 1", "0 to 1"]);
    npz.set("val_labels", npy("|u1", "(2, 3)", &[0; 6])).write(&other);
    says(&open().unwrap_err(), &["label columns 3, expected 1"]);
    npz.set("val_images", npy("|u1", "(2, 4, 4, 3)", &[0; 96])).write(&other);
    says(&open().unwrap_err(), &["channels 3, expected 1"]);
    npz.set("val_images", npy("|u1", "(2, 5, 4)", &[0; 40])).set("val_labels", npy("|u1", "(2,)", &[0, 1]));
    npz.write(&other);
    says(&open().unwrap_err(), &["height 5, expected 4"]);
}

#[test]
fn a_fraction_cuts_train_and_val_anew() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("some.npz");
    Npz::valid().write(&path);
    let open = |fraction, seed| {
        let options = OpenOptions::default().with_val(ValSource::Fraction(fraction)).with_seed(seed);
        Dataset::open(path.to_str().unwrap(), &options, &|_| ())
    };
    let data = open(0.2, 0).unwrap();
    assert_eq!((data.train.class_counts(), data.val.class_counts()), (vec![4, 4], vec![1, 1]));
    assert_eq!(open(0.2, 0).unwrap().info.fingerprint, data.info.fingerprint);
    assert_ne!(open(0.2, 1).unwrap().info.fingerprint, data.info.fingerprint);
    for fraction in [0.0, 1.0, -0.5, f64::NAN] {
        says(&open(fraction, 0).unwrap_err(), &["option `val`", "between 0 and 1"]);
    }
}

#[test]
fn arrays_can_be_resized() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("some.npz");
    Npz::valid().write(&path);
    let open = |size| {
        let options = OpenOptions::default().with_image_size(size);
        Dataset::open(path.to_str().unwrap(), &options, &|_| ())
    };
    let data = open(8).unwrap();
    assert_eq!((data.info.height, data.train.shape()), (8, (1, 8, 8)));
    says(&open(0).unwrap_err(), &["option `image_size` is 0"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_mangled_file_panics(at in 0usize..2000, byte: u8) {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("mangled.npz");
        let mut bytes = Npz::valid().bytes();
        let at = at % bytes.len();
        bytes[at] = byte;
        std::fs::write(&path, bytes).unwrap();
        let _ = open(&path);
    }
}
