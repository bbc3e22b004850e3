//! DICOM files in folders, read whole.
#![allow(dead_code, reason = "each test binary uses its part")]

use crate::dicom::Dicom;
use crate::support::{Told, says};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use zodarts_data::{DataError, ImageFile, Window};

/// A file in a folder of its own.
pub struct DicomFolder {
    pub folder: TempDir,
}

impl DicomFolder {
    pub fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    pub fn write(&self, dicom: Dicom) -> PathBuf {
        let path = self.folder.path().join("x.dcm");
        dicom.write(&path);
        path
    }
}

/// All frames of a file, as they are stored.
pub fn read(
    path: &Path,
    channels: usize,
    (rows, columns): (usize, usize),
    window: Option<Window>,
) -> Result<Vec<f32>, DataError> {
    let mut file = ImageFile::open(path, window)?;
    let frames: Result<Vec<_>, _> =
        (0..file.frames()).map(|frame| file.read(frame, channels, rows, columns)).collect();
    Ok(frames?.concat())
}

/// A grey file of one row of values.
pub fn row(dicom: Dicom, columns: usize, window: Option<Window>) -> Vec<f32> {
    read(&DicomFolder::new().write(dicom), 1, (1, columns), window).unwrap()
}

/// Values in steps of 1/65535.
#[track_caller]
pub fn near(found: &[f32], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((f64::from(*found) - expected).abs() <= 0.51 / 65535.0, "{found} is not {expected}");
    }
}

#[track_caller]
pub fn refused(path: &Path, parts: &[&str]) -> String {
    let error = read(path, 1, (2, 2), None).unwrap_err();
    assert!(matches!(error, DataError::Image { .. }), "{error:?}");
    let text = error.told();
    says(&*text, parts);
    says(&*text, &["x.dcm: cannot read the image: ", "; "]);
    assert!(!text.contains("QUINCE"), "{text}");
    text
}

#[track_caller]
pub fn refused_file(dicom: Dicom, parts: &[&str]) {
    refused(&DicomFolder::new().write(dicom), parts);
}

/// The elements of a file behind its first group.
pub fn elements(dicom: Dicom) -> Vec<u8> {
    let bytes = std::fs::read(DicomFolder::new().write(dicom)).unwrap();
    let length = u32::from_le_bytes(bytes[140..144].try_into().unwrap()) as usize;
    bytes[144 + length..].to_vec()
}

/// A file of elements in a transfer syntax.
pub fn in_syntax(uid: &str, elements: &[u8]) -> Vec<u8> {
    let mut uid = uid.as_bytes().to_vec();
    uid.resize(uid.len().next_multiple_of(2), 0);
    let element = |number: u8, kind: &[u8; 2], value: &[u8]| {
        [&[2, 0, number, 0][..], kind, &(value.len() as u16).to_le_bytes(), value].concat()
    };
    let syntax = element(0x10, b"UI", &uid);
    let length = element(0, b"UL", &(syntax.len() as u32).to_le_bytes());
    [&[0; 128][..], b"DICM", &length, &syntax, elements].concat()
}
