//! Arrays of an untrusted `.npz` file.
//!
//! The file is not trusted. A declared size is compared with the entry's before anything is reserved, arrays
//! of Python objects are never read, and an entry that expands beyond reason is refused.

use super::element::Element;
use super::header::{NpyFault, NpyHeader, excerpt};
use super::image_axes::{ImageAxes, ImageForm};
use super::labels::{LabelArray, LabelMeaning};
use super::other_file;
use super::pixels::{PixelArray, PixelScale};
use crate::error::DataError;
use crate::store::ImageStore;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use zip::ZipArchive;
use zip::result::ZipError;

/// Arrays of up to this many bytes may be compressed without limit: millions of images of one pixel.
const FREE_BYTES: u64 = 8 << 20;
/// Larger ones at most this many times; real images reach about ten.
const MAX_RATIO: u64 = 100;
/// Advice on labels that are text.
const NUMBER_TEXTS: &str = "number them over all splits together: \
                            numpy.unique(labels, return_inverse=True)[1] of the joined labels";
/// The types of pixels that are read.
pub(super) const PIXEL_TYPES: &str = "uint8 ('|u1'), whole numbers up to 65535, or floats in 0…1 or 0…255";

/// One split as read.
pub(super) struct NpzSplit {
    pub name: &'static str,
    pub axes: ImageAxes,
    pub pixels: PixelArray,
    pub labels: LabelArray,
}

impl NpzSplit {
    /// Returns a split of no images, with those of another.
    pub fn empty(name: &'static str, other: &NpzSplit) -> Self {
        let pixels = PixelArray { element: other.pixels.element, bytes: Vec::new() };
        Self { name, axes: ImageAxes { count: 0, ..other.axes }, pixels, labels: other.labels.emptied() }
    }

    /// Returns the images with their labels. Each slice of a volume is an image with the volume's labels.
    pub fn into_store(self, meaning: &LabelMeaning, scale: PixelScale) -> ImageStore {
        let ImageAxes { slices, shape, .. } = self.axes;
        let (label_width, labels) =
            (self.labels.columns, self.labels.values().map(|value| value as u16).collect());
        let pixels = self.pixels.into_pixels(scale);
        let store =
            ImageStore { label_width, ..ImageStore::new(shape, pixels, labels, meaning.classes.len()) };
        match slices {
            Some(slices) => store.sliced(slices),
            None => store,
        }
    }
}

/// An open archive.
pub(super) struct Archive<'a> {
    path: &'a Path,
    zip: ZipArchive<BufReader<File>>,
    /// Bytes of the file: no entry can hold more, whatever the directory says.
    length: u64,
}

/// An array with its elements' bytes.
struct NpyArray {
    name: String,
    header: NpyHeader,
    element: Element,
    bytes: Vec<u8>,
}

/// Tells if images may expand like that.
fn is_credible(size: u64, compressed: u64) -> bool {
    size <= FREE_BYTES.max(compressed.saturating_mul(MAX_RATIO))
}

/// The use of an array.
#[derive(Clone, Copy)]
enum Content {
    Pixels,
    Labels,
}

impl Content {
    fn accepts(self, element: Element) -> bool {
        match self {
            Content::Pixels => true,
            Content::Labels => matches!(element, Element::Integer(_)),
        }
    }

    fn expected(self) -> &'static str {
        match self {
            Content::Pixels => PIXEL_TYPES,
            Content::Labels => "an integer type of up to 64 bits",
        }
    }

    fn refused(self, path: &Path, array: String, header: &NpyHeader) -> DataError {
        let (found, expected) = (excerpt(&header.descr), self.expected());
        let (path, hint) = (path.to_owned(), self.hint(&header.descr));
        DataError::ArrayType { path, array, found, expected, hint }
    }

    fn hint(self, descr: &str) -> &'static str {
        match self {
            Content::Pixels if descr.ends_with("f2") => "save images.astype(\"float32\")",
            Content::Pixels => "save it as uint8",
            Content::Labels if descr.contains(['U', 'S']) => NUMBER_TEXTS,
            Content::Labels => "save whole numbers from 0 on: labels.round().astype(\"int64\")",
        }
    }
}

impl<'a> Archive<'a> {
    /// Opens an archive.
    pub fn open(path: &'a Path) -> Result<Self, DataError> {
        let file = File::open(path).map_err(|source| DataError::Io {
            path: path.to_owned(),
            action: "open the file",
            source,
        })?;
        let length = file.metadata().map_or(0, |metadata| metadata.len());
        let zip = ZipArchive::new(BufReader::new(file)).map_err(|error| other_file::error(path, &error))?;
        Ok(Archive { path, zip, length })
    }

    /// Tells if there are images of a split.
    pub fn has(&self, split: &str) -> bool {
        self.zip.index_for_name(&format!("{split}_images.npy")).is_some()
    }

    /// Reads a split, whose images must have a form.
    pub fn split(&mut self, name: &'static str, form: ImageForm) -> Result<NpzSplit, DataError> {
        let images = self.array(&format!("{name}_images"), Content::Pixels)?;
        let axes = ImageAxes::of(&images.header, form);
        let axes = axes.map_err(|fault| self.shape_error(&images, &fault.expected, fault.hint))?;
        let labels = self.array(&format!("{name}_labels"), Content::Labels)?;
        let columns = LabelArray::columns_of(&labels.header);
        let columns = columns.map_err(|fault| self.shape_error(&labels, &fault.to_string(), fault.hint()))?;
        let NpyArray { element, bytes, header, .. } = labels;
        let labels = LabelArray::new(element, bytes, columns)
            .ok_or_else(|| Content::Labels.refused(self.path, format!("{name}_labels"), &header))?;
        if labels.rows() != axes.count {
            let path = self.path.to_owned();
            return Err(DataError::LengthMismatch {
                path,
                split: name,
                images: axes.count,
                labels: labels.rows(),
            });
        }
        let pixels = PixelArray { element: images.element, bytes: images.bytes };
        Ok(NpzSplit { name, axes, pixels, labels })
    }

    fn array(&mut self, name: &str, content: Content) -> Result<NpyArray, DataError> {
        let (path, array) = (self.path.to_owned(), name.to_owned());
        let Some(index) = self.zip.index_for_name(&format!("{name}.npy")) else {
            return Err(DataError::MissingArray { path, array, found: self.arrays() });
        };
        let damaged =
            |detail: String| DataError::DamagedArray { path: path.clone(), array: array.clone(), detail };
        let mut entry = match self.zip.by_index(index) {
            Err(ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_)) => {
                return Err(DataError::ArrayCompression { path: path.clone(), array: array.clone() });
            }
            entry => entry.map_err(|error| damaged(error.to_string()))?,
        };
        let (size, compressed) = (entry.size(), entry.compressed_size().min(self.length));
        if !is_credible(size, compressed) {
            return Err(damaged(format!(
                "{compressed} bytes claim to expand to {size}, more than images can"
            )));
        }
        let header = NpyHeader::read(&mut entry).map_err(|fault| damaged(fault.to_string()))?;
        if header.descr.contains('O') {
            return Err(DataError::PickledArray { path, array });
        }
        let Some(element) = Element::parse(&header.descr).filter(|&element| content.accepts(element)) else {
            return Err(content.refused(&path, array, &header));
        };
        let bytes =
            read_elements(&mut entry, &header, element, size).map_err(|fault| damaged(fault.to_string()))?;
        Ok(NpyArray { name: array, header, element, bytes })
    }

    /// Returns the bytes of all arrays by the archive's directory, without those that reading refuses.
    pub fn bytes(&mut self) -> u128 {
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

    fn shape_error(&self, array: &NpyArray, expected: &str, hint: Option<&'static str>) -> DataError {
        DataError::ArrayShape {
            path: self.path.to_owned(),
            array: array.name.clone(),
            found: array.header.shape_text().into(),
            expected: expected.into(),
            hint,
        }
    }
}

/// Reads the elements that follow the header in an entry of `size` bytes, if it is exactly what the header
/// declares.
fn read_elements(
    entry: &mut impl Read,
    header: &NpyHeader,
    element: Element,
    size: u64,
) -> Result<Vec<u8>, NpyFault> {
    let declared =
        header.elements().and_then(|elements| elements.checked_mul(element.width())).map(|n| n as u64);
    let Some(declared) = declared.filter(|&n| size.checked_sub(header.length as u64) == Some(n)) else {
        return Err(NpyFault::Size { shape: header.shape_text(), size });
    };
    // No more than the entry's own size, which the caller has found reasonable.
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(declared as usize + 1)?;
    // `take` keeps an entry that is longer than it says from growing the buffer; the byte beyond reaches the
    // end of the entry, where its checksum is compared.
    entry.take(declared + 1).read_to_end(&mut bytes).map_err(NpyFault::Elements)?;
    if bytes.len() as u64 == declared {
        Ok(bytes)
    } else {
        Err(NpyFault::Length { found: bytes.len(), expected: declared })
    }
}
