//! Archives made by an input's changes to a whole one.
//!
//! Bytes damaged at random rarely leave an archive whose directory can be read, and never one whose checksums
//! hold. Here the changes are to arrays, names and compression, with checksums that hold, and to single
//! fields of the directory.

use super::made::{Npz, npy};
use super::whole;
use arbitrary::{Arbitrary, Unstructured};
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

/// Most changes to an archive.
const MOST: usize = 8;
/// Most elements of an array.
const ELEMENTS: u64 = 1 << 16;

/// A change to an archive.
#[derive(Arbitrary, Debug)]
enum Change {
    /// A member has another name.
    Name(usize, Name),
    /// Other bytes for an array.
    Bytes(usize, Vec<u8>),
    /// Another array.
    Array(usize, Array),
    /// One member less.
    Removed(usize),
    /// One member more.
    Added(Name, Vec<u8>),
    /// A field of a member's entry in the directory says something else.
    Entry(usize, Field, u32),
    /// A byte of the archive is another.
    Byte(usize, u8),
}

#[derive(Arbitrary, Debug)]
enum Name {
    Validation,
    Labels,
    Outside,
    Absolute,
    Other(String),
}

/// An array as its header says, whose elements are as many as that or not.
#[derive(Arbitrary, Debug)]
struct Array {
    element: Element,
    axes: Vec<Axis>,
    values: [u8; 4],
    missing: bool,
}

#[derive(Arbitrary, Debug)]
enum Element {
    Byte,
    Signed,
    Long,
    BigEndian,
    Float,
    Object,
    Other(String),
}

#[derive(Arbitrary, Debug)]
enum Axis {
    Small(u8),
    Any(u64),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Field {
    Flags,
    Method,
    Checksum,
    Compressed,
    Size,
    NameLength,
    ExtraLength,
    Offset,
}

/// Descriptions of archives in which nothing is wrong.
pub fn seeds() -> Vec<Vec<u8>> {
    vec![vec![0], vec![1]]
}

/// The archive that an input describes.
pub fn archive(bytes: &[u8]) -> Vec<u8> {
    let mut source = Unstructured::new(bytes);
    let deflated = source.arbitrary().unwrap_or(false);
    let changes: Vec<Change> = source.arbitrary_iter().into_iter().flatten().take(MOST).flatten().collect();
    let mut npz = whole(false);
    for change in &changes {
        content(&mut npz, change);
    }
    let method = if deflated { CompressionMethod::Deflated } else { CompressionMethod::Stored };
    let mut archive = npz.zipped(SimpleFileOptions::default().compression_method(method));
    for change in &changes {
        frame(&mut archive, change);
    }
    archive
}

/// Makes a change to what an archive holds.
fn content(npz: &mut Npz, change: &Change) {
    let count = npz.arrays.len().max(1);
    match change {
        Change::Name(at, name) if !npz.arrays.iter().any(|(other, _)| *other == name.text()) => {
            if let Some((own, _)) = npz.arrays.get_mut(at % count) {
                *own = name.text();
            }
        }
        Change::Bytes(at, bytes) => set(npz, at % count, bytes.clone()),
        Change::Array(at, array) => set(npz, at % count, array.bytes()),
        Change::Removed(at) if !npz.arrays.is_empty() => drop(npz.arrays.remove(at % count)),
        Change::Added(name, bytes) => drop(npz.set(&name.text(), bytes.clone())),
        _ => {}
    }
}

fn set(npz: &mut Npz, at: usize, bytes: Vec<u8>) {
    if let Some((_, array)) = npz.arrays.get_mut(at) {
        *array = bytes;
    }
}

/// Makes a change to the archive around it.
fn frame(archive: &mut [u8], change: &Change) {
    match change {
        Change::Entry(at, field, value) => {
            let (start, width) = field.place();
            let entries = entries(archive);
            let Some(entry) = entries.get(at % entries.len().max(1)) else { return };
            if let Some(bytes) = archive.get_mut(entry + start..entry + start + width) {
                bytes.copy_from_slice(&value.to_le_bytes()[..width]);
            }
        }
        Change::Byte(at, value) if !archive.is_empty() => archive[at % archive.len()] = *value,
        _ => {}
    }
}

/// Returns the offset of each entry of the directory.
fn entries(archive: &[u8]) -> Vec<usize> {
    let is_entry = |(at, mark): (usize, &[u8])| (mark == b"PK\x01\x02").then_some(at);
    archive.windows(4).enumerate().filter_map(is_entry).collect()
}

impl Name {
    fn text(&self) -> String {
        match self {
            Self::Validation => "val_images".into(),
            Self::Labels => "train_labels".into(),
            Self::Outside => "../../train_images".into(),
            Self::Absolute => "/train_images".into(),
            Self::Other(name) => name.clone(),
        }
    }
}

impl Array {
    fn bytes(&self) -> Vec<u8> {
        let axes = self.axes.iter().map(|axis| match axis {
            Axis::Small(axis) => u64::from(*axis),
            Axis::Any(axis) => *axis,
        });
        let (descr, width) = self.element.text();
        let count = axes.clone().try_fold(width, u64::checked_mul).unwrap_or(0).min(ELEMENTS);
        let count = count.saturating_sub(self.missing.into()) as usize;
        let values: Vec<u8> = self.values.iter().copied().cycle().take(count).collect();
        let axes: Vec<String> = axes.map(|axis| axis.to_string()).collect();
        npy(descr, &format!("({},)", axes.join(", ")), &values)
    }
}

impl Element {
    fn text(&self) -> (&str, u64) {
        match self {
            Self::Byte => ("|u1", 1),
            Self::Signed => ("|i1", 1),
            Self::Long => ("<i8", 8),
            Self::BigEndian => (">u2", 2),
            Self::Float => ("<f4", 4),
            Self::Object => ("|O", 8),
            Self::Other(text) => (text, 1),
        }
    }
}

impl Field {
    /// Returns its offset in an entry and its width, in bytes.
    fn place(self) -> (usize, usize) {
        match self {
            Self::Flags => (8, 2),
            Self::Method => (10, 2),
            Self::Checksum => (16, 4),
            Self::Compressed => (20, 4),
            Self::Size => (24, 4),
            Self::NameLength => (28, 2),
            Self::ExtraLength => (30, 2),
            Self::Offset => (42, 4),
        }
    }
}
