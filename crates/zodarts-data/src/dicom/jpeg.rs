//! JPEG frames: baseline, extended and lossless.

use crate::decode::MAX_MEMORY;
use crate::resize::ImageSize;
use jpeg_decoder::{CodingProcess, ColorTransform, Decoder, PixelFormat};

/// A decoded frame.
pub(super) struct JpegFrame {
    /// Values pixel by pixel.
    pub words: Vec<u16>,
    /// True if colours are red, green and blue now.
    pub rgb: bool,
    /// Bits of a word that are used at most: 8 or 16.
    pub bits: u16,
}

/// Decodes a frame of the header's size and channels, whose colours are red, green and blue if `rgb`. Returns
/// `None` if the data are damaged or of another kind.
pub(super) fn decode(data: &[u8], size: ImageSize, channels: usize, rgb: bool) -> Option<JpegFrame> {
    let mut decoder = Decoder::new(data);
    decoder.set_max_decoding_buffer_size(MAX_MEMORY as usize);
    decoder.read_info().ok()?;
    let info = decoder.info()?;
    let found = match info.pixel_format {
        PixelFormat::L8 | PixelFormat::L16 => 1,
        PixelFormat::RGB24 => 3,
        PixelFormat::CMYK32 => return None,
    };
    if (usize::from(info.width), usize::from(info.height), found) != (size.width, size.height, channels) {
        return None;
    }
    let lossless = info.coding_process == CodingProcess::Lossless;
    if channels == 3 && !lossless {
        let stored = if rgb && !is_jfif(data) { ColorTransform::RGB } else { ColorTransform::YCbCr };
        decoder.set_color_transform(stored);
    }
    let bytes = decoder.decode().ok()?;
    let rgb = rgb || !lossless;
    match bytes.len() / (size.area() * channels) {
        1 => Some(JpegFrame { words: bytes.into_iter().map(u16::from).collect(), rgb, bits: 8 }),
        2 => {
            let words = bytes.chunks_exact(2).map(|pair| u16::from_ne_bytes([pair[0], pair[1]])).collect();
            Some(JpegFrame { words, rgb, bits: 16 })
        }
        _ => None,
    }
}

/// Tells if the data are a JFIF file, whose colours are luma and differences whatever the header says.
fn is_jfif(data: &[u8]) -> bool {
    data.get(6..10) == Some(b"JFIF")
}
