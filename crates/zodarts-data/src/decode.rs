//! PNG, JPEG, BMP and TIFF files of unknown origin, decoded within limits.

use crate::error::DataError;
use crate::jpeg_file;
use crate::patients::PatientKey;
use crate::resize::{ImageSize, Resizer};
use crate::store::{ImageShape, of_8_bits, of_16_bits};
use image::metadata::Orientation;
use image::{ColorType, DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Seek};
use std::path::Path;

/// The largest width or height decoded, in pixels.
pub(crate) const MAX_SIDE: u32 = 16_384;
/// The most memory a decoder may take for one image, in bytes.
pub(crate) const MAX_MEMORY: u64 = 1 << 28;
/// The name and checksum of a PNG file's last chunk, which holds nothing else.
const PNG_END: &[u8] = b"IEND\xae\x42\x60\x82";
/// File extensions of the supported formats.
const EXTENSIONS: [&str; 6] = ["png", "jpg", "jpeg", "bmp", "tif", "tiff"];

/// A decoded image. Its values are as narrow as the decoder's, for images may be large.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Decoded {
    pub values: Values,
    /// 1 for grey, 3 for RGB; alpha is dropped.
    pub channels: usize,
    pub height: usize,
    pub width: usize,
    /// True if the file has 16 bits per channel or more.
    pub deep: bool,
}

/// The values of an image.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Values {
    /// In the shape `(height, width, channels)`; white is 255.
    Bytes(Vec<u8>),
    /// In the shape `(height, width, channels)`; white is 65535.
    Words(Vec<u16>),
    /// In the shape `(channels, height, width)`; white is 1.
    Planes(Vec<f32>),
}

/// The traits of an image file in its header.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Traits {
    pub channels: usize,
    pub height: usize,
    pub width: usize,
    /// True if the file has 16 bits per channel or more.
    pub deep: bool,
    /// True if grey is scaled from the file's smallest value to its largest, so that a value's grey differs
    /// by file.
    pub own_range: bool,
    /// Number of images.
    pub frames: usize,
    /// The patient, if the file names one.
    pub patient: Option<PatientKey>,
}

/// Tells if a file has the extension of a supported format.
pub(crate) fn has_extension(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known))
}

/// Reads a file's header only.
pub(crate) fn traits(path: &Path) -> Result<Traits, DataError> {
    let failed = |error: ImageError| damaged(path, &error);
    let mut decoder = reader(path)?.into_decoder().map_err(failed)?;
    let turned = swaps_sides(decoder.orientation().map_err(failed)?);
    let (width, height) = decoder.dimensions();
    let (width, height) = if turned { (height, width) } else { (width, height) };
    let color = decoder.color_type();
    let channels = if color.has_color() { 3 } else { 1 };
    let (height, width, deep) = (height as usize, width as usize, is_deep(color));
    Ok(Traits { channels, height, width, deep, own_range: false, frames: 1, patient: None })
}

/// Tells if an orientation makes height of width.
fn swaps_sides(orientation: Orientation) -> bool {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    matches!(orientation, Rotate90 | Rotate90FlipH | Rotate270 | Rotate270FlipH)
}

fn is_deep(color: ColorType) -> bool {
    !matches!(color, ColorType::L8 | ColorType::La8 | ColorType::Rgb8 | ColorType::Rgba8)
}

/// Returns the error of an image that cannot be read.
pub(crate) fn damaged(path: &Path, detail: &(impl ToString + ?Sized)) -> DataError {
    DataError::Image { path: path.to_owned(), detail: detail.to_string() }
}

/// Decodes a file within limits, and turns it as its EXIF orientation says.
pub(crate) fn decode(path: &Path) -> Result<Decoded, DataError> {
    let failed = |error: ImageError| damaged(path, &error);
    check_length(path)?;
    let bytes = std::fs::read(path).map_err(|source| unreadable(path, source))?;
    let reader = guessed(ImageReader::new(Cursor::new(&*bytes)), path)?;
    let format = reader.format();
    let mut decoder = reader.into_decoder().map_err(failed)?;
    let orientation = decoder.orientation().map_err(failed)?;
    let (width, height) = decoder.dimensions();
    // Later a plane takes four bytes per pixel.
    if u64::from(width) * u64::from(height) > MAX_MEMORY / 4 {
        let most = MAX_MEMORY / 4;
        return Err(damaged(path, &format!("{width}×{height} pixels exceed the limit of {most}")));
    }
    let mut limits = limits();
    limits.reserve(decoder.total_bytes()).and_then(|()| decoder.set_limits(limits)).map_err(failed)?;
    let mut image = match format {
        Some(ImageFormat::Jpeg) => jpeg_file::decode(&bytes).map_err(|fault| damaged(path, &fault))?,
        // The decoder does not look for the end of the last chunk.
        Some(ImageFormat::Png) if !bytes.windows(PNG_END.len()).rev().any(|window| window == PNG_END) => {
            return Err(damaged(path, "the file is cut short: its end is missing"));
        }
        _ => DynamicImage::from_decoder(decoder).map_err(failed)?,
    };
    image.apply_orientation(orientation);
    Ok(Decoded::from_image(image))
}

fn unreadable(path: &Path, source: io::Error) -> DataError {
    DataError::Io { path: path.to_owned(), action: "read the image", source }
}

/// Returns the reader of a file's header.
fn reader(path: &Path) -> Result<ImageReader<BufReader<File>>, DataError> {
    check_length(path)?;
    let file = File::open(path).map_err(|source| unreadable(path, source))?;
    guessed(ImageReader::new(BufReader::new(file)), path)
}

/// Refuses a file that is empty, or larger than the memory for an image: a file is decoded from memory.
fn check_length(path: &Path) -> Result<(), DataError> {
    match std::fs::metadata(path).map_err(|source| unreadable(path, source))?.len() {
        0 => Err(damaged(path, "the file is empty (0 bytes)")),
        1..=MAX_MEMORY => Ok(()),
        length => Err(damaged(path, &format!("{length} bytes exceed the limit of {MAX_MEMORY}"))),
    }
}

/// Returns a reader within limits of the format that the content shows, else of the path's extension.
fn guessed<R: BufRead + Seek>(mut reader: ImageReader<R>, path: &Path) -> Result<ImageReader<R>, DataError> {
    if let Ok(format) = ImageFormat::from_path(path) {
        reader.set_format(format);
    }
    let mut reader = reader.with_guessed_format().map_err(|source| unreadable(path, source))?;
    reader.limits(limits());
    Ok(reader)
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(MAX_SIDE), Some(MAX_SIDE));
    limits.max_alloc = Some(MAX_MEMORY);
    limits
}

impl Decoded {
    fn from_image(image: DynamicImage) -> Decoded {
        let color = image.color();
        let channels = if color.has_color() { 3 } else { 1 };
        let deep = is_deep(color);
        let (width, height) = (image.width() as usize, image.height() as usize);
        let values = match (channels, deep) {
            (1, false) => Values::Bytes(image.into_luma8().into_raw()),
            (1, true) => Values::Words(image.into_luma16().into_raw()),
            (_, false) => Values::Bytes(image.into_rgb8().into_raw()),
            (_, true) => Values::Words(image.into_rgb16().into_raw()),
        };
        Decoded { values, channels, height, width, deep }
    }

    /// Returns the bytes of an image of 8 bits that has the shape already.
    pub fn bytes(&self, shape: ImageShape) -> Option<&[u8]> {
        let found = ImageShape { height: self.height, width: self.width, channels: self.channels };
        match &self.values {
            Values::Bytes(bytes) if found == shape => Some(bytes),
            _ => None,
        }
    }

    /// Returns the image in the shape `(channels, height, width)`: grey from colour by ITU-R BT.601 luma, as
    /// Pillow's `convert("L")`; colour from grey by repetition. Only one plane at a time has the image's own
    /// size.
    pub fn fitted(&self, channels: usize, height: usize, width: usize) -> Vec<f32> {
        let mut resizer = Resizer::new(self.size(), ImageSize { height, width });
        let area = height * width;
        let mut planes = vec![0.0; channels * area];
        for (channel, target) in planes.chunks_exact_mut(area).enumerate().take(self.channels) {
            let luma = channels < self.channels;
            resizer.resize(&if luma { self.luma() } else { self.plane(channel) }, target);
        }
        if channels > self.channels {
            let (first, others) = planes.split_at_mut(area);
            others.chunks_exact_mut(area).for_each(|other| other.copy_from_slice(first));
        }
        planes
    }

    fn size(&self) -> ImageSize {
        ImageSize { height: self.height, width: self.width }
    }

    /// Returns the plane of a channel.
    fn plane(&self, channel: usize) -> Cow<'_, [f32]> {
        let area = self.height * self.width;
        match &self.values {
            Values::Bytes(bytes) => plane(&bytes[channel..], self.channels, of_8_bits).into(),
            Values::Words(words) => plane(&words[channel..], self.channels, of_16_bits).into(),
            Values::Planes(planes) => planes[channel * area..][..area].into(),
        }
    }

    /// Returns the luma of three channels.
    fn luma(&self) -> Cow<'_, [f32]> {
        let area = self.height * self.width;
        match &self.values {
            Values::Bytes(bytes) => luma_of_pixels(bytes, of_8_bits).into(),
            Values::Words(words) => luma_of_pixels(words, of_16_bits).into(),
            Values::Planes(planes) => {
                (0..area).map(|at| luma([0, 1, 2].map(|channel| planes[channel * area + at]))).collect()
            }
        }
    }
}

/// Returns every `channels`th value, converted by `unit`.
fn plane<T: Copy>(values: &[T], channels: usize, unit: impl Fn(T) -> f32) -> Vec<f32> {
    values.iter().step_by(channels).map(|value| unit(*value)).collect()
}

fn luma_of_pixels<T: Copy>(values: &[T], unit: impl Fn(T) -> f32) -> Vec<f32> {
    values.as_chunks::<3>().0.iter().map(|pixel| luma(pixel.map(&unit))).collect()
}

fn luma([red, green, blue]: [f32; 3]) -> f32 {
    0.299 * red + 0.587 * green + 0.114 * blue
}
