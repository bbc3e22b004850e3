//! The images of a DICOM file, one for each frame.

use super::fault::DicomFault;
use super::grey::Scale;
use super::header::Header;
use super::photometric::Color;
use super::pixel_location::PixelLocation;
use super::start::DicomReader;
use super::stored_samples::StoredFrame;
use super::window::Window;
use super::{color, frame_decoder};
use crate::decode::{Decoded, Traits, Values};
use std::path::Path;

/// A DICOM file whose header is read and whose frames are found.
#[derive(Debug)]
pub(crate) struct DicomImage {
    reader: DicomReader,
    header: Header,
    location: PixelLocation,
    /// True if an image has more than 8 bits.
    deep: bool,
    /// The smallest and the largest value of all frames, when they are known.
    range: Option<(f64, f64)>,
}

impl DicomImage {
    /// Opens a file. `window` replaces the views of the file.
    pub fn open(path: &Path, window: Option<Window>) -> Result<Self, DicomFault> {
        let (mut header, mut reader, pixels) = Header::read(path)?;
        let location = PixelLocation::find(&header, &mut reader, &pixels)?;
        if let Color::Grey(grey) = &mut header.color {
            grey.look_through(window);
        }
        let deep = match &header.color {
            Color::Grey(grey) => !grey.is_plain(header.bits),
            Color::Palette(palette) => palette.is_deep(),
            Color::Rgb | Color::Ybr { .. } => header.bits.allocated > 8,
        };
        Ok(Self { reader, header, location, deep, range: None })
    }

    /// Returns the number of images.
    pub fn frames(&self) -> usize {
        self.header.frames
    }

    /// Returns the traits in the header.
    pub fn traits(&self) -> Traits {
        let Header { rows, columns, frames, patient, .. } = self.header;
        let (channels, deep) = (self.header.channels(), self.deep);
        let own_range = match &self.header.color {
            Color::Grey(grey) => deep && !(0..frames).all(|frame| grey.has_view(frame)),
            _ => false,
        };
        Traits {
            channels,
            height: rows,
            width: columns,
            deep,
            own_range,
            frames,
            later_frames: false,
            patient,
        }
    }

    /// Tells if a window or a table turns values into grey.
    pub fn is_windowed(&self) -> bool {
        match &self.header.color {
            Color::Grey(grey) => (0..self.header.frames).any(|frame| grey.has_view(frame)),
            _ => false,
        }
    }

    /// Decodes a frame, from 0.
    pub fn frame(&mut self, frame: usize) -> Result<Decoded, DicomFault> {
        let stored = self.stored(frame)?;
        let scale = self.scale(frame, &stored)?;
        let planes = match &self.header.color {
            Color::Grey(grey) => grey.plane(frame, stored.numbers(), scale),
            Color::Palette(palette) => palette.planes(&stored),
            Color::Rgb | Color::Ybr { .. } => color::planes(&stored),
        };
        let Header { rows: height, columns: width, .. } = self.header;
        let (values, channels) = (Values::Planes(planes), self.header.channels());
        Ok(Decoded { values, channels, height, width, deep: self.deep })
    }

    /// Returns the scale from values to grey of a frame.
    fn scale(&mut self, frame: usize, stored: &StoredFrame) -> Result<Scale, DicomFault> {
        match &self.header.color {
            Color::Grey(grey) if self.deep && !grey.has_view(frame) => {
                let (low, high) = match self.range {
                    Some(range) => range,
                    None => self.find_range(frame, stored)?,
                };
                self.range = Some((low, high));
                Ok(Scale::Range { low, high })
            }
            _ => Ok(Scale::Plain { white: self.header.bits.white() }),
        }
    }

    /// Returns the smallest and the largest value of all frames, one of which is known: frames are images of
    /// one recording, and brightness must not tell them apart.
    fn find_range(&mut self, known: usize, stored: &StoredFrame) -> Result<(f64, f64), DicomFault> {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for frame in 0..self.header.frames {
            let range = if frame == known {
                self.range_of(frame, stored)
            } else {
                let stored = self.stored(frame)?;
                self.range_of(frame, &stored)
            };
            if let Some(range) = range {
                (low, high) = (low.min(range.0), high.max(range.1));
            }
        }
        Ok((low, high))
    }

    fn range_of(&self, frame: usize, stored: &StoredFrame) -> Option<(f64, f64)> {
        match &self.header.color {
            Color::Grey(grey) => grey.range(frame, stored.numbers()),
            _ => None,
        }
    }

    /// Returns the stored values of a frame.
    fn stored(&mut self, frame: usize) -> Result<StoredFrame, DicomFault> {
        let bytes = self.location.bytes(&self.header, &mut self.reader, frame)?;
        let kind = self.header.syntax.codec.name();
        frame_decoder::decode(&self.header, &bytes, frame).map_err(|fault| DicomFault::Codec {
            frame: frame + 1,
            kind,
            fault,
        })
    }
}
