//! Calls of the binary, and data files in every state.

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A network that trains in a moment.
const TINY: &str = "\
[search]\nepochs = 1\nchannels = 4\ncells = 1\ninput_size = 12\n\
[train]\nepochs = 1\nchannels = 4\ncells = 1\ninput_size = 12\n";

/// The binary in a folder of its own.
pub fn zodarts_in(place: &Path) -> std::process::Command {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_zodarts"));
    command.current_dir(place).env_remove("ZODARTS_CACHE");
    command
}

/// The same, without a terminal.
pub fn zodarts(place: &Path) -> Command {
    let mut command = Command::from_std(zodarts_in(place));
    command.write_stdin("");
    command
}

/// Runs the binary with arguments that are separated by spaces.
pub fn run(place: &Path, arguments: &str) -> Assert {
    zodarts(place).args(arguments.split_whitespace()).assert()
}

/// Returns the standard output of a command that must succeed.
pub fn stdout(place: &Path, arguments: &str) -> String {
    String::from_utf8(run(place, arguments).success().get_output().stdout.clone()).unwrap()
}

/// A folder with `tiny.toml`, the settings of a network that trains in a moment.
pub fn place() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    std::fs::write(place.path().join("tiny.toml"), TINY).unwrap();
    place
}

/// An array of an npz file.
pub struct Array {
    pub name: String,
    pub descr: &'static str,
    pub shape: Vec<usize>,
    pub bytes: Vec<u8>,
}

/// The six arrays of a sound data set of 8×8 images in two classes.
pub fn arrays() -> Vec<Array> {
    let mut arrays = Vec::new();
    for (split, count, first) in [("train", 12, 0), ("val", 6, 100), ("test", 6, 200)] {
        // No two images are equal: 64 pixels further is another place in a cycle of 251.
        let pixels = (0..count * 64).map(|at| ((first + at) * (7 + first) % 251) as u8).collect();
        let labels = (0..count).map(|image| (image % 2) as u8).collect();
        arrays.push(array(&format!("{split}_images"), vec![count, 8, 8], pixels));
        arrays.push(array(&format!("{split}_labels"), vec![count, 1], labels));
    }
    arrays
}

fn array(name: &str, shape: Vec<usize>, bytes: Vec<u8>) -> Array {
    Array { name: name.into(), descr: "|u1", shape, bytes }
}

/// Writes an npz file.
pub fn write_npz(path: &Path, arrays: &[Array]) {
    let mut archive = ZipWriter::new(File::create(path).unwrap());
    for array in arrays {
        archive.start_file(format!("{}.npy", array.name), SimpleFileOptions::default()).unwrap();
        archive.write_all(&npy(array)).unwrap();
    }
    archive.finish().unwrap();
}

/// The NPY format, version 1.0.
fn npy(array: &Array) -> Vec<u8> {
    let shape: Vec<String> = array.shape.iter().map(ToString::to_string).collect();
    let (descr, shape) = (array.descr, shape.join(","));
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(&array.bytes);
    bytes
}

/// Writes a grey 16×16 PNG that depends on `seed`.
pub fn write_png(path: &Path, seed: u32) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let pixel = |x, y| image::Luma([((x * 31 + y * 17 + seed * 53 + x * y * seed) % 256) as u8]);
    image::GrayImage::from_fn(16, 16, pixel).save(path).unwrap();
}

/// Returns the content of each file of a run by name, without times, and without the report page, which shows
/// them. Records that were set aside because the process was killed between them and their checkpoint are
/// left out.
pub fn left(run: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for folder in [run.to_owned(), run.join("checkpoint")] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(run).unwrap().display().to_string();
            let counts =
                name != "report.html" && !["previous", "-interrupted"].iter().any(|part| name.contains(part));
            if path.is_file() && counts {
                files.insert(name, timeless(&path));
            }
        }
    }
    files
}

/// Holds what a run left to what it should have left.
#[track_caller]
pub fn assert_left(found: &BTreeMap<String, Vec<u8>>, expected: &BTreeMap<String, Vec<u8>>) {
    for (file, content) in expected {
        assert!(found[file] == *content, "{file} differs");
    }
}

/// A file's content; of JSON, without values whose names say that they are seconds.
fn timeless(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).unwrap();
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    if !["json", "jsonl"].contains(&extension) {
        return bytes;
    }
    let values = serde_json::Deserializer::from_slice(&bytes).into_iter::<serde_json::Value>();
    let mut values: Vec<serde_json::Value> = values.map(Result::unwrap).collect();
    for object in values.iter_mut().filter_map(serde_json::Value::as_object_mut) {
        object.retain(|key, _| !key.contains("seconds"));
    }
    format!("{values:?}").into_bytes()
}
