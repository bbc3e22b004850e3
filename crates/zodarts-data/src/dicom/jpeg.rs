//! JPEG frames: baseline, extended, progressive and lossless.

use super::frame_fault::{FrameFault, FrameShape};
use super::jpeg_head::JpegHead;
use crate::decode::MAX_MEMORY;
use jpeg_decoder::{ColorTransform, Decoder, Error};
use oxiarc_jpeg::{DecodeLimits, DecodeOptions, Decoder as DeepDecoder};
use std::panic::catch_unwind;

/// The kinds of JPEG that are read.
const READ: &str = "8 bits, 12 bits of grey, or lossless, by Huffman codes";

/// A decoded frame.
pub(super) struct JpegFrame {
    /// Values pixel by pixel.
    pub words: Vec<u16>,
    /// True if colours are red, green and blue now.
    pub rgb: bool,
    /// Bits of a word that are used at most: 8 or 16.
    pub bits: u16,
}

/// Decodes a frame of the header's shape, whose colours are red, green and blue if `rgb`.
pub(super) fn decode(data: &[u8], shape: FrameShape, rgb: bool) -> Result<JpegFrame, FrameFault> {
    let head = JpegHead::read(data).ok_or(FrameFault::Damaged)?;
    head.shape.check(shape)?;
    let lossless = head.process == 3;
    let data = &*head.repaired(data);
    match (head.process, head.precision) {
        (0..=2, 8) | (3, _) => (),
        (0..=2, 12) if shape.channels == 1 => return deep(data, shape),
        (0..=2, bits) => return Err(FrameFault::not_read(format!("{bits} bits"), READ)),
        (5..=7, _) => return Err(FrameFault::not_read("several resolutions", READ)),
        _ => return Err(FrameFault::not_read("arithmetic codes", READ)),
    }
    let mut decoder = Decoder::new(data);
    decoder.set_max_decoding_buffer_size(MAX_MEMORY as usize);
    decoder.read_info().map_err(|error| fault(&error))?;
    if shape.channels == 3 && !lossless {
        let named = [*b"RGB", *b"rgb"].iter().any(|names| head.names.starts_with(names));
        let stored = if (rgb && !head.jfif) || named { ColorTransform::RGB } else { ColorTransform::YCbCr };
        decoder.set_color_transform(stored);
    }
    let bytes = decoder.decode().map_err(|error| fault(&error))?;
    let rgb = rgb || !lossless;
    match bytes.len() / shape.len() {
        1 => Ok(JpegFrame { words: bytes.into_iter().map(u16::from).collect(), rgb, bits: 8 }),
        2 => {
            let words = bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_ne_bytes(*pair)).collect();
            Ok(JpegFrame { words, rgb, bits: 16 })
        }
        _ => Err(FrameFault::Damaged),
    }
}

/// Decodes a grey frame of 12 bits.
fn deep(data: &[u8], shape: FrameShape) -> Result<JpegFrame, FrameFault> {
    let limits = DecodeLimits { max_coefficient_bytes: MAX_MEMORY, ..DecodeLimits::strict() };
    let options = DecodeOptions { limits, ..DecodeOptions::default() };
    // The decoder should not panic, but it is not ours.
    let words = catch_unwind(|| DeepDecoder::with_options(data, options).decode_u16().ok()).ok().flatten();
    match words {
        Some(words) if words.len() == shape.len() => Ok(JpegFrame { words, rgb: false, bits: 16 }),
        _ => Err(FrameFault::Damaged),
    }
}

fn fault(error: &Error) -> FrameFault {
    match error {
        Error::Unsupported(_) => FrameFault::not_read("a process of no use in images", READ),
        _ => FrameFault::Damaged,
    }
}
