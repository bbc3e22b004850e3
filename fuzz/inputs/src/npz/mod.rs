//! Archives of arrays: their bytes, arrays in them, and archives whose parts contradict each other.

#[path = "../../../../crates/zodarts-data/tests/support/mod.rs"]
#[allow(missing_docs, unreachable_pub, reason = "written for tests")]
mod made;
mod woven;

use crate::place;
use made::{Npz, npy};
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;
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
    "PK\u{3}\u{4}",
    "PK\u{5}\u{6}",
    "PK\u{6}\u{6}",
    "PK\u{6}\u{7}",
    ",),",
    "()",
];

/// The first bytes of an archive. An input with others is read as a description of an archive.
const MARK: &[u8] = b"PK";
/// The array of an archive that is damaged alone.
const DAMAGED: &str = "train_images";

/// An archive of grey or colour images.
pub fn whole(colours: bool) -> Npz {
    let mut npz = Npz::valid();
    for (split, count) in [("train", 6), ("val", 4), ("test", 4)].into_iter().filter(|_| colours) {
        let pixels: Vec<u8> = (0..count * 48).map(|at| at as u8).collect();
        npz.set(&format!("{split}_images"), npy("|u1", &format!("({count}, 4, 4, 3)"), &pixels));
    }
    npz
}

pub fn archives() -> Vec<Vec<u8>> {
    let methods = [CompressionMethod::Stored, CompressionMethod::Deflated];
    let made =
        methods.map(|method| whole(false).zipped(SimpleFileOptions::default().compression_method(method)));
    made.into_iter().chain(woven::seeds()).collect()
}

pub fn arrays() -> Vec<Vec<u8>> {
    let array = |colours| whole(colours).arrays.into_iter().find(|(name, _)| name == DAMAGED);
    [false, true].into_iter().filter_map(array).map(|(_, bytes)| bytes).collect()
}

pub fn read(bytes: &[u8]) -> bool {
    if bytes.starts_with(MARK) { open(bytes) } else { open(&woven::archive(bytes)) }
}

fn open(bytes: &[u8]) -> bool {
    let path = place::write("x.npz", bytes);
    Dataset::open(&path.to_string_lossy(), &OpenOptions::default(), &|_| ()).is_ok()
}

/// Reads an archive with this array among images of as many channels as it seems to have.
pub fn read_array(bytes: &[u8]) -> bool {
    let colours = bytes.windows(4).any(|text| text == b", 3)");
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    open(&whole(colours).set(DAMAGED, bytes.to_vec()).zipped(options))
}
