//! Pixels and labels in memory, as narrow as in the files.

use crate::origin::ImageOrigin;
use crate::patients::UNKNOWN;
use crate::resize::ImageSize;

/// Pixel values, interleaved `[image][y][x][channel]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pixels {
    /// 8-bit sources: 255 is 1.0.
    U8(Vec<u8>),
    /// At least one source had 16 bits: 65535 is 1.0.
    U16(Vec<u16>),
}

/// Height, width and channels of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ImageShape {
    pub height: usize,
    pub width: usize,
    pub channels: usize,
}

impl ImageShape {
    /// Returns the number of values per image.
    pub fn values(self) -> usize {
        self.height * self.width * self.channels
    }

    /// Returns height and width.
    pub fn size(self) -> ImageSize {
        ImageSize { height: self.height, width: self.width }
    }
}

/// Images of one shape with their labels.
#[derive(Clone, Debug)]
pub(crate) struct ImageStore {
    pub shape: ImageShape,
    pub pixels: Pixels,
    /// `label_width` values per image: one class index, or 0/1 for each label.
    pub labels: Vec<u16>,
    pub label_width: usize,
    pub classes: usize,
    /// The file of each image; `None` if images have no files of their own.
    pub files: Option<Vec<String>>,
    /// The facts of each image's file; `None` if images have no files of their own.
    pub origins: Option<Vec<ImageOrigin>>,
    /// The number of each image's patient, or [`UNKNOWN`]; `None` if no patient is known.
    pub patients: Option<Vec<u32>>,
    /// Slices of a volume, each of which is an image: the first so many images are those of the first volume,
    /// and so on. `None` if images are no slices.
    pub slices: Option<usize>,
}

impl ImageStore {
    /// Returns images with one class index each, of no known files, origins and patients.
    pub fn new(shape: ImageShape, pixels: Pixels, labels: Vec<u16>, classes: usize) -> Self {
        let (files, origins, patients, slices) = (None, None, None, None);
        Self { shape, pixels, labels, label_width: 1, classes, files, origins, patients, slices }
    }

    /// Returns the images as the slices of volumes, whose labels every slice gets.
    pub fn sliced(self, slices: usize) -> Self {
        let rows = self.labels.chunks_exact(self.label_width);
        let labels = rows.flat_map(|row| row.repeat(slices)).collect();
        Self { labels, slices: Some(slices), ..self }
    }

    /// Returns the number of images.
    pub fn len(&self) -> usize {
        self.labels.len() / self.label_width
    }

    /// Tells if an image carries 0/1 per label instead of one class index.
    pub fn is_multi_label(&self) -> bool {
        self.label_width > 1
    }

    /// Returns the label values of an image.
    pub fn label_row(&self, image: usize) -> &[u16] {
        &self.labels[image * self.label_width..][..self.label_width]
    }

    /// Returns the number of each image's patient.
    pub fn patients(&self) -> Vec<u32> {
        self.patients.clone().unwrap_or_else(|| vec![UNKNOWN; self.len()])
    }

    /// Writes an image in the shape `(channels, height, width)`, values in [0, 1].
    pub fn planes(&self, image: usize, planes: &mut [f32]) {
        let range = image * self.shape.values()..(image + 1) * self.shape.values();
        match &self.pixels {
            Pixels::U8(values) => deinterleave(&values[range], self.shape.channels, of_8_bits, planes),
            Pixels::U16(values) => deinterleave(&values[range], self.shape.channels, of_16_bits, planes),
        }
    }

    /// Passes the bytes of an image to `consume`, for hashing.
    pub fn with_bytes<R>(&self, image: usize, consume: impl FnOnce(&[u8]) -> R) -> R {
        let range = image * self.shape.values()..(image + 1) * self.shape.values();
        match &self.pixels {
            Pixels::U8(values) => consume(&values[range]),
            Pixels::U16(values) => {
                let bytes: Vec<u8> = values[range].iter().flat_map(|value| value.to_le_bytes()).collect();
                consume(&bytes)
            }
        }
    }

    /// Appends the images of another store of the same shape and classes.
    pub fn append(&mut self, other: ImageStore) {
        debug_assert_eq!(
            (self.shape, self.label_width, self.slices),
            (other.shape, other.label_width, other.slices)
        );
        if self.patients.is_some() || other.patients.is_some() {
            self.patients = Some([self.patients(), other.patients()].concat());
        }
        self.labels.extend_from_slice(&other.labels);
        self.files = self.files.take().zip(other.files).map(|(mine, theirs)| [mine, theirs].concat());
        self.origins = self.origins.take().zip(other.origins).map(|(mine, theirs)| [mine, theirs].concat());
        self.pixels.append(other.pixels);
    }
}

impl Pixels {
    /// Returns no pixels, with room for `values`; of 16 bits if `deep`.
    pub fn with_capacity(deep: bool, values: usize) -> Self {
        if deep { Pixels::U16(Vec::with_capacity(values)) } else { Pixels::U8(Vec::with_capacity(values)) }
    }

    /// Returns the bytes of a value.
    pub fn width(&self) -> usize {
        match self {
            Pixels::U8(_) => 1,
            Pixels::U16(_) => 2,
        }
    }

    /// Returns the smallest and the largest value, if there are any.
    pub fn range(&self) -> Option<(u32, u32)> {
        fn range<T: Copy + Ord + Into<u32>>(values: &[T]) -> Option<(u32, u32)> {
            Some(((*values.iter().min()?).into(), (*values.iter().max()?).into()))
        }
        match self {
            Pixels::U8(values) => range(values),
            Pixels::U16(values) => range(values),
        }
    }

    /// Appends others. If either has 16 bits, all have 16 bits afterwards.
    pub fn append(&mut self, other: Pixels) {
        match (&mut *self, other) {
            // Exactly: pixels take most of a data set's memory.
            (Pixels::U8(mine), Pixels::U8(theirs)) => {
                mine.reserve_exact(theirs.len());
                mine.extend_from_slice(&theirs);
            }
            (Pixels::U16(mine), theirs) => {
                let theirs = theirs.into_u16();
                mine.reserve_exact(theirs.len());
                mine.extend_from_slice(&theirs);
            }
            (Pixels::U8(mine), theirs @ Pixels::U16(_)) => {
                *self = Pixels::U16(Pixels::U8(std::mem::take(mine)).into_u16());
                self.append(theirs);
            }
        }
    }

    /// Returns the values widened to 16 bits; 255 becomes 65535.
    pub fn into_u16(self) -> Vec<u16> {
        match self {
            Pixels::U8(values) => values.into_iter().map(|value| u16::from(value) * 257).collect(),
            Pixels::U16(values) => values,
        }
    }

    /// Appends planes of values in [0, 1], rounded to the nearest pixel value.
    pub fn push_planes(&mut self, planes: &[f32], channels: usize) {
        let area = planes.len() / channels;
        let interleaved = (0..area).flat_map(|at| (0..channels).map(move |c| planes[c * area + at]));
        match self {
            Pixels::U8(values) => values.extend(interleaved.map(|value| (value * 255.0).round() as u8)),
            Pixels::U16(values) => values.extend(interleaved.map(|value| (value * 65535.0).round() as u16)),
        }
    }
}

/// Writes interleaved pixels plane by plane, each converted by `value`.
fn deinterleave<T: Copy>(pixels: &[T], channels: usize, value: impl Fn(T) -> f32, planes: &mut [f32]) {
    let area = pixels.len() / channels;
    for (channel, plane) in planes.chunks_exact_mut(area).enumerate() {
        for (target, pixel) in plane.iter_mut().zip(pixels[channel..].iter().step_by(channels)) {
            *target = value(*pixel);
        }
    }
}

/// Returns a pixel of 8 bits in [0, 1]. The value is looked up, for a division takes ten times as long.
pub(crate) fn of_8_bits(pixel: u8) -> f32 {
    UNIT[usize::from(pixel)]
}

/// Returns a pixel of 16 bits in [0, 1].
pub(crate) fn of_16_bits(pixel: u16) -> f32 {
    f32::from(pixel) / 65535.0
}

const UNIT: [f32; 256] = {
    let mut values = [0.0; 256];
    let mut pixel = 0;
    while pixel < 256 {
        values[pixel] = pixel as f32 / 255.0;
        pixel += 1;
    }
    values
};
