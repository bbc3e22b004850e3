//! Harmful data: they take little memory, and an error names the fault.

#[path = "support/memory.rs"]
mod memory;
mod support;

use image::{GrayImage, ImageEncoder, Luma};
use memory::Alone;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use support::{Npz, Told, npy, open, open_with};
use tempfile::TempDir;
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;
use zodarts_data::{DataError, Dataset, OpenOptions, read_image_file};

/// The error of an archive.
fn refused(alone: &Alone, bytes: &[u8]) -> String {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("bad.npz");
    fs::write(&path, bytes).unwrap();
    alone.bounded(|| open(&path).unwrap_err()).told()
}

/// A folder of images with a table of labels.
fn labelled(alone: &Alone, folder: &Path, table: &Path) -> Result<Dataset, DataError> {
    let options = OpenOptions::default().with_labels(table.to_owned());
    alone.bounded(|| open_with(folder, &options))
}

/// Checks that an error is short and has some parts.
#[track_caller]
fn says(error: &str, parts: &[&str]) {
    support::says(error, parts);
    assert!(error.len() < 1000, "{} bytes of error: {error:.300}", error.len());
}

/// The places of the sizes of the first member in an archive's directory: compressed and decompressed.
fn sizes(archive: &[u8]) -> [usize; 2] {
    let entry = archive.windows(4).position(|mark| mark == b"PK\x01\x02").unwrap();
    [entry + 20, entry + 24]
}

#[test]
fn an_archive_that_claims_to_hold_gigabytes_is_not_believed() {
    let alone = Alone::now();
    let shape = "(4294966, 10, 100)";
    let mut archive = Npz::valid().set("train_images", npy("|u1", shape, &[0; 1000])).bytes();
    let [stored, size] = sizes(&archive);
    for claims in [&[size][..], &[stored, size]] {
        for at in claims {
            archive[*at..*at + 4].copy_from_slice(&4_294_966_200u32.to_le_bytes());
        }
        let error = refused(&alone, &archive);
        assert!(error.contains("train_") || error.contains("not a readable .npz archive"), "{error}");
    }
}

#[test]
fn zeros_that_expand_beyond_what_the_archive_says_are_not_kept() {
    let alone = Alone::now();
    let mut npz = Npz::valid();
    // 256 MiB that take 256 KiB.
    npz.arrays.insert(0, ("train_images".into(), npy("|u1", "(6, 4, 4)", &vec![0; 256 << 20])));
    npz.arrays.remove(1);
    let mut archive =
        npz.zipped(SimpleFileOptions::default().compression_method(CompressionMethod::Deflated));
    let size = sizes(&archive)[1];
    assert!(archive.len() < 1 << 20);
    says(&refused(&alone, &archive), &["train_", "claim to expand to"]);
    let claimed = npy("|u1", "(6, 4, 4)", &[0; 96]).len() as u32;
    archive[size..size + 4].copy_from_slice(&claimed.to_le_bytes());
    says(&refused(&alone, &archive), &["train_"]);
}

#[test]
fn millions_of_labels_from_a_small_archive_are_refused() {
    let alone = Alone::now();
    let count = 60 << 20;
    let mut npz = Npz::valid();
    npz.set("train_labels", npy("|u1", &format!("({count},)"), &vec![0; count]));
    says(&refused(&alone, &npz.bytes()), &["train_labels", "claim to expand"]);
}

#[test]
fn a_dataset_of_millions_of_single_pixels_fits_in_memory() {
    let alone = Alone::now();
    let count = 8_300_000;
    let mut npz = Npz::valid();
    for split in ["train", "val", "test"] {
        let labels: Vec<u8> = (0..count).map(|at| (at % 2) as u8).collect();
        npz.set(&format!("{split}_images"), npy("|u1", &format!("({count}, 1, 1)"), &vec![0; count]));
        npz.set(&format!("{split}_labels"), npy("|u1", &format!("({count},)"), &labels));
    }
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("many.npz");
    npz.write(&path);
    drop(npz);
    assert!(path.metadata().unwrap().len() < 1 << 20);
    assert_eq!(alone.bounded(|| open(&path).unwrap()).train.len(), count);
}

#[test]
fn shapes_beyond_all_memory_are_refused() {
    let alone = Alone::now();
    for shape in [
        "(1099511627776, 1099511627776)",
        "(1099511627776, 1099511627776, 1)",
        "(4294967296, 4294967296, 3)",
        "(18446744073709551615, 18446744073709551615)",
        "(0, 18446744073709551615, 18446744073709551615)",
        "(18446744073709551616, 1, 1)",
    ] {
        let error = refused(&alone, &Npz::valid().set("train_images", npy("|u1", shape, &[0; 96])).bytes());
        assert!(error.contains("does not fit") || error.contains("not understood"), "{shape}: {error}");
        let error = refused(&alone, &Npz::valid().set("val_labels", npy("<i8", shape, &[0; 32])).bytes());
        assert!(error.contains("does not fit") || error.contains("not understood"), "{shape}: {error}");
    }
}

#[test]
fn pixels_that_are_no_numbers_are_refused_with_their_type() {
    let alone = Alone::now();
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let pixels: Vec<u8> = (0..96).flat_map(|_| value.to_le_bytes()).collect();
        let error =
            refused(&alone, &Npz::valid().set("train_images", npy("<f4", "(6, 4, 4)", &pixels)).bytes());
        says(&error, &["train_images", "<f4", "uint8"]);
    }
}

#[test]
fn names_and_links_in_an_archive_lead_nowhere() {
    let alone = Alone::now();
    for name in ["../train_images", "/train_images", "..\\train_images", "x/../train_images"] {
        let folder = TempDir::new().unwrap();
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).unwrap();
        let mut npz = Npz::valid();
        npz.arrays[0].0 = name.into();
        npz.write(&inner.join("bad.npz"));
        says(
            &alone.bounded(|| open(&inner.join("bad.npz")).unwrap_err()).told(),
            &["`train_images` is missing"],
        );
        for folder in [folder.path(), &inner] {
            assert_eq!(folder.read_dir().unwrap().count(), 1, "nothing is written");
        }
    }
    let mut npz = Npz::valid();
    npz.set("train_images", b"/etc/hostname".to_vec());
    let link = SimpleFileOptions::default().unix_permissions(0o120_777);
    says(&refused(&alone, &npz.zipped(link)), &["train_images", "does not begin like a numpy array"]);
}

#[test]
fn thousands_of_classes_are_refused_wherever_they_are() {
    let alone = Alone::now();
    let labels: Vec<u8> = (0..50_000u16).flat_map(u16::to_le_bytes).collect();
    let mut npz = Npz::valid();
    npz.set("train_images", npy("|u1", "(50000, 4, 4)", &vec![0; 800_000]));
    says(
        &refused(&alone, &npz.set("train_labels", npy("<u2", "(50000, 1)", &labels)).bytes()),
        &["label 1000 at row 1000"],
    );
    npz.set("train_images", npy("|u1", "(1, 4, 4)", &[0; 16]));
    says(
        &refused(&alone, &npz.set("train_labels", npy("|u1", "(1, 50000)", &vec![0; 50_000])).bytes()),
        &["(1, 50000)"],
    );

    let folder = TempDir::new().unwrap();
    GrayImage::from_pixel(4, 4, Luma([0])).save(folder.path().join("x.png")).unwrap();
    let rows: Vec<String> = (1..=50_000).map(|at| format!("x.png,class {at},{at}\n")).collect();
    let table = folder.path().join("labels.csv");
    fs::write(&table, format!("path,label,frame\n{}", rows.concat())).unwrap();
    let error = labelled(&alone, folder.path(), &table).unwrap_err().told();
    says(&error, &["`label` has 50000 different value(s), expected 2 to 1000"]);

    // Fewer here: each folder costs the disk.
    let folder = TempDir::new().unwrap();
    for class in 0..5_000 {
        fs::create_dir(folder.path().join(format!("class-{class:05}"))).unwrap();
    }
    says(
        &alone.bounded(|| open(folder.path()).unwrap_err()).told(),
        &["5000 class folder(s), expected 2 to 1000"],
    );
    fs::create_dir(folder.path().join("train")).unwrap();
    fs::create_dir(folder.path().join("training")).unwrap();
    says(&alone.bounded(|| open(folder.path()).unwrap_err()).told(), &["`train` is named like a split"]);
}

#[cfg(unix)]
#[test]
fn a_class_folder_that_is_a_loop_of_links_is_no_class() {
    let _alone = Alone::now();
    let folder = TempDir::new().unwrap();
    for class in ["a", "b"] {
        fs::create_dir(folder.path().join(class)).unwrap();
        for at in 0..4u8 {
            let path = folder.path().join(format!("{class}/{at}.png"));
            GrayImage::from_pixel(8, 8, Luma([at])).save(path).unwrap();
        }
    }
    for (link, to) in [("own", "own"), ("one", "other"), ("other", "one"), ("gone", "nowhere")] {
        std::os::unix::fs::symlink(to, folder.path().join(link)).unwrap();
    }
    assert_eq!(open(folder.path()).unwrap().info.classes, ["a", "b"]);
    std::os::unix::fs::symlink(".", folder.path().join("c")).unwrap();
    says(&open(folder.path()).map(drop).unwrap_err().told(), &["class folder `c` has no images"]);
}

#[test]
fn a_table_of_millions_of_rows_is_refused() {
    let alone = Alone::now();
    let folder = TempDir::new().unwrap();
    GrayImage::from_pixel(4, 4, Luma([0])).save(folder.path().join("x.png")).unwrap();
    for (end, rows, problem) in [
        ("\n", 16 << 20, "is larger than 64 MiB"),
        ("\r\n", 2 << 20, "has more than 1048576 rows"),
        ("\n", 2 << 20, "has more than 1048576 rows"),
    ] {
        let table = folder.path().join("labels.csv");
        let mut file = BufWriter::new(File::create(&table).unwrap());
        write!(file, "path,label{end}").unwrap();
        for _ in 0..rows {
            write!(file, "x,y{end}").unwrap();
        }
        file.flush().unwrap();
        says(
            &labelled(&alone, folder.path(), &table).unwrap_err().told(),
            &["labels.csv", problem, "split the data set"],
        );
    }
}

#[test]
fn a_field_of_megabytes_is_not_repeated_in_the_error() {
    let alone = Alone::now();
    let folder = TempDir::new().unwrap();
    let table = folder.path().join("labels.csv");
    let long = "x".repeat(8 << 20);
    for text in [format!("path,label\n{long},a\n"), format!("path,label,split\nx.png,a,{long}\n")] {
        fs::write(&table, text).unwrap();
        says(&labelled(&alone, folder.path(), &table).unwrap_err().told(), &["line 2"]);
    }
}

/// A file of black pixels, written without an image in memory.
fn black(path: &Path, side: u32, color: image::ExtendedColorType) {
    let bytes = vec![0; (u64::from(side).pow(2) * u64::from(color.bits_per_pixel()) / 8) as usize];
    let file = BufWriter::new(File::create(path).unwrap());
    image::codecs::png::PngEncoder::new(file).write_image(&bytes, side, side, color).unwrap();
}

#[test]
fn an_image_of_few_bytes_and_many_pixels_takes_as_much_memory_as_one_plane() {
    let alone = Alone::now();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("x.png");
    for color in
        [image::ExtendedColorType::L8, image::ExtendedColorType::L16, image::ExtendedColorType::Rgba8]
    {
        black(&path, 8000, color);
        assert!(path.metadata().unwrap().len() < 8 << 20);
        for channels in [1, 3] {
            let planes = alone.bounded(|| read_image_file(&path, channels, 8, 8)).unwrap();
            assert_eq!(planes, vec![0.0; channels * 64]);
        }
    }
    black(&path, 8200, image::ExtendedColorType::L8);
    let error = alone.bounded(|| read_image_file(&path, 1, 8, 8)).unwrap_err().told();
    says(&error, &["x.png", "8200×8200 pixels exceed the limit of 67108864"]);
}
