//! JPEG-LS frames (ISO/IEC 14495-1, ITU-T T.87), lossless and near-lossless.
//!
//! A decoder of our own: those on crates.io bind to C++ or decode one channel only.

mod bit_reader;
mod context;
mod head;
mod parameters;
mod scan;

use super::frame_fault::{FrameFault, FrameShape};
use head::{JlsHead, JlsScan, Parsed};
use parameters::JlsParameters;
use scan::ScanDecoder;

/// A decoded frame.
#[derive(Debug)]
pub(super) struct JlsFrame {
    /// Values plane by plane.
    pub words: Vec<u16>,
    /// Bits of a value, 2 to 16.
    pub precision: u16,
}

/// Decodes a frame of the header's shape.
pub(super) fn decode(data: &[u8], shape: FrameShape) -> Result<JlsFrame, FrameFault> {
    let mut head = JlsHead::default();
    let mut words = Vec::new();
    let (mut filled, mut rest) = (0, data);
    // Some files lack the mark of the end.
    while words.is_empty() || filled < words.len() {
        let Parsed::Scan(scan, data) = head.parse(rest)? else { return Err(FrameFault::Damaged) };
        head.shape.check(shape)?;
        if words.is_empty() {
            words = vec![0; shape.len()];
        }
        let behind = filled + scan.channels * shape.area();
        let planes = words.get_mut(filled..behind).ok_or(FrameFault::Damaged)?;
        rest = decode_scan(&head, scan, data, planes)?;
        filled = behind;
    }
    Ok(JlsFrame { words, precision: head.precision })
}

/// Fills the planes of a scan and returns the data behind it.
fn decode_scan<'a>(
    head: &JlsHead,
    scan: JlsScan,
    data: &'a [u8],
    planes: &mut [u16],
) -> Result<&'a [u8], FrameFault> {
    let parameters = JlsParameters::new(head.limits, head.precision, scan.near).ok_or(FrameFault::Damaged)?;
    let mut decoder = ScanDecoder::new(data, parameters, head.shape);
    decoder.planes(scan, planes).ok_or(FrameFault::Damaged)?;
    Ok(decoder.rest())
}
