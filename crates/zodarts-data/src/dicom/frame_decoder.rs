//! Decoding of the bytes of a frame by its compression.

use super::bits::Bits;
use super::frame_fault::FrameFault;
use super::header::Header;
use super::photometric::Color;
use super::rle::RleLayout;
use super::stored_samples::{StoredFrame, StoredSamples};
use super::syntax::Codec;
use super::{color, jpeg, jpeg_ls, jpeg2000, rle};

/// Decodes frame `frame`, from 0, from its bytes.
pub(super) fn decode(header: &Header, bytes: &[u8], frame: usize) -> Result<StoredFrame, FrameFault> {
    let shape = header.shape();
    let rgb = matches!(header.color, Color::Rgb);
    let bits = header.bits;
    let stored = |samples, planar| StoredFrame { samples, bits, planar, rgb };
    // The header's sign holds, but the data say how many bits a value has.
    let lowest = |words, precision| {
        let (samples, bits) = (StoredSamples::Words(words), Bits::lowest(precision, bits.signed));
        StoredFrame { samples, bits, planar: true, rgb }
    };
    match header.syntax.codec {
        Codec::Native => {
            let samples = native(header, bytes, frame);
            let shared = header.is_shared();
            Ok(stored(if shared { color::unshared(samples) } else { samples }, header.planar && !shared))
        }
        Codec::Rle => unpacked(header, bytes).map(|samples| stored(samples, true)),
        Codec::Jpeg => {
            let frame = jpeg::decode(bytes, shape, rgb)?;
            // The bits beside a value are known for grey only.
            let bits = if shape.channels == 1 { bits } else { Bits::lowest(frame.bits, false) };
            let samples = StoredSamples::Words(frame.words);
            Ok(StoredFrame { samples, bits, planar: false, rgb: frame.rgb })
        }
        Codec::JpegLs => jpeg_ls::decode(bytes, shape).map(|frame| lowest(frame.words, frame.precision)),
        Codec::Jpeg2000 => jpeg2000::decode(bytes, shape).map(|frame| lowest(frame.words, frame.precision)),
    }
}

/// Returns the words of a frame that is not compressed.
fn native(header: &Header, bytes: &[u8], frame: usize) -> StoredSamples {
    let bits = header.bits;
    if bits.allocated == 1 {
        // Frames follow each other without padding.
        let count = header.shape().len();
        return StoredSamples::of_bits(bytes, frame * count % 8, count);
    }
    StoredSamples::of_bytes(bytes, bits, header.byte_order())
}

/// Returns the words of a frame packed by runs.
fn unpacked(header: &Header, bytes: &[u8]) -> Result<StoredSamples, FrameFault> {
    let shape = header.shape();
    let size = usize::from(header.bits.allocated / 8);
    let layout = RleLayout { area: shape.area(), planes: shape.channels, bytes: size };
    let samples = if size <= 2 {
        rle::decode(bytes, layout, |word: u16, byte| word << 8 | u16::from(byte)).map(StoredSamples::Words)
    } else {
        rle::decode(bytes, layout, |word: u32, byte| word << 8 | u32::from(byte)).map(StoredSamples::Longs)
    };
    samples.ok_or(FrameFault::Damaged)
}
