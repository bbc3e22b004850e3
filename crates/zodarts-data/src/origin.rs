//! The origin of an image: what its file tells besides the pixels.

use crate::decode::Traits;
use crate::error::DataError;
use image::ImageFormat;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Bytes at a file's start that tell its format.
const MARK: u64 = 16;

/// The facts of a file that an image comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ImageOrigin {
    /// The format by the file's content, such as `PNG`.
    pub format: &'static str,
    /// True if the file stores colour.
    pub color: bool,
    /// True if the file has 16 bits per channel or more.
    pub deep: bool,
    /// Width in pixels before any resize.
    pub width: usize,
    /// Height in pixels before any resize.
    pub height: usize,
    /// Bytes of the file, divided by its number of images.
    pub bytes: u64,
}

impl ImageOrigin {
    /// Returns the origin of a file's images.
    ///
    /// # Errors
    /// Returns [`DataError::Io`] if the file cannot be read.
    pub fn of(path: &Path, traits: &Traits) -> Result<Self, DataError> {
        let unreadable = |source| DataError::Io { path: path.to_owned(), action: "read the image", source };
        let file = File::open(path).map_err(unreadable)?;
        let length = file.metadata().map_err(unreadable)?.len();
        let mut start = Vec::new();
        file.take(MARK).read_to_end(&mut start).map_err(unreadable)?;
        let Traits { channels, height, width, deep, frames, .. } = *traits;
        let bytes = length / frames.max(1) as u64;
        Ok(Self { format: format(&start), color: channels > 1, deep, width, height, bytes })
    }
}

/// Returns the name of the format whose files start with these bytes.
fn format(start: &[u8]) -> &'static str {
    match image::guess_format(start) {
        Ok(ImageFormat::Png) => "PNG",
        Ok(ImageFormat::Jpeg) => "JPEG",
        Ok(ImageFormat::Bmp) => "BMP",
        Ok(ImageFormat::Tiff) => "TIFF",
        Ok(ImageFormat::Gif) => "GIF",
        Ok(ImageFormat::WebP) => "WebP",
        Ok(ImageFormat::Pnm) => "PNM",
        // A DICOM file starts with any 128 bytes.
        _ => "DICOM",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_tells_the_format_and_not_the_name() {
        assert_eq!(format(b"\x89PNG\r\n\x1a\n12345678"), "PNG");
        assert_eq!(format(b"\xff\xd8\xff\xe0"), "JPEG");
        assert_eq!(format(b"II*\0"), "TIFF");
        assert_eq!(format(&[0; 16]), "DICOM");
    }
}
