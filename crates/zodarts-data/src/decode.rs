//! PNG, JPEG, BMP and TIFF files of unknown origin, decoded within limits.

use crate::augment::Resizer;
use crate::error::DataError;
use crate::patients::PatientKey;
use crate::store::{ImageShape, of_8_bits, of_16_bits};
use image::{ColorType, DynamicImage, ImageDecoder, ImageError, ImageReader, Limits};
use std::borrow::Cow;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// The largest width or height decoded.
pub(crate) const MAX_SIDE: u32 = 16_384;
/// The most memory a decoder may take for one image, in bytes.
pub(crate) const MAX_MEMORY: u64 = 1 << 28;
/// File extensions of the formats that are read.
const EXTENSIONS: [&str; 6] = ["png", "jpg", "jpeg", "bmp", "tif", "tiff"];

/// A decoded image, its values as narrow as they come out of the decoder: images may be large.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Decoded {
    pub values: Values,
    /// 1 for grey, 3 for RGB; alpha is dropped.
    pub channels: usize,
    pub height: usize,
    pub width: usize,
    /// Whether the file has 16 bits per channel or more.
    pub deep: bool,
}

/// The values of an image.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Values {
    /// Channel by channel of each pixel, white being 255.
    Bytes(Vec<u8>),
    /// Channel by channel of each pixel, white being 65535.
    Words(Vec<u16>),
    /// Plane by plane, white being 1.
    Planes(Vec<f32>),
}

/// What a file's header says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Traits {
    pub channels: usize,
    pub height: usize,
    pub width: usize,
    /// Whether the file has 16 bits per channel or more.
    pub deep: bool,
    /// Whether grey goes from the smallest value of the file to its largest, so that it means something else in each file.
    pub own_range: bool,
    /// Images of the file.
    pub frames: usize,
    /// Whose they are, if the file says.
    pub patient: Option<PatientKey>,
}

/// Whether a file's extension is that of a format that is read here.
pub(crate) fn has_extension(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known))
}

/// Reads a file's header only.
pub(crate) fn traits(path: &Path) -> Result<Traits, DataError> {
    let decoder = reader(path)?.into_decoder().map_err(|error| damaged(path, &error))?;
    let (width, height) = decoder.dimensions();
    let color = decoder.color_type();
    let channels = if color.has_color() { 3 } else { 1 };
    let (height, width, deep) = (height as usize, width as usize, is_deep(color));
    Ok(Traits { channels, height, width, deep, own_range: false, frames: 1, patient: None })
}

fn is_deep(color: ColorType) -> bool {
    !matches!(color, ColorType::L8 | ColorType::La8 | ColorType::Rgb8 | ColorType::Rgba8)
}

/// An image that cannot be read.
pub(crate) fn damaged(path: &Path, detail: &(impl ToString + ?Sized)) -> DataError {
    DataError::Image { path: path.to_owned(), detail: detail.to_string() }
}

/// Decodes a file within limits.
pub(crate) fn decode(path: &Path) -> Result<Decoded, DataError> {
    let failed = |error: ImageError| damaged(path, &error);
    let mut decoder = reader(path)?.into_decoder().map_err(failed)?;
    let (width, height) = decoder.dimensions();
    // A plane of four bytes a pixel is made of it later.
    if u64::from(width) * u64::from(height) > MAX_MEMORY / 4 {
        let most = MAX_MEMORY / 4;
        return Err(damaged(path, &format!("{width}×{height} pixels exceed the limit of {most}")));
    }
    let mut limits = limits();
    limits.reserve(decoder.total_bytes()).and_then(|()| decoder.set_limits(limits)).map_err(failed)?;
    Ok(Decoded::from_image(DynamicImage::from_decoder(decoder).map_err(failed)?))
}

fn reader(path: &Path) -> Result<ImageReader<BufReader<File>>, DataError> {
    let unreadable = |source| DataError::Io { path: path.to_owned(), action: "read the image", source };
    if std::fs::metadata(path).map_err(unreadable)?.len() == 0 {
        return Err(damaged(path, "the file is empty (0 bytes)"));
    }
    let mut reader =
        ImageReader::open(path).map_err(unreadable)?.with_guessed_format().map_err(unreadable)?;
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

    /// The bytes of an image of 8 bits that is of that shape already.
    pub fn bytes(&self, shape: ImageShape) -> Option<&[u8]> {
        let found = ImageShape { height: self.height, width: self.width, channels: self.channels };
        match &self.values {
            Values::Bytes(bytes) if found == shape => Some(bytes),
            _ => None,
        }
    }

    /// The planes of an image of that many channels and that size: grey from colour by ITU-R BT.601 luma, as Pillow's `convert("L")`;
    /// colour from grey by repetition. No more than one plane is there at the image's own size.
    pub fn fitted(&self, channels: usize, height: usize, width: usize) -> Vec<f32> {
        let mut resizer = Resizer::new((self.height, self.width), (height, width));
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

    /// A channel.
    fn plane(&self, channel: usize) -> Cow<'_, [f32]> {
        let area = self.height * self.width;
        match &self.values {
            Values::Bytes(bytes) => plane(&bytes[channel..], self.channels, of_8_bits).into(),
            Values::Words(words) => plane(&words[channel..], self.channels, of_16_bits).into(),
            Values::Planes(planes) => planes[channel * area..][..area].into(),
        }
    }

    /// Grey of three channels.
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

/// What `unit` makes of every `channels`th value.
fn plane<T: Copy>(values: &[T], channels: usize, unit: impl Fn(T) -> f32) -> Vec<f32> {
    values.iter().step_by(channels).map(|value| unit(*value)).collect()
}

fn luma_of_pixels<T: Copy>(values: &[T], unit: impl Fn(T) -> f32) -> Vec<f32> {
    values.as_chunks::<3>().0.iter().map(|pixel| luma(pixel.map(&unit))).collect()
}

fn luma([red, green, blue]: [f32; 3]) -> f32 {
    0.299 * red + 0.587 * green + 0.114 * blue
}
