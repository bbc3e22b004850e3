//! The images that a command cannot read.

use crate::progress::note;
use anyhow::{Error, Result};
use zodarts::Unreadable;

/// Counts the images that cannot be read, and says of each why.
#[derive(Debug, Default)]
pub struct Refusals {
    /// True if none may be refused.
    strict: bool,
    refused: usize,
}

impl Refusals {
    /// Returns the count of a command; a strict one fails at the first.
    pub fn new(strict: bool) -> Self {
        Self { strict, refused: 0 }
    }

    /// Takes up an image that cannot be read, and returns the reason.
    ///
    /// # Errors
    /// Returns the image's error if the command is strict.
    pub fn take(&mut self, unreadable: Unreadable) -> Result<String> {
        let Unreadable { image, error, .. } = unreadable;
        if self.strict {
            return Err((*error).into());
        }
        self.refused += 1;
        let reason = error.to_string();
        note(&if reason.starts_with(&image) { reason.clone() } else { format!("{image}: {reason}") });
        Ok(reason)
    }

    /// Ends the command, of which `images` images were asked for.
    ///
    /// # Errors
    /// Returns an error if any could not be read.
    pub fn end(&self, images: usize) -> Result<()> {
        match self.refused {
            0 => Ok(()),
            refused => Err(Error::msg(format!("{refused} of {images} images cannot be read"))),
        }
    }
}
