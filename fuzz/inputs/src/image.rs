//! Images of the usual formats.

use crate::place;
use image::{DynamicImage, ImageFormat, Luma, Rgb};
use std::io::Cursor;
use zodarts_data::ImageFile;

pub const WORDS: &[&str] = &[
    "IHDR",
    "PLTE",
    "tRNS",
    "IDAT",
    "IEND",
    "acTL",
    "fcTL",
    "fdAT",
    "iCCP",
    "sBIT",
    "gAMA",
    "BM",
    "II*\0",
    "MM\0*",
    "II+\0",
    "JFIF\0",
    "Exif\0\0",
    "Adobe\0",
    "ICC_PROFILE\0",
    "GIF89a",
    "RIFF",
    "WEBPVP8L",
    "P5\n",
    "P7\n",
];

const FORMATS: [ImageFormat; 7] = [
    ImageFormat::Png,
    ImageFormat::Jpeg,
    ImageFormat::Bmp,
    ImageFormat::Tiff,
    ImageFormat::Gif,
    ImageFormat::WebP,
    ImageFormat::Pnm,
];
/// The most frames of a file that are read; more takes too long.
const FRAMES: usize = 4;

pub fn files() -> Vec<Vec<u8>> {
    let grey = image::GrayImage::from_fn(9, 7, |x, y| Luma([(x * 20 + y) as u8]));
    let deep = image::ImageBuffer::from_fn(9, 7, |x, y| Luma([(x * 7000 + y) as u16]));
    let color = image::RgbImage::from_fn(9, 7, |x, y| Rgb([x as u8 * 20, y as u8 * 30, 99]));
    let images: [DynamicImage; 3] = [grey.into(), deep.into(), color.into()];
    let encode = |(image, format): (&DynamicImage, ImageFormat)| {
        let mut bytes = Cursor::new(Vec::new());
        // Not every format has 16 bits.
        image.write_to(&mut bytes, format).ok().map(|()| bytes.into_inner())
    };
    let pairs = images.iter().flat_map(|image| FORMATS.map(|format| (image, format)));
    pairs.filter_map(encode).collect()
}

pub fn read(bytes: &[u8]) -> bool {
    let path = place::write("x.png", bytes);
    let Ok(mut file) = ImageFile::open(&path, None) else { return false };
    (0..file.frames().min(FRAMES)).all(|frame| file.read(frame, 3, 8, 8).is_ok())
}
