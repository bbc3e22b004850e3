//! JPEG files, decoded whole or refused.
//!
//! Decoders fill with grey what a file that is cut short does not hold, also in their strict modes if the
//! marker of the end stands in the middle of the image. Here every code of the file is read first: the image
//! must be complete when the marker of the end comes.

mod bits;
mod fault;
mod frame;
mod huffman;
mod markers;
mod scan;
mod whole;

use crate::limits::MAX_SIDE;
use image::{DynamicImage, GrayImage, RgbImage};
use std::fmt::Display;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

/// Decodes a file.
///
/// # Errors
/// Returns the fault of a file that is cut short or damaged.
pub(crate) fn decode(bytes: &[u8]) -> Result<DynamicImage, String> {
    whole::check_whole(bytes).map_err(|fault| fault.to_string())?;
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(MAX_SIDE as usize)
        .set_max_height(MAX_SIDE as usize);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|error| text(&error))?;
    let grey = decoder.input_colorspace() == Some(ColorSpace::Luma);
    decoder.set_options(options.jpeg_set_out_colorspace(if grey {
        ColorSpace::Luma
    } else {
        ColorSpace::RGB
    }));
    let (width, height) = decoder.dimensions().ok_or("the file has no size")?;
    let values = decoder.decode().map_err(|error| text(&error))?;
    let (width, height) = (width as u32, height as u32);
    let image = if grey {
        GrayImage::from_raw(width, height, values).map(DynamicImage::ImageLuma8)
    } else {
        RgbImage::from_raw(width, height, values).map(DynamicImage::ImageRgb8)
    };
    image.ok_or_else(|| "the file holds fewer pixels than its header says".to_owned())
}

fn text(error: &impl Display) -> String {
    format!("the JPEG data are damaged: {error}")
}
