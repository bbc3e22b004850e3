//! Image files of any format that is read.

use crate::decode::{self, Decoded, Traits, damaged};
use crate::dicom::{self, DicomImage, Fault, Window};
use crate::error::DataError;
use crate::store::{ImageShape, Pixels};
use std::path::{Path, PathBuf};

/// A PNG, JPEG, BMP, TIFF or DICOM file, of which the header is read. A DICOM file may hold several images, one for each frame.
#[derive(Debug)]
pub struct ImageFile {
    path: PathBuf,
    format: Format,
}

#[derive(Debug)]
enum Format {
    Raster,
    Dicom(Box<DicomImage>),
}

/// Whether a file is an image of a format that is read: by its extension, or a DICOM file by its mark.
pub(crate) fn is_image(path: &Path) -> bool {
    decode::has_extension(path) || dicom::recognised(path)
}

impl ImageFile {
    /// Opens a file. A grey DICOM file is looked at through `window` if one is given, else through the first window of its
    /// own; without any, its smallest value (of all frames) is black and its largest white, but values of at most 8 bits
    /// that are not rescaled are taken as they are. Other files know no window.
    ///
    /// # Errors
    /// [`DataError::Io`] if the file cannot be opened, [`DataError::Image`] if it is a DICOM file that is damaged or of a kind that
    /// is not read, or is larger than 16384 pixels a side or 256 MiB in memory.
    pub fn open(path: &Path, window: Option<Window>) -> Result<Self, DataError> {
        let raster = decode::has_extension(path) || !dicom::recognised(path);
        let format = if raster {
            Format::Raster
        } else {
            Format::Dicom(Box::new(DicomImage::open(path, window).map_err(|fault| error(path, fault))?))
        };
        Ok(Self { path: path.to_owned(), format })
    }

    /// Images of the file.
    pub fn frames(&self) -> usize {
        match &self.format {
            Format::Raster => 1,
            Format::Dicom(image) => image.frames(),
        }
    }

    /// Reads image `frame`, from 0, as planes `[channel][y][x]` of values in [0, 1], brought to `channels` (1: luma of a colour image;
    /// 3: a grey image three times), resized to `height`×`width` as [`crate::Augmentation`] does, and rounded to the
    /// file's depth (16 bits if grey was rescaled or looked at through a window): the values that a data set of such files holds. The
    /// aspect ratio is not kept.
    ///
    /// # Errors
    /// [`DataError::Io`] if the file cannot be read, [`DataError::Image`] if it is no image of the formats that are read, is damaged or
    /// is larger than 16384 pixels a side or 256 MiB in memory.
    ///
    /// # Panics
    /// If `channels` is neither 1 nor 3, a side is 0, or there is no such frame.
    pub fn read(
        &mut self,
        frame: usize,
        channels: usize,
        height: usize,
        width: usize,
    ) -> Result<Vec<f32>, DataError> {
        assert!(matches!(channels, 1 | 3) && height > 0 && width > 0, "grey or RGB, and not empty");
        let decoded = self.decode(frame)?;
        let white = if decoded.deep { 65535.0 } else { 255.0 };
        let mut planes = decoded.fitted(channels, height, width);
        for value in &mut planes {
            *value = (*value * white).round() / white;
        }
        Ok(planes)
    }

    /// What the header says.
    pub(crate) fn traits(&self) -> Result<Traits, DataError> {
        match &self.format {
            Format::Raster => decode::traits(&self.path),
            Format::Dicom(image) => Ok(image.traits()),
        }
    }

    /// Appends image `frame`, from 0, brought to a shape.
    pub(crate) fn append_to(
        &mut self,
        pixels: &mut Pixels,
        frame: usize,
        shape: ImageShape,
    ) -> Result<(), DataError> {
        let decoded = self.decode(frame)?;
        match (&mut *pixels, decoded.bytes(shape)) {
            // Most of a folder's images are as they are wanted: their bytes need not become numbers and bytes again.
            (Pixels::U8(values), Some(bytes)) => values.extend_from_slice(bytes),
            _ => {
                pixels
                    .push_planes(&decoded.fitted(shape.channels, shape.height, shape.width), shape.channels);
            }
        }
        Ok(())
    }

    /// Decodes image `frame`, from 0.
    pub(crate) fn decode(&mut self, frame: usize) -> Result<Decoded, DataError> {
        assert!(frame < self.frames(), "no such frame");
        match &mut self.format {
            Format::Raster => decode::decode(&self.path),
            Format::Dicom(image) => image.frame(frame).map_err(|fault| error(&self.path, fault)),
        }
    }
}

/// Reads the first image of a file through its own window, see [`ImageFile`].
///
/// # Errors
/// As [`ImageFile::open`] and [`ImageFile::read`].
///
/// # Panics
/// As [`ImageFile::read`].
pub fn read_image_file(
    path: &Path,
    channels: usize,
    height: usize,
    width: usize,
) -> Result<Vec<f32>, DataError> {
    ImageFile::open(path, None)?.read(0, channels, height, width)
}

/// A fault of a file that is named.
fn error(path: &Path, fault: Fault) -> DataError {
    match fault {
        Fault::Io(source) => DataError::Io { path: path.to_owned(), action: "read the image", source },
        fault => damaged(path, &fault),
    }
}
