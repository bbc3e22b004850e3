//! The images that a command cannot read.

use crate::progress::note;
use anyhow::{Error, Result};
use serde_json::json;
use zodarts::Unreadable;
use zodarts_lab::text::csv;

/// The count of the images that a command cannot read.
#[derive(Debug, Default)]
pub struct Refusals {
    /// True if none may be refused.
    strict: bool,
    refused: usize,
}

impl Refusals {
    /// Returns the count before the first image. If `strict`, the first image that cannot be read is an
    /// error.
    pub fn new(strict: bool) -> Self {
        Self { strict, refused: 0 }
    }

    /// Counts an image that cannot be read, prints the reason as a note, and returns its line of the output:
    /// JSON, or CSV with `empty` empty fields between the image and the reason.
    ///
    /// # Errors
    /// Returns the image's error if the command is strict.
    pub fn line(&mut self, unreadable: Unreadable, json: bool, empty: usize) -> Result<String> {
        let Unreadable { image, error, .. } = unreadable;
        if self.strict {
            return Err((*error).into());
        }
        self.refused += 1;
        let reason = error.to_string();
        note(&if reason.starts_with(&image) { reason.clone() } else { format!("{image}: {reason}") });
        if json {
            return Ok(format!("{}\n", json!({"file": image, "error": reason})));
        }
        let fields = std::iter::once(&*image).chain(std::iter::repeat_n("", empty)).chain([&*reason]);
        Ok(csv::row(fields))
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
