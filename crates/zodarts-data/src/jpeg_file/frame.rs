//! Frames of JPEG files: the size of an image and of its components in blocks of 8×8 coefficients.

use super::fault::JpegFault;
use crate::limits::{MAX_MEMORY, MAX_SIDE};

/// A frame header.
#[derive(Debug)]
pub(super) struct JpegFrame {
    pub progressive: bool,
    /// Units of an interleaved scan across and down.
    pub units: [usize; 2],
    pub components: Vec<JpegComponent>,
}

/// A component, such as luma.
#[derive(Debug)]
pub(super) struct JpegComponent {
    id: u8,
    /// Blocks of a unit across and down.
    pub sampling: [usize; 2],
    /// Blocks across and down that hold the image.
    pub blocks: [usize; 2],
    /// Blocks from one row to the next.
    pub stride: usize,
    /// The coefficients of each block that are not zero; of progressive files only.
    pub nonzero: Vec<u64>,
    /// For each coefficient, the bits that are still to come; `u8::MAX` for all.
    pub missing: [u8; 64],
}

impl JpegFrame {
    /// Reads the segment of a frame header.
    pub fn read(segment: &[u8], progressive: bool) -> Result<Self, JpegFault> {
        let wrong = JpegFault::Header("its frame header is wrong");
        let &[_, y1, y0, x1, x0, count, ref parts @ ..] = segment else { return Err(wrong) };
        let [width, height] = [[x1, x0], [y1, y0]].map(|side| usize::from(u16::from_be_bytes(side)));
        let parts = parts.as_chunks::<3>().0.get(..count.into()).ok_or(wrong.clone())?;
        let samplings: Vec<[usize; 2]> =
            parts.iter().map(|part| [part[1] >> 4, part[1] & 15].map(usize::from)).collect();
        let allowed = samplings.iter().flatten().all(|factor| (1..=4).contains(factor));
        let size = [width, height];
        let small = width.max(height) <= MAX_SIDE as usize && (width * height) as u64 <= MAX_MEMORY / 4;
        if !(1..=4).contains(&count) || !allowed || size.contains(&0) || !small {
            return Err(wrong);
        }
        let most = [0, 1].map(|axis| samplings.iter().map(|factor| factor[axis]).max().unwrap_or(1));
        let units = [0, 1].map(|axis| size[axis].div_ceil(8 * most[axis]));
        let component = |(part, sampling): (&[u8; 3], [usize; 2])| {
            let blocks = [0, 1].map(|axis| (size[axis] * sampling[axis]).div_ceil(8 * most[axis]));
            let stride = units[0] * sampling[0];
            let all = if progressive { stride * units[1] * sampling[1] } else { 0 };
            let missing = [u8::MAX; 64];
            JpegComponent { id: part[0], sampling, blocks, stride, nonzero: vec![0; all], missing }
        };
        let components = parts.iter().zip(samplings).map(component).collect();
        Ok(Self { progressive, units, components })
    }

    /// Returns the index of a component.
    pub fn component(&self, id: u8) -> Option<usize> {
        self.components.iter().position(|component| component.id == id)
    }

    /// Checks that scans have brought every coefficient to its full precision.
    pub fn check_complete(&self) -> Result<(), JpegFault> {
        let all = |left: u8| self.components.iter().any(|one| one.missing.contains(&left));
        if all(u8::MAX) {
            return Err(JpegFault::Lacks("scans of some colours or details"));
        }
        if self.components.iter().any(|one| one.missing.iter().any(|bits| *bits > 0)) {
            return Err(JpegFault::Lacks("scans of fine shades"));
        }
        Ok(())
    }
}
