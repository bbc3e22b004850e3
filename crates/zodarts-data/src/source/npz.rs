//! A MedMNIST `.npz` file: a zip archive of six numpy arrays.
//!
//! The file is not trusted. A declared size is compared with the entry's before anything is reserved, arrays
//! of Python objects are never read, and an entry that expands beyond reason is refused.

use super::labels::{LabelTable, Meaning};
use super::npy::{Header, Integer, excerpt};
use super::{MedMnistFile, RawDataset, name_of};
use crate::error::DataError;
use crate::memory;
use crate::patients::Patients;
use crate::store::{ImageShape, ImageStore, Pixels};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use zip::ZipArchive;

/// Arrays up to this size may be compressed without limit. Of images of one pixel this is millions, each with a label and a place.
const FREE_BYTES: u64 = 8 << 20;
/// Larger ones at most this many times; real images reach about ten.
const MAX_RATIO: u64 = 100;
/// The largest height or width of an image in an array.
const MAX_SIDE: usize = 1024;

/// Reads a MedMNIST-style file; a MedMNIST name as its stem says what the labels mean.
pub(super) fn read(path: &Path, memory: Option<u64>) -> Result<RawDataset, DataError> {
    let known = MedMnistFile::of_path(path);
    let bytes = Archive::open(path)?.bytes();
    memory::check(&path.display().to_string(), bytes, memory, "take some of the images out of it")?;
    let read = |name| Archive::open(path)?.split(name, known);
    // Decompression is what reading takes, so the splits are read side by side.
    let (train, (val, test)) = rayon::join(|| read("train"), || rayon::join(|| read("val"), || read("test")));
    let splits = [train?, val?, test?];
    for split in &splits[1..] {
        check_shape(path, split, splits[0].shape)?;
    }
    let meaning = Meaning::infer(path, known, splits.each_ref().map(|split| (split.name, &split.labels)))?;
    let (name, size_flag) = match known {
        Some(file) => (file.set.name.to_owned(), file.size_flag()),
        None => (name_of(path), String::new()),
    };
    let [train, val, test] = splits.map(|split| split.into_store(&meaning));
    let (task, classes, patients) = (meaning.task, meaning.classes, Patients::default());
    Ok(RawDataset { name, size_flag, task, classes, train, val, test, patients, cut: false })
}

/// Reads `val_images` and `val_labels` of a file as validation data for `raw`.
pub(super) fn read_validation(path: &Path, raw: &RawDataset) -> Result<ImageStore, DataError> {
    let split = Archive::open(path)?.split("val", None)?;
    let shape = raw.train.shape;
    let mismatch = |field, found: usize, expected: usize| {
        let (found, expected) = (found.to_string(), expected.to_string());
        Err(DataError::ValidationMismatch { path: path.to_owned(), field, found, expected })
    };
    if split.shape.channels != shape.channels {
        return mismatch("channels", split.shape.channels, shape.channels);
    }
    if split.shape.height != shape.height {
        return mismatch("height", split.shape.height, shape.height);
    }
    if split.shape.width != shape.width {
        return mismatch("width", split.shape.width, shape.width);
    }
    if split.labels.columns != raw.train.label_width {
        return mismatch("label columns", split.labels.columns, raw.train.label_width);
    }
    let meaning = Meaning { task: raw.task, classes: raw.classes.clone() };
    meaning.check_range(path, split.name, &split.labels)?;
    Ok(split.into_store(&meaning))
}

/// One split as read.
struct Split {
    name: &'static str,
    shape: ImageShape,
    pixels: Vec<u8>,
    labels: LabelTable,
}

impl Split {
    fn into_store(self, meaning: &Meaning) -> ImageStore {
        ImageStore {
            shape: self.shape,
            pixels: Pixels::U8(self.pixels),
            label_width: self.labels.columns,
            labels: self.labels.values().map(|value| value as u16).collect(),
            classes: meaning.classes.len(),
            files: None,
            patients: None,
        }
    }
}

fn check_shape(path: &Path, split: &Split, expected: ImageShape) -> Result<(), DataError> {
    if split.shape == expected {
        return Ok(());
    }
    let text = |shape: ImageShape| format!("(N, {}, {}, {})", shape.height, shape.width, shape.channels);
    Err(DataError::ArrayShape {
        path: path.to_owned(),
        array: format!("{}_images", split.name),
        found: text(split.shape),
        expected: format!("{} as in train_images", text(expected)),
    })
}

struct Archive<'a> {
    path: &'a Path,
    zip: ZipArchive<BufReader<File>>,
    /// Bytes of the file: no entry can hold more, whatever the directory says.
    length: u64,
}

/// An array with its elements' bytes.
struct Array {
    name: String,
    header: Header,
    element: Integer,
    bytes: Vec<u8>,
}

/// Whether images may expand like that.
fn is_credible(size: u64, compressed: u64) -> bool {
    size <= FREE_BYTES.max(compressed.saturating_mul(MAX_RATIO))
}

/// What an array is for.
#[derive(Clone, Copy)]
enum Content {
    Pixels,
    Labels,
}

impl Content {
    fn accepts(self, element: Integer) -> bool {
        match self {
            Content::Pixels => element.width == 1 && !element.signed,
            Content::Labels => true,
        }
    }

    fn expected(self) -> &'static str {
        match self {
            Content::Pixels => "uint8 ('|u1')",
            Content::Labels => "an integer type of up to 64 bits",
        }
    }
}

impl<'a> Archive<'a> {
    fn open(path: &'a Path) -> Result<Self, DataError> {
        let file = File::open(path).map_err(|source| DataError::Io {
            path: path.to_owned(),
            action: "open the file",
            source,
        })?;
        let length = file.metadata().map_or(0, |metadata| metadata.len());
        let zip = ZipArchive::new(BufReader::new(file))
            .map_err(|error| DataError::Archive { path: path.to_owned(), detail: error.to_string() })?;
        Ok(Archive { path, zip, length })
    }

    fn split(&mut self, name: &'static str, known: Option<MedMnistFile>) -> Result<Split, DataError> {
        let images = self.array(&format!("{name}_images"), Content::Pixels)?;
        let (count, shape) = self.image_shape(&images, known)?;
        let labels = self.array(&format!("{name}_labels"), Content::Labels)?;
        let columns = LabelTable::columns_of(&labels.header);
        let columns = columns.map_err(|expected| self.shape_error(&labels, &expected))?;
        let labels = LabelTable::new(labels.element, labels.bytes, columns);
        if labels.rows() != count {
            let path = self.path.to_owned();
            return Err(DataError::LengthMismatch {
                path,
                split: name,
                images: count,
                labels: labels.rows(),
            });
        }
        Ok(Split { name, shape, pixels: images.bytes, labels })
    }

    fn array(&mut self, name: &str, content: Content) -> Result<Array, DataError> {
        let (path, array) = (self.path.to_owned(), name.to_owned());
        let Some(index) = self.zip.index_for_name(&format!("{name}.npy")) else {
            return Err(DataError::MissingArray { path, array, found: self.arrays() });
        };
        let damaged =
            |detail: String| DataError::DamagedArray { path: path.clone(), array: array.clone(), detail };
        let mut entry = self.zip.by_index(index).map_err(|error| damaged(error.to_string()))?;
        let (size, compressed) = (entry.size(), entry.compressed_size().min(self.length));
        if !is_credible(size, compressed) {
            return Err(damaged(format!(
                "{compressed} bytes claim to expand to {size}, more than images can"
            )));
        }
        let header = Header::read(&mut entry).map_err(damaged)?;
        if header.descr.contains('O') {
            return Err(DataError::PickledArray { path, array });
        }
        let Some(element) = header.integer().filter(|&integer| content.accepts(integer)) else {
            let (found, expected) = (excerpt(&header.descr), content.expected());
            return Err(DataError::ArrayType { path, array, found, expected });
        };
        let bytes = read_elements(&mut entry, &header, element, size).map_err(damaged)?;
        Ok(Array { name: array, header, element, bytes })
    }

    /// Bytes of all arrays by the archive's directory, but for those that are refused when they are read.
    fn bytes(&mut self) -> u128 {
        let sizes = (0..self.zip.len()).filter_map(|index| {
            let entry = self.zip.by_index_raw(index).ok()?;
            let (size, compressed) = (entry.size(), entry.compressed_size().min(self.length));
            is_credible(size, compressed).then_some(u128::from(size))
        });
        sizes.sum()
    }

    fn arrays(&self) -> String {
        let quoted = |name: &str| format!("`{}`", excerpt(name));
        let names: Vec<_> =
            self.zip.file_names().filter_map(Result::ok).take(12).map(|n| quoted(&n)).collect();
        if names.is_empty() { "no arrays".to_owned() } else { names.join(", ") }
    }

    fn image_shape(
        &self,
        images: &Array,
        known: Option<MedMnistFile>,
    ) -> Result<(usize, ImageShape), DataError> {
        let refuse = |expected: &str| Err(self.shape_error(images, expected));
        let (count, height, width, channels) = match *images.header.shape {
            [count, height, width] => (count, height, width, 1),
            [count, height, width, channels @ (1 | 3)] => (count, height, width, channels),
            [_, _, _, _] | [_, _, _, _, _] => {
                return refuse(
                    "(N, H, W) or (N, H, W, 3); volumes and other numbers of channels are not supported",
                );
            }
            _ => return refuse("(N, H, W) for grey or (N, H, W, 3) for RGB images"),
        };
        if images.header.fortran_order {
            return refuse("the same in C order; save numpy.ascontiguousarray(images)");
        }
        if count == 0 || !(1..=MAX_SIDE).contains(&height) || !(1..=MAX_SIDE).contains(&width) {
            return refuse("at least one image of 1 to 1024 pixels a side");
        }
        if let Some(file) = known {
            let expected = (file.size(), file.size(), file.set.channels);
            if (height, width, channels) != expected {
                let flag = format!("{}{}", file.set.name, file.size_flag());
                let (size, channels) = (expected.0, expected.2);
                return refuse(&format!(
                    "{size}×{size} pixels, {channels} channel(s), as {flag} has; rename the file if it is another data set"
                ));
            }
        }
        Ok((count, ImageShape { height, width, channels }))
    }

    fn shape_error(&self, array: &Array, expected: &str) -> DataError {
        DataError::ArrayShape {
            path: self.path.to_owned(),
            array: array.name.clone(),
            found: array.header.shape_text(),
            expected: expected.to_owned(),
        }
    }
}

/// Reads what follows the header in an entry of `size` bytes, if it is exactly what the header declares.
fn read_elements(
    entry: &mut impl Read,
    header: &Header,
    element: Integer,
    size: u64,
) -> Result<Vec<u8>, String> {
    let declared =
        header.elements().and_then(|elements| elements.checked_mul(element.width)).map(|n| n as u64);
    let Some(declared) = declared.filter(|&n| size.checked_sub(header.length as u64) == Some(n)) else {
        return Err(format!("shape {} does not fit the {size} bytes the entry holds", header.shape_text()));
    };
    // No more than the entry's own size, which the caller has found reasonable.
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(declared as usize + 1).map_err(|error| error.to_string())?;
    // `take` keeps an entry that is longer than it says from growing the buffer; the byte beyond reaches the
    // end of the entry, where its checksum is compared.
    entry.take(declared + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 == declared {
        Ok(bytes)
    } else {
        Err(format!("its data are {} bytes, expected {declared}", bytes.len()))
    }
}
