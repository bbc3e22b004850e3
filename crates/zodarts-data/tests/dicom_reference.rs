//! DICOM files of pydicom's test set, and others that it writes, held against what pydicom makes of them
//! (`dicom_reference.py`).
//!
//! `ZODARTS_PYTHON` names a Python with pydicom (`cargo xtask validate` makes one). Without it, the test is
//! skipped, and that is printed.

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use support::Told;
use tempfile::TempDir;
use zodarts_data::{DataError, ImageFile};

/// Fewest files that are compared if the Python has all decoders.
const FEWEST: usize = 190;
/// Files that pydicom decodes and we refuse, with a part of the reason.
const REFUSED: [(&str, &str); 0] = [];

/// A file and what pydicom makes of it.
struct Reference {
    name: String,
    path: PathBuf,
    kind: String,
    /// White of the depth that we keep: 255 or 65535.
    white: f32,
    /// Frames, channels, rows and columns.
    shape: [usize; 4],
    values: Vec<f32>,
}

impl Reference {
    fn parse(number: usize, line: &str, folder: &Path) -> Self {
        let fields: Vec<&str> = line.split('\t').collect();
        let [name, path, kind, white, shape @ ..] = &fields[..] else { panic!("{line}") };
        let bytes = std::fs::read(folder.join(format!("{number}.f32"))).unwrap_or_default();
        let values = bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        let shape: Vec<usize> = shape.iter().map(|side| side.parse().unwrap()).collect();
        Self {
            name: (*name).to_owned(),
            path: path.into(),
            kind: (*kind).to_owned(),
            white: white.parse().unwrap(),
            shape: shape.try_into().unwrap(),
            values,
        }
    }

    fn read(&self) -> Result<Vec<f32>, DataError> {
        let [frames, channels, rows, columns] = self.shape;
        let mut file = ImageFile::open(&self.path, None)?;
        let frames: Result<Vec<_>, _> =
            (0..frames).map(|frame| file.read(frame, channels, rows, columns)).collect();
        Ok(frames?.concat())
    }

    /// Returns the fault of values that are not those of pydicom.
    fn fault(&self, found: &[f32]) -> Option<String> {
        if found.len() != self.values.len() {
            return Some(format!("{} values, expected {}", found.len(), self.values.len()));
        }
        let off: Vec<f32> =
            found.iter().zip(&self.values).map(|(found, value)| (found - value).abs()).collect();
        let most = off.iter().copied().fold(0.0, f32::max);
        let mean = off.iter().sum::<f32>() / off.len() as f32;
        // Decoders of JPEG and of lossy JPEG 2000 round differently.
        let (most_allowed, mean_allowed) = match &*self.kind {
            "exact" => (0.501 / self.white, 0.501 / self.white),
            "lossy" => (0.01, 0.001),
            _ => (0.02, 0.001),
        };
        let bad = most > most_allowed || mean > mean_allowed || found.iter().any(|value| value.is_nan());
        if self.kind != "exact" {
            println!("{}: off by {most} at most and {mean} in the mean", self.name);
        }
        bad.then(|| format!("off by {most} at most and {mean} in the mean"))
    }
}

/// Returns pydicom's files, if there is a Python that has it.
fn references(folder: &Path) -> Option<Vec<Reference>> {
    let Some(python) = std::env::var_os("ZODARTS_PYTHON") else {
        eprintln!("SKIPPED: ZODARTS_PYTHON is not set: DICOM files are not compared with pydicom");
        return None;
    };
    let found = Command::new(&python).args(["-c", "import pydicom, numpy"]).output().unwrap();
    if !found.status.success() {
        eprintln!("SKIPPED: {} has no pydicom: DICOM files are not compared with it", python.display());
        return None;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dicom_reference.py");
    let output = Command::new(python).arg(script).arg(folder).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    errors.lines().filter(|line| line.starts_with("SKIPPED")).for_each(|line| eprintln!("{line}"));
    let text = String::from_utf8(output.stdout).unwrap();
    let parse = |(number, line)| Reference::parse(number, line, folder);
    Some(text.lines().enumerate().map(parse).collect())
}

#[test]
fn files_are_read_as_pydicom_reads_them() {
    let folder = TempDir::new().unwrap();
    let Some(references) = references(folder.path()) else { return };
    let (mut compared, mut faults) = (0, Vec::new());
    for reference in &references {
        let known = REFUSED.iter().find(|(name, _)| *name == reference.name);
        match (&*reference.kind, reference.read(), known) {
            // What pydicom does not decode must end without a panic.
            ("refused", ..) => {
                let read = ImageFile::open(&reference.path, None).and_then(|mut file| file.read(0, 3, 8, 8));
                let result = read.map_or_else(|error| error.reason(), |_| "is read".into());
                println!("{}: not decoded by pydicom; here: {result}", reference.name);
            }
            (_, Ok(found), None) => {
                compared += 1;
                faults.extend(reference.fault(&found).map(|fault| format!("{}: {fault}", reference.name)));
            }
            (_, Err(error), Some((_, reason))) => {
                println!("{}: decoded by pydicom, refused here: {}", reference.name, error.told());
                assert!(error.told().contains(reason), "{}", error.told());
            }
            (_, Err(error), None) => faults.push(format!("{}: {}", reference.name, error.told())),
            (_, Ok(_), Some(_)) => faults.push(format!("{}: is read now", reference.name)),
        }
    }
    println!("{compared} files compared with pydicom");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let decoded = references.iter().filter(|reference| reference.kind != "refused").count();
    assert!(compared + REFUSED.len() >= decoded.min(FEWEST), "{compared} of {decoded}");
    if decoded < FEWEST {
        eprintln!("SKIPPED: {decoded} files only are decoded by the Python's pydicom, expected {FEWEST}");
    }
}
