//! What reading does to an image before a network sees it.

use crate::error::DataError;
use crate::image_file::ImageFile;
use crate::info::DatasetInfo;
use crate::resize::ImageSize;
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
    /// Returns what reading does to the file's images before a network sees them that was trained on the data
    /// that `info` describes.
    ///
    /// # Errors
    /// As [`ImageFile::open`], if the header cannot be read.
    pub fn changes(&self, info: &DatasetInfo) -> Result<Vec<ImageChange>, DataError> {
        let traits = self.traits()?;
        let (from, to) = (
            ImageSize { height: traits.height, width: traits.width },
            ImageSize { height: info.height, width: info.width },
        );
        let changes = [
            (from != to, ImageChange::Resized { from, to }),
            (traits.channels > info.channels, ImageChange::TurnedGrey),
            (traits.channels < info.channels, ImageChange::TurnedColour),
            (self.is_windowed(), ImageChange::Windowed),
            (traits.own_range, ImageChange::OwnRange),
        ];
        Ok(changes.into_iter().filter(|(is_made, _)| *is_made).map(|(_, change)| change).collect())
    }
}
