//! Image files of all formats.

use crate::decode::{self, Decoded, RasterPages, Traits};
use crate::dicom::{self, DicomFault, DicomImage, Window};
use crate::error::DataError;
use crate::image_fit::ImageFit;
use crate::store::{ImageShape, Pixels};
use std::path::{Path, PathBuf};

/// A PNG, JPEG, BMP, TIFF, WebP, GIF, PNM or DICOM file. A DICOM file may hold several images, one per frame,
/// and a TIFF file one per page. Of an animation, the first image is read.
#[derive(Debug)]
pub struct ImageFile {
    path: PathBuf,
    format: FileFormat,
    fit: ImageFit,
}

#[derive(Debug)]
enum FileFormat {
    Raster(RasterPages),
    Dicom(Box<DicomImage>),
}

/// Tells if a file is an image: by its extension, or a DICOM file by its mark.
pub(crate) fn is_image(path: &Path) -> bool {
    decode::has_extension(path) || dicom::recognised(path)
}

/// Tells if a file is a DICOM object that holds no image, such as a directory, a report or a plan.
pub(crate) fn is_without_pixels(path: &Path) -> bool {
    !decode::has_extension(path)
        && dicom::recognised(path)
        && matches!(DicomImage::open(path, None), Err(DicomFault::NoPixels))
}

impl ImageFile {
    /// Opens a file.
    ///
    /// `window` applies to grey DICOM files and replaces the first table of grey or window of the file.
    /// Without any, the smallest value of all frames is black and the largest white, but values of at most 8
    /// bits that are not rescaled are taken as they are.
    ///
    /// # Errors
    /// [`DataError::Io`] if the file cannot be opened, [`DataError::Image`] if it is a DICOM file that is
    /// damaged, of an unsupported kind, or larger than 16384 pixels a side or 256 MiB in memory, or a TIFF
    /// file that is cut short.
    pub fn open(path: &Path, window: Option<Window>) -> Result<Self, DataError> {
        let raster = decode::has_extension(path) || !dicom::recognised(path);
        let format = if raster {
            FileFormat::Raster(RasterPages::open(path)?)
        } else {
            FileFormat::Dicom(Box::new(DicomImage::open(path, window).map_err(|fault| error(path, fault))?))
        };
        Ok(Self { path: path.to_owned(), format, fit: ImageFit::default() })
    }

    /// Brings images of another aspect ratio into shape in this way.
    #[must_use]
    pub fn with_fit(self, fit: ImageFit) -> Self {
        Self { fit, ..self }
    }

    /// Returns the number of images.
    pub fn frames(&self) -> usize {
        match &self.format {
            FileFormat::Raster(pages) => pages.count(),
            FileFormat::Dicom(image) => image.frames(),
        }
    }

    /// Reads image `frame`, from 0, in the shape `(channels, height, width)`, values in [0, 1].
    ///
    /// A colour image becomes luma for 1 channel, a grey image is repeated for 3. The image is resized as by
    /// [`crate::Augmentation`], brought into shape by [`ImageFile::with_fit`], and rounded to the file's
    /// depth (16 bits if grey was rescaled or windowed): a data set of such files holds the same values.
    ///
    /// # Errors
    /// [`DataError::Io`] if the file cannot be read, [`DataError::Image`] if it is no image of a supported
    /// format, is damaged, or is larger than 16384 pixels a side or 256 MiB in memory.
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
        Ok(self.rounded(&decoded, ImageShape { height, width, channels }))
    }

    /// Returns a decoded image in a shape, rounded to its depth.
    pub(crate) fn rounded(&self, decoded: &Decoded, shape: ImageShape) -> Vec<f32> {
        let white = if decoded.deep { 65535.0 } else { 255.0 };
        let mut planes = decoded.fitted(shape, self.fit);
        for value in &mut planes {
            *value = (*value * white).round() / white;
        }
        planes
    }

    /// Tells if a window or a table turns the file's values into grey.
    pub(crate) fn is_windowed(&self) -> bool {
        match &self.format {
            FileFormat::Dicom(image) => image.is_windowed(),
            FileFormat::Raster(_) => false,
        }
    }

    /// Tells if grey is scaled from the file's smallest value to its largest, once an image is decoded.
    pub(crate) fn has_own_range(&self) -> bool {
        match &self.format {
            FileFormat::Dicom(image) => image.traits().own_range,
            FileFormat::Raster(pages) => pages.has_own_range(),
        }
    }

    /// Reads the traits in the header.
    pub(crate) fn traits(&self) -> Result<Traits, DataError> {
        match &self.format {
            FileFormat::Raster(pages) => pages.traits(&self.path),
            FileFormat::Dicom(image) => Ok(image.traits()),
        }
    }

    /// Appends image `frame`, from 0, converted to a shape.
    pub(crate) fn append_to(
        &mut self,
        pixels: &mut Pixels,
        frame: usize,
        shape: ImageShape,
    ) -> Result<(), DataError> {
        let decoded = self.decode(frame)?;
        match (&mut *pixels, decoded.bytes(shape)) {
            // Most of a folder's images have the shape already: their bytes need no conversion.
            (Pixels::U8(values), Some(bytes)) => values.extend_from_slice(bytes),
            _ => {
                pixels.push_planes(&decoded.fitted(shape, self.fit), shape.channels);
            }
        }
        Ok(())
    }

    /// Decodes image `frame`, from 0.
    pub(crate) fn decode(&mut self, frame: usize) -> Result<Decoded, DataError> {
        assert!(frame < self.frames(), "no such frame");
        match &mut self.format {
            FileFormat::Raster(pages) => pages.decode(&self.path, frame),
            FileFormat::Dicom(image) => image.frame(frame).map_err(|fault| error(&self.path, fault)),
        }
    }
}

/// Reads the first image of a file in the shape `(channels, height, width)`, with the file's own window. See
/// [`ImageFile`].
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

/// Returns the error of a DICOM file.
fn error(path: &Path, fault: DicomFault) -> DataError {
    match fault {
        DicomFault::Io(source) => DataError::Io { path: path.to_owned(), action: "read the image", source },
        fault => DataError::Image { path: path.to_owned(), detail: fault.to_string(), hint: fault.hint() },
    }
}
