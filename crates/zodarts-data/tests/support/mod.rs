//! Harness of the tests: data sets, class folders, archives, and the text of errors.
#![allow(dead_code, unused_imports, reason = "each test binary uses its part")]

mod shared;

pub use shared::shared;

use image::{GrayImage, Luma};
use std::io::{Cursor, Write};
use std::path::Path;
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;
use zodarts_data::{DataError, Dataset, OpenOptions};

/// Opens a path with default options.
pub fn open(path: &Path) -> Result<Dataset, DataError> {
    open_with(path, &OpenOptions::default())
}

/// Opens a path.
pub fn open_with(path: &Path, options: &OpenOptions) -> Result<Dataset, DataError> {
    Dataset::open(path.to_str().unwrap(), options, &|_| ())
}

/// Opens a phantom by its name.
pub fn phantom(spec: &str) -> Dataset {
    Dataset::open(spec, &OpenOptions::default(), &|_| ()).unwrap()
}

/// Writes a PNG of `side`×`side` pixels of one grey.
pub fn grey_png(path: &Path, side: u32, value: u8) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    GrayImage::from_pixel(side, side, Luma([value])).save(path).unwrap();
}

/// Writes `count` grey PNGs `00.png` and so on in each of the class folders `a` and `b` below `root`.
pub fn write_classes(root: &Path, count: u8, side: u32) {
    for (class, base) in [("a", 0), ("b", 100)] {
        for at in 0..count {
            grey_png(&root.join(class).join(format!("{at:02}.png")), side, base + at);
        }
    }
}

/// Returns a folder with the files of [`write_classes`].
pub fn class_folder(count: u8, side: u32) -> TempDir {
    let folder = TempDir::new().unwrap();
    write_classes(folder.path(), count, side);
    folder
}

/// Everything that an error tells.
pub trait Told {
    /// Returns the message and the hint, separated by `"; "`.
    fn told(&self) -> String;
}

impl Told for DataError {
    fn told(&self) -> String {
        self.hint().map_or_else(|| self.to_string(), |hint| format!("{self}; {hint}"))
    }
}

impl Told for str {
    fn told(&self) -> String {
        self.to_owned()
    }
}

/// Checks that an error or a text has some parts.
#[track_caller]
pub fn says(error: &(impl Told + ?Sized), parts: &[&str]) {
    let text = error.told();
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
}

/// The arrays of an npz file, for tests to damage.
pub struct Npz {
    pub arrays: Vec<(String, Vec<u8>)>,
}

impl Npz {
    /// Returns 6 training, 4 validation and 4 test images of 4×4 grey pixels, with labels 0 and 1 in turn.
    pub fn valid() -> Npz {
        let mut npz = Npz { arrays: Vec::new() };
        for (split, count) in [("train", 6), ("val", 4), ("test", 4)] {
            let pixels: Vec<u8> = (0..count * 16).map(|at| (at * 7 + count) as u8).collect();
            let labels: Vec<u8> = (0..count).map(|at| (at % 2) as u8).collect();
            npz.set(&format!("{split}_images"), npy("|u1", &format!("({count}, 4, 4)"), &pixels));
            npz.set(&format!("{split}_labels"), npy("|u1", &format!("({count}, 1)"), &labels));
        }
        npz
    }

    pub fn set(&mut self, name: &str, array: Vec<u8>) -> &mut Npz {
        self.arrays.retain(|(other, _)| other != name);
        self.arrays.push((name.to_owned(), array));
        self
    }

    pub fn remove(&mut self, name: &str) -> &mut Npz {
        self.arrays.retain(|(other, _)| other != name);
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.zipped(SimpleFileOptions::default())
    }

    pub fn zipped(&self, options: SimpleFileOptions) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, array) in &self.arrays {
            zip.start_file(format!("{name}.npy"), options).unwrap();
            zip.write_all(array).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    pub fn write(&self, path: &Path) {
        std::fs::write(path, self.bytes()).unwrap();
    }
}

/// Returns a numpy array of a type string, a shape as Python prints it, and its elements' bytes.
pub fn npy(descr: &str, shape: &str, bytes: &[u8]) -> Vec<u8> {
    npy_header(&format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}"), bytes)
}

/// Returns a numpy array with any header.
pub fn npy_header(header: &str, bytes: &[u8]) -> Vec<u8> {
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.as_bytes());
    file.extend(bytes);
    file
}
