//! PNG, JPEG, BMP and TIFF files of unknown origin, decoded within limits.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use image::{ColorType, DynamicImage, ImageDecoder, ImageReader, Limits};

use crate::augment::Resizer;
use crate::error::DataError;
use crate::patients::PatientKey;
use crate::store::{ImageShape, deinterleave, of_8_bits, of_16_bits};

/// The largest width or height decoded.
pub(crate) const MAX_SIDE: u32 = 16_384;
/// The most memory a decoder may take for one image, in bytes.
pub(crate) const MAX_MEMORY: u64 = 1 << 28;
/// File extensions of the formats that are read.
const EXTENSIONS: [&str; 6] = ["png", "jpg", "jpeg", "bmp", "tif", "tiff"];

/// A decoded image: planes `[channel][y][x]` of values in [0, 1].
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Decoded {
    pub planes: Vec<f32>,
    /// 1 for grey, 3 for RGB; alpha is dropped.
    pub channels: usize,
    pub height: usize,
    pub width: usize,
    /// Whether the file has 16 bits per channel or more.
    pub deep: bool,
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
pub(crate) fn decode(path: &Path) -> Result<DynamicImage, DataError> {
    reader(path)?.decode().map_err(|error| damaged(path, &error))
}

/// The bytes of an image that has 8 bits, and no alpha, if it is of that shape.
pub(crate) fn bytes(image: &DynamicImage, shape: ImageShape) -> Option<&[u8]> {
    let found = (image.height() as usize, image.width() as usize) == (shape.height, shape.width);
    match (image, shape.channels) {
        (DynamicImage::ImageLuma8(grey), 1) if found => Some(grey.as_raw()),
        (DynamicImage::ImageRgb8(color), 3) if found => Some(color.as_raw()),
        _ => None,
    }
}

fn reader(path: &Path) -> Result<ImageReader<BufReader<File>>, DataError> {
    let unreadable = |source| DataError::Io { path: path.to_owned(), action: "read the image", source };
    if std::fs::metadata(path).map_err(unreadable)?.len() == 0 {
        return Err(damaged(path, "the file is empty (0 bytes)"));
    }
    let mut reader =
        ImageReader::open(path).map_err(unreadable)?.with_guessed_format().map_err(unreadable)?;
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(MAX_SIDE), Some(MAX_SIDE));
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    Ok(reader)
}

impl Decoded {
    pub fn from_image(image: &DynamicImage) -> Decoded {
        let color = image.color();
        let channels = if color.has_color() { 3 } else { 1 };
        let deep = is_deep(color);
        let (width, height) = (image.width() as usize, image.height() as usize);
        let area = width * height;
        let mut planes = vec![0.0; area * channels];
        match (channels, deep) {
            (1, false) => deinterleave(&image.to_luma8(), 1, of_8_bits, &mut planes),
            (1, true) => deinterleave(&image.to_luma16(), 1, of_16_bits, &mut planes),
            (_, false) => deinterleave(&image.to_rgb8(), 3, of_8_bits, &mut planes),
            (_, true) => deinterleave(&image.to_rgb16(), 3, of_16_bits, &mut planes),
        }
        Decoded { planes, channels, height, width, deep }
    }

    /// Grey from colour by ITU-R BT.601 luma, as Pillow's `convert("L")`; colour from grey by repetition.
    pub fn into_channels(self, channels: usize) -> Decoded {
        let area = self.height * self.width;
        let planes = match (self.channels, channels) {
            (1, 3) => self.planes.repeat(3),
            (3, 1) => {
                let (red, rest) = self.planes.split_at(area);
                let (green, blue) = rest.split_at(area);
                red.iter().zip(green).zip(blue).map(|((r, g), b)| 0.299 * r + 0.587 * g + 0.114 * b).collect()
            }
            _ => return self,
        };
        Decoded { planes, channels, ..self }
    }

    /// The same image at another size.
    pub fn resized(self, height: usize, width: usize) -> Decoded {
        if (self.height, self.width) == (height, width) {
            return self;
        }
        let mut planes = vec![0.0; self.channels * height * width];
        Resizer::new((self.height, self.width), (height, width)).resize(&self.planes, &mut planes);
        Decoded { planes, height, width, ..self }
    }
}
