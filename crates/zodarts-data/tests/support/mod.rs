//! What several test files need.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;
use zodarts_data::{DataError, Dataset, OpenOptions};

/// A file of the measurements' data, or `None`, loudly, where they are not.
pub fn shared(name: &str) -> Option<PathBuf> {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("ZODARTS_DATA").map_or_else(default, PathBuf::from);
    let path = folder.join(name);
    if !path.exists() {
        eprintln!("SKIPPED: {name} is not in {}; set ZODARTS_DATA", folder.display());
        return None;
    }
    Some(path)
}

/// Opens a path with default options.
pub fn open(path: &Path) -> Result<Dataset, DataError> {
    Dataset::open(path.to_str().unwrap(), &OpenOptions::default(), &|_| ())
}

/// The arrays of an npz file, to be damaged at will.
pub struct Npz {
    pub arrays: Vec<(String, Vec<u8>)>,
}

impl Npz {
    /// 6 training, 4 validation and 4 test images of 4×4 grey pixels, with labels 0 and 1 in turn.
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

/// A numpy array of a type string, a shape as Python prints it, and its elements' bytes.
pub fn npy(descr: &str, shape: &str, bytes: &[u8]) -> Vec<u8> {
    npy_header(&format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}"), bytes)
}

/// A numpy array with any header.
pub fn npy_header(header: &str, bytes: &[u8]) -> Vec<u8> {
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.as_bytes());
    file.extend(bytes);
    file
}
