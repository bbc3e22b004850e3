//! Changes of an image before a network sees it: size, colour, grey.

use crate::decoded::Decoded;
use crate::error::DataError;
use crate::image_file::ImageFile;
use crate::info::DatasetInfo;
use crate::resize::ImageSize;
use crate::store::ImageShape;
use std::fmt;

/// A change of an image on its way to a network's data.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ImageChange {
    /// It has another size.
    Resized {
        /// Its own size.
        from: ImageSize,
        /// The size of the data.
        to: ImageSize,
    },
    /// Its colour becomes grey.
    TurnedGrey,
    /// Its grey is repeated for red, green and blue.
    TurnedColour,
    /// Its values are looked at through a window or a table of the file, or the window that was asked for.
    Windowed,
    /// Its grey is scaled from the file's smallest value to its largest.
    OwnRange,
}

impl fmt::Display for ImageChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ImageChange::Resized { from, to } => {
                write!(f, "resized from {}×{} to {}×{}", from.width, from.height, to.width, to.height)
            }
            ImageChange::TurnedGrey => write!(f, "colour turned to grey"),
            ImageChange::TurnedColour => write!(f, "grey turned to colour"),
            ImageChange::Windowed => write!(f, "looked at through a window"),
            ImageChange::OwnRange => write!(f, "scaled from its smallest value to its largest"),
        }
    }
}

impl ImageFile {
    /// Reads image `frame`, from 0, as [`ImageFile::read`] does, in the shape of the data that `info`
    /// describes, and returns what that changed as well.
    ///
    /// # Errors
    /// As [`ImageFile::read`].
    ///
    /// # Panics
    /// As [`ImageFile::read`].
    pub fn read_for(
        &mut self,
        frame: usize,
        info: &DatasetInfo,
    ) -> Result<(Vec<f32>, Vec<ImageChange>), DataError> {
        let DatasetInfo { channels, height, width, .. } = *info;
        let decoded = self.decode(frame)?;
        let changes = self.changes(&decoded, info);
        Ok((self.rounded(&decoded, ImageShape { height, width, channels }), changes))
    }

    fn changes(&self, decoded: &Decoded, info: &DatasetInfo) -> Vec<ImageChange> {
        let from = ImageSize { height: decoded.height, width: decoded.width };
        let to = ImageSize { height: info.height, width: info.width };
        let changes = [
            (from != to, ImageChange::Resized { from, to }),
            (decoded.channels > info.channels, ImageChange::TurnedGrey),
            (decoded.channels < info.channels, ImageChange::TurnedColour),
            (self.is_windowed(), ImageChange::Windowed),
            (self.has_own_range(), ImageChange::OwnRange),
        ];
        changes.into_iter().filter(|(is_made, _)| *is_made).map(|(_, change)| change).collect()
    }
}
