//! Grey TIFF images of 32 bits or more, or of floating-point numbers: the smallest value of all pages is
//! black and the largest white, as for DICOM files without a window.

use super::tiff_kind::is_of_numbers;
use super::tiff_pages::TiffPage;
use crate::decoded::{Decoded, Traits};
use crate::limits::{MAX_MEMORY, MAX_SIDE};
use image::metadata::Orientation;
use image::{DynamicImage, ImageBuffer};
use std::fmt::Display;
use std::io::Cursor;
use tiff::decoder::{Decoder, DecodingResult};
use tiff::tags::Tag;

/// The smallest and the largest finite value of a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct NumberRange {
    low: f64,
    high: f64,
}

/// The values of a page, row by row.
struct NumberPage {
    values: Vec<f64>,
    width: u32,
    height: u32,
    orientation: Option<Orientation>,
}

/// Returns the traits of the first page of a file.
pub(crate) fn traits_of_numbers(bytes: &[u8]) -> Result<Traits, String> {
    let OpenPage { width, height, .. } = opened(bytes)?;
    let (height, width) = (height as usize, width as usize);
    let (channels, deep, own_range, frames, later_frames, patient) = (1, true, true, 1, false, None);
    Ok(Traits { channels, height, width, deep, own_range, frames, later_frames, patient })
}

/// Returns the range of all pages that hold such numbers.
pub(crate) fn range(bytes: &[u8], pages: &[TiffPage]) -> Result<NumberRange, String> {
    let mut bytes = bytes.to_vec();
    let mut range = NumberRange { low: f64::INFINITY, high: f64::NEG_INFINITY };
    for page in pages {
        page.select(&mut bytes);
        if is_of_numbers(&bytes) {
            for value in page_of(&bytes)?.values.into_iter().filter(|value| value.is_finite()) {
                (range.low, range.high) = (range.low.min(value), range.high.max(value));
            }
        }
    }
    Ok(range)
}

/// Decodes the first page of a file. Values that are no numbers become black.
pub(crate) fn numbers(bytes: &[u8], range: NumberRange) -> Result<Decoded, String> {
    let NumberPage { values, width, height, orientation } = page_of(bytes)?;
    let NumberRange { low, high } = range;
    let grey = |value: f64| {
        let unit = if high > low { (value - low) / (high - low) } else { 0.0 };
        if unit.is_nan() { 0 } else { (unit.clamp(0.0, 1.0) * 65535.0).round() as u16 }
    };
    let grey: Vec<u16> = values.into_iter().map(grey).collect();
    let image =
        ImageBuffer::from_raw(width, height, grey).ok_or("the file holds fewer values than its size")?;
    let mut image = DynamicImage::ImageLuma16(image);
    image.apply_orientation(orientation.unwrap_or(Orientation::NoTransforms));
    Ok(Decoded::from_image(image))
}

/// A page whose header is read.
struct OpenPage<'a> {
    decoder: Decoder<Cursor<&'a [u8]>>,
    width: u32,
    height: u32,
}

fn opened(bytes: &[u8]) -> Result<OpenPage<'_>, String> {
    let mut decoder = Decoder::new(Cursor::new(bytes)).map_err(|error| text(&error))?;
    let (width, height) = decoder.dimensions().map_err(|error| text(&error))?;
    // A value takes up to eight bytes.
    if width.max(height) > MAX_SIDE || u64::from(width) * u64::from(height) > MAX_MEMORY / 8 {
        return Err(format!("{width}×{height} pixels exceed the limit of {}", MAX_MEMORY / 8));
    }
    Ok(OpenPage { decoder, width, height })
}

fn page_of(bytes: &[u8]) -> Result<NumberPage, String> {
    let OpenPage { mut decoder, width, height } = opened(bytes)?;
    let orientation = decoder.find_tag_unsigned::<u8>(Tag::Orientation).ok().flatten();
    let orientation = orientation.and_then(Orientation::from_exif);
    let values = match decoder.read_image().map_err(|error| text(&error))? {
        DecodingResult::U32(values) => values.into_iter().map(f64::from).collect(),
        DecodingResult::U64(values) => values.into_iter().map(|value| value as f64).collect(),
        DecodingResult::F16(values) => values.into_iter().map(f64::from).collect(),
        DecodingResult::F32(values) => values.into_iter().map(f64::from).collect(),
        DecodingResult::F64(values) => values,
        _ => return Err("its values are of another kind than its header says".into()),
    };
    Ok(NumberPage { values, width, height, orientation })
}

fn text(error: &impl Display) -> String {
    format!("the TIFF data are damaged: {error}")
}
