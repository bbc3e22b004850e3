//! Image files as Pillow reads them.
//!
//! `ZODARTS_PYTHON` names a Python with Pillow (`cargo xtask validate` makes one). Without it, a comparison
//! is skipped, and that is printed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// An image.
pub struct PillowImage {
    pub width: usize,
    pub height: usize,
    /// Values in [0, 1] in the shape `(3, height, width)`.
    pub planes: Vec<f32>,
}

/// Runs a script of the tests and returns what it prints.
pub fn script(name: &str, arguments: &[PathBuf]) -> Option<String> {
    let Some(python) = std::env::var_os("ZODARTS_PYTHON") else {
        eprintln!("SKIPPED: ZODARTS_PYTHON is not set: files are not compared with Pillow");
        return None;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name);
    let output = Command::new(python).arg(script).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

/// Returns the files that Pillow reads.
pub fn images(files: &[PathBuf]) -> Option<BTreeMap<PathBuf, PillowImage>> {
    let mut images = BTreeMap::new();
    for files in files.chunks(500) {
        for line in script("pillow_pixels.py", files)?.lines() {
            let mut fields = line.split('\t');
            let path = fields.next().unwrap();
            let [width, height] = [0; 2].map(|_| fields.next().unwrap().parse::<usize>().unwrap());
            let bytes = std::fs::read(format!("{path}.raw")).unwrap();
            let values: Vec<f32> =
                bytes.as_chunks::<4>().0.iter().map(|value| f32::from_le_bytes(*value)).collect();
            let plane = |channel: usize| values.iter().skip(channel).step_by(3).copied();
            let planes = (0..3).flat_map(plane).collect();
            images.insert(PathBuf::from(path), PillowImage { width, height, planes });
        }
    }
    Some(images)
}

impl PillowImage {
    /// Returns the largest difference of a value.
    pub fn difference(&self, planes: &[f32]) -> f32 {
        assert_eq!(self.planes.len(), planes.len());
        self.planes.iter().zip(planes).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    }
}
