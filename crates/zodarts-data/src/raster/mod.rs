//! Single formats beside their decoders: checks that a file is whole, pages, names in errors.

mod dib;
mod gif;
mod other_kind;
mod tiff_kind;
mod tiff_numbers;
mod tiff_pages;
mod webp;

pub(crate) use dib::with_header;
use image::ImageFormat;
pub(crate) use other_kind::describe;
use std::path::Path;
pub(crate) use tiff_kind::{is_of_numbers, refused_kind};
pub(crate) use tiff_numbers::{NumberRange, numbers, range, traits_of_numbers};
pub(crate) use tiff_pages::{TiffPage, pages};

/// Returns the format that the start of a file shows. A DIB file has no mark, so its extension counts.
pub(crate) fn format_of(start: &[u8], path: &Path) -> Option<ImageFormat> {
    let is_dib = || path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("dib"));
    match start {
        [b'I', b'I', b'+', 0, ..] | [b'M', b'M', 0, b'+', ..] => Some(ImageFormat::Tiff),
        [40, 0, 0, 0, ..] if is_dib() => Some(ImageFormat::Bmp),
        _ => image::guess_format(start).ok(),
    }
}

/// Checks that a file of a format whose decoder does not is whole.
pub(crate) fn check_whole(format: ImageFormat, bytes: &[u8]) -> Result<(), String> {
    match format {
        ImageFormat::Gif => gif::images(bytes).map(drop),
        ImageFormat::WebP => webp::images(bytes).map(drop),
        _ => Ok(()),
    }
}

/// Tells if a file is an animation: only its first image is read.
pub(crate) fn has_later_frames(format: ImageFormat, bytes: &[u8]) -> bool {
    let images = match format {
        ImageFormat::Gif => gif::images(bytes),
        ImageFormat::WebP => webp::images(bytes),
        _ => return false,
    };
    images.is_ok_and(|images| images > 1)
}
