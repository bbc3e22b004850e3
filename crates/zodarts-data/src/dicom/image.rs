//! The images of a DICOM file, one for each frame.

use super::fault::DicomFault;
use super::grey::Scale;
use super::header::{DicomReader, Header};
use super::photometric::Color;
use super::pixel_location::PixelLocation;
use super::syntax::Codec;
use super::window::Window;
use super::{color, jpeg, rle};
use crate::decode::{Decoded, Traits, Values};
use crate::resize::ImageSize;
use std::path::Path;

/// A DICOM file whose header is read and whose frames are found.
#[derive(Debug)]
pub(crate) struct DicomImage {
    reader: DicomReader,
    header: Header,
    location: PixelLocation,
    /// The window of grey; `None` for the whole range.
    window: Option<Window>,
    /// The smallest and the largest value of all frames, when they are known.
    range: Option<(f64, f64)>,
}

/// The values of a frame as stored.
struct StoredFrame {
    values: Vec<u16>,
    /// True if values come plane by plane.
    planar: bool,
    /// True if colours are red, green and blue already.
    rgb: bool,
    /// Bits of a word.
    bits: u16,
}

impl DicomImage {
    /// Opens a file. `window` replaces the file's own.
    pub fn open(path: &Path, window: Option<Window>) -> Result<Self, DicomFault> {
        let (header, mut reader, pixels) = Header::read(path)?;
        let location = PixelLocation::find(&header, &mut reader, &pixels)?;
        let window = match &header.color {
            Color::Grey(grey) => grey.window(window)?,
            _ => None,
        };
        Ok(Self { reader, header, location, window, range: None })
    }

    /// Returns the number of images.
    pub fn frames(&self) -> usize {
        self.header.frames
    }

    /// Returns the traits in the header.
    pub fn traits(&self) -> Traits {
        let Header { rows, columns, frames, patient, .. } = self.header;
        let (channels, deep) = (self.header.channels(), self.is_deep());
        let own_range = channels == 1 && deep && self.window.is_none();
        Traits { channels, height: rows, width: columns, deep, own_range, frames, patient }
    }

    fn is_deep(&self) -> bool {
        match &self.header.color {
            Color::Grey(grey) => !grey.is_plain(self.header.bits, self.window),
            Color::Palette(palette) => palette.is_deep(),
            Color::Rgb | Color::Ybr { .. } => self.header.bits.allocated == 16,
        }
    }

    /// Decodes a frame, from 0.
    pub fn frame(&mut self, frame: usize) -> Result<Decoded, DicomFault> {
        let words = self.words(frame)?;
        let scale = self.scale()?;
        let bits = self.header.bits;
        let planes = match &self.header.color {
            Color::Grey(grey) => grey.plane(&words.values, bits, scale),
            Color::Palette(palette) => palette.planes(&words.values, bits),
            Color::Rgb | Color::Ybr { .. } => {
                let white = if words.bits == 16 { u16::MAX } else { 255 };
                if words.rgb {
                    color::rgb(&words.values, words.planar, white.into())
                } else {
                    let rgb = color::from_ybr(&words.values, words.planar, white);
                    drop(words);
                    color::rgb(&rgb, true, white.into())
                }
            }
        };
        let Header { rows: height, columns: width, .. } = self.header;
        let (values, channels) = (Values::Planes(planes), self.header.channels());
        Ok(Decoded { values, channels, height, width, deep: self.is_deep() })
    }

    /// Returns the scale from values to grey.
    fn scale(&mut self) -> Result<Scale, DicomFault> {
        if let Some(window) = self.window {
            return Ok(Scale::Window(window));
        }
        if !self.is_deep() {
            return Ok(Scale::Plain);
        }
        let range = self.range.map_or_else(|| self.find_range(), Ok)?;
        self.range = Some(range);
        Ok(Scale::Range { low: range.0, high: range.1 })
    }

    /// Returns the smallest and the largest value of all frames: frames are images of one recording, and
    /// brightness must not tell them apart.
    fn find_range(&mut self) -> Result<(f64, f64), DicomFault> {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for frame in 0..self.header.frames {
            let words = self.words(frame)?;
            let Color::Grey(grey) = &self.header.color else { break };
            if let Some(range) = grey.range(&words.values, self.header.bits) {
                (low, high) = (low.min(range.0), high.max(range.1));
            }
        }
        Ok((low, high))
    }

    /// Returns the stored values of a frame.
    fn words(&mut self, frame: usize) -> Result<StoredFrame, DicomFault> {
        let header = &self.header;
        let bytes = self.location.bytes(header, &mut self.reader, frame)?;
        let rgb = matches!(header.color, Color::Rgb);
        let allocated = header.bits.allocated;
        let area = header.rows * header.columns;
        let damaged = |kind| DicomFault::Codec { frame: frame + 1, kind };
        match header.syntax.codec {
            Codec::Native => {
                let values = native(&bytes, allocated);
                let shared = matches!(header.color, Color::Ybr { shared: true });
                let values = if shared { color::unshared(&values) } else { values };
                Ok(StoredFrame { values, planar: header.planar && !shared, rgb, bits: allocated })
            }
            Codec::Rle => {
                let values = rle::decode(&bytes, area, header.samples(), usize::from(allocated / 8));
                Ok(StoredFrame { values: values.ok_or(damaged("RLE"))?, planar: true, rgb, bits: allocated })
            }
            Codec::Jpeg => {
                let size = ImageSize { height: header.rows, width: header.columns };
                let frame = jpeg::decode(&bytes, size, header.samples(), rgb).ok_or(damaged("JPEG"))?;
                Ok(StoredFrame { values: frame.words, planar: false, rgb: frame.rgb, bits: frame.bits })
            }
        }
    }
}

/// Returns the words in bytes of uncompressed pixels.
fn native(bytes: &[u8], allocated: u16) -> Vec<u16> {
    if allocated == 8 {
        bytes.iter().copied().map(u16::from).collect()
    } else {
        bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect()
    }
}
