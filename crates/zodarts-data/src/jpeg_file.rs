//! JPEG files, decoded whole or refused.
//!
//! The decoder of the `image` crate fills with grey what a file that is cut short does not hold. Here the
//! marker of the file's end must be there, and the same decoder runs in its strict mode. A file whose end
//! marker was put in the middle of its image data is decoded as by libjpeg, which warns and goes on.

use crate::decode::MAX_SIDE;
use image::{DynamicImage, GrayImage, RgbImage};
use std::fmt::Display;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

/// The first byte of a marker.
const MARK: u8 = 0xff;
const START_OF_IMAGE: u8 = 0xd8;
const END_OF_IMAGE: u8 = 0xd9;
const START_OF_SCAN: u8 = 0xda;

/// Decodes a file.
///
/// # Errors
/// Returns the fault of a file that is cut short or damaged.
pub(crate) fn decode(bytes: &[u8]) -> Result<DynamicImage, String> {
    whole(bytes)?;
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

/// Checks that a file has a scan and the marker of its end. Bytes after that marker are ignored, as every
/// reader does.
fn whole(bytes: &[u8]) -> Result<(), String> {
    if !bytes.starts_with(&[MARK, START_OF_IMAGE]) {
        return Err("it does not begin as a JPEG file".to_owned());
    }
    let mut scanned = false;
    let mut position = 2;
    while let Some((marker, next)) = next_marker(bytes, position) {
        position = match marker {
            END_OF_IMAGE if scanned => return Ok(()),
            // Markers without a segment: fill, restarts within a scan, the start of an image.
            0x00 | 0x01 | 0xd0..=END_OF_IMAGE => next,
            _ => {
                scanned |= marker == START_OF_SCAN;
                next + segment(bytes, next)
            }
        };
    }
    let what = if scanned { "its image data end early" } else { "it holds no image data" };
    Err(format!("the file is cut short: {what}"))
}

/// Returns the next marker at or after a position, and the position behind it.
fn next_marker(bytes: &[u8], from: usize) -> Option<(u8, usize)> {
    let at = from + bytes.get(from..)?.iter().position(|byte| *byte == MARK)?;
    // A marker may be preceded by any number of fill bytes.
    let length = bytes[at..].iter().take_while(|byte| **byte == MARK).count();
    bytes.get(at + length).map(|marker| (*marker, at + length + 1))
}

/// Returns the length of a segment that begins at a position: two bytes that count themselves.
fn segment(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at..at + 2) {
        Some(length) => usize::from(u16::from_be_bytes([length[0], length[1]])).max(2),
        None => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCAN: [u8; 6] = [MARK, START_OF_SCAN, 0, 3, 1, 7];

    fn file(parts: &[&[u8]]) -> Vec<u8> {
        [&[MARK, START_OF_IMAGE][..], &parts.concat()].concat()
    }

    #[test]
    fn a_file_ends_with_its_marker() {
        assert!(whole(&file(&[&SCAN, &[MARK, END_OF_IMAGE]])).is_ok());
        assert!(whole(&file(&[&SCAN, &[MARK, 0, 5, MARK, 0xd3, 5], &[MARK, END_OF_IMAGE, 1, 2]])).is_ok());
        let cut = whole(&file(&[&SCAN, &[MARK, 0, 5]])).unwrap_err();
        assert_eq!(cut, "the file is cut short: its image data end early");
        let empty = whole(&file(&[&[MARK, END_OF_IMAGE]])).unwrap_err();
        assert_eq!(empty, "the file is cut short: it holds no image data");
    }

    #[test]
    fn the_end_of_a_thumbnail_is_not_the_end_of_the_file() {
        let thumbnail = [MARK, 0xe1, 0, 6, MARK, START_OF_SCAN, MARK, END_OF_IMAGE];
        assert!(whole(&file(&[&thumbnail, &SCAN, &[7]])).is_err());
        assert!(whole(&file(&[&thumbnail, &SCAN, &[7, MARK, END_OF_IMAGE]])).is_ok());
    }
}
