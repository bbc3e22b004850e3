//! JPEG 2000 frames, lossless and lossy.
//!
//! The decoder has no limits of its own: what a codestream declares is held against them before.

mod cost;
mod head;

use super::frame_fault::{FrameFault, FrameShape};
use hayro_jpeg2000::{DecodeSettings, DecoderContext, Image};
use head::J2kHead;
use std::panic::catch_unwind;

/// A decoded frame.
#[derive(Debug)]
pub(super) struct J2kFrame {
    /// Values plane by plane, in the lowest bits.
    pub words: Vec<u16>,
    /// Bits of a value, 1 to 16.
    pub precision: u16,
}

/// Decodes a frame of the header's shape.
pub(super) fn decode(data: &[u8], shape: FrameShape) -> Result<J2kFrame, FrameFault> {
    let data = head::codestream(data).ok_or(FrameFault::Damaged)?;
    let head = J2kHead::read(data, shape)?;
    cost::check(data, &head)?;
    // The decoder should not panic, but it is not ours.
    let words = catch_unwind(|| words(data, &head)).ok().flatten().ok_or(FrameFault::Damaged)?;
    Ok(J2kFrame { words, precision: head.precision })
}

/// Returns the values of a codestream, or `None` if it is damaged.
fn words(data: &[u8], head: &J2kHead) -> Option<Vec<u16>> {
    // Of data that are cut short, the decoder would fill the rest.
    let settings = DecodeSettings { strict: true, ..DecodeSettings::default() };
    let image = Image::new(data, &settings).ok()?;
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).ok()?;
    let mut words = Vec::with_capacity(head.shape.len());
    // The decoder adds half of the range to all values, with a sign or without.
    let half = if head.signed { 1i32 << (head.precision - 1) } else { 0 };
    let (low, high) = (-half, (1 << head.precision) - 1 - half);
    let mask = u32::MAX >> (32 - head.precision);
    let word = |value: &f32| {
        let value = (value.round() as i32).saturating_sub(half).clamp(low, high);
        (value.cast_unsigned() & mask) as u16
    };
    for plane in decoded.components() {
        if plane.samples().len() != head.shape.area() {
            return None;
        }
        words.extend(plane.samples().iter().map(word));
    }
    (words.len() == head.shape.len()).then_some(words)
}
