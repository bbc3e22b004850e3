//! Archives of arrays.

use super::{real, write};
use std::io::{Cursor, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};
use zodarts_data::{Dataset, OpenOptions};

pub const WORDS: &[&str] = &[
    "'descr': '|u1'",
    "'descr': '<i8'",
    "'descr': '|O'",
    "'descr': '<f4'",
    "'fortran_order': True",
    "'shape': (",
    "4294967296, ",
    "1099511627776, 1099511627776",
    "-1",
    "train_images.npy",
    "val_labels.npy",
    "../",
    "PK\u{1}\u{2}",
    "\u{93}NUMPY",
    ",),",
    "()",
];

const SPLITS: [(&str, usize); 3] = [("train", 6), ("val", 4), ("test", 4)];

/// Where an array is damaged: the name of the one of an archive that is.
const DAMAGED: &str = "train_images";

fn array(shape: &str, bytes: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}\n");
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.as_bytes());
    file.extend(bytes);
    file
}

fn images(count: usize) -> Vec<u8> {
    let pixels: Vec<u8> = (0..count * 16).map(|at| (at * 7 + count) as u8).collect();
    array(&format!("({count}, 4, 4)"), &pixels)
}

/// An archive in which one array may stand for another.
fn archive(method: CompressionMethod, damaged: Option<&[u8]>) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (split, count) in SPLITS {
        let labels: Vec<u8> = (0..count).map(|at| (at % 2) as u8).collect();
        let arrays = [("images", images(count)), ("labels", array(&format!("({count}, 1)"), &labels))];
        for (kind, bytes) in arrays {
            let name = format!("{split}_{kind}");
            let bytes = damaged.filter(|_| name == DAMAGED).unwrap_or(&bytes);
            archive.start_file(format!("{name}.npy"), options).expect("names are valid");
            archive.write_all(bytes).expect("memory can be written");
        }
    }
    archive.finish().expect("memory can be written").into_inner()
}

pub fn archives(data: &Path) -> Vec<Vec<u8>> {
    let made = [CompressionMethod::Stored, CompressionMethod::Deflated].map(|method| archive(method, None));
    // The smallest of MedMNIST's files.
    let real = real(data).into_iter().filter(|bytes| bytes.starts_with(b"PK"));
    made.into_iter().chain(real).collect()
}

pub fn arrays() -> Vec<Vec<u8>> {
    let colours: Vec<u8> = (0..6 * 48).map(|at| at as u8).collect();
    vec![images(6), array("(6, 4, 4, 3)", &colours)]
}

pub fn read(bytes: &[u8], place: &Path) -> bool {
    let path = write(place, "x.npz", bytes);
    Dataset::open(&path.to_string_lossy(), &OpenOptions::default(), &|_| ()).is_ok()
}

pub fn read_array(bytes: &[u8], place: &Path) -> bool {
    // Three channels in the training images alone are refused late enough.
    read(&archive(CompressionMethod::Stored, Some(bytes)), place)
        || bytes.windows(2).any(|pair| pair == b"3)")
}
