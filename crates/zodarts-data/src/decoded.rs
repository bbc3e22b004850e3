//! Decoded images, and the traits in their headers.

use crate::image_fit::{FittedResizer, ImageFit};
use crate::patients::PatientKey;
use crate::resize::ImageSize;
use crate::store::{ImageShape, of_8_bits, of_16_bits};
use image::{ColorType, DynamicImage};
use std::borrow::Cow;

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
    /// True if the file holds more images, which are not read: those of an animation.
    pub later_frames: bool,
    /// The patient, if the file names one.
    pub patient: Option<PatientKey>,
}

/// Tells if values of a colour type have more than 8 bits.
pub(crate) fn is_deep(color: ColorType) -> bool {
    !matches!(color, ColorType::L8 | ColorType::La8 | ColorType::Rgb8 | ColorType::Rgba8)
}

impl Decoded {
    /// Returns an image of the `image` crate, without its alpha.
    pub fn from_image(image: DynamicImage) -> Decoded {
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
    /// Pillow's `convert("L")`; colour from grey by repetition. Another aspect ratio takes the shape by
    /// `fit`. Only one plane at a time has the image's own size.
    pub fn fitted(&self, shape: ImageShape, fit: ImageFit) -> Vec<f32> {
        let mut resizer = FittedResizer::new(self.size(), shape.size(), fit);
        let (channels, area) = (shape.channels, shape.size().area());
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

/// Returns the luma of a pixel, by ITU-R BT.601.
pub(crate) fn luma([red, green, blue]: [f32; 3]) -> f32 {
    0.299 * red + 0.587 * green + 0.114 * blue
}
