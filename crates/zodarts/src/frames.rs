//! The frames of image files.

use rayon::prelude::*;
use std::path::{Path, PathBuf};
use zodarts_data::{ImageFile, Window};
use zodarts_run::Error;

/// A frame of an image file.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Frame<'a> {
    /// The file.
    pub file: &'a Path,
    /// The index of the frame, from 0.
    pub index: usize,
    /// True if the file has other frames.
    pub one_of_many: bool,
}

impl Frame<'_> {
    /// Returns the file, with `#FRAME` from 1 if it has several.
    pub fn name(&self) -> String {
        let file = self.file.display();
        if self.one_of_many { format!("{file}#{}", self.index + 1) } else { file.to_string() }
    }

    /// Returns the report of an error on reading it.
    pub(crate) fn unreadable(&self, error: impl Into<Error>) -> Unreadable {
        Unreadable { image: self.name(), error: Box::new(error.into()) }
    }

    /// Returns the file's name without its extension, with `-frameFRAME` from 1 if it has several.
    pub fn stem(&self) -> String {
        let stem = self.file.file_stem().map_or_else(|| "image".into(), |stem| stem.to_string_lossy());
        if self.one_of_many { format!("{stem}-frame{}", self.index + 1) } else { stem.into_owned() }
    }
}

/// A file, or a frame of one, that cannot be read.
#[derive(Debug)]
#[non_exhaustive]
pub struct Unreadable {
    /// The file, with `#FRAME` from 1 if one frame of several is meant.
    pub image: String,
    /// The reason.
    pub error: Box<Error>,
}

/// Returns the frames of some files, in their order. A file that cannot be opened has one entry.
pub(crate) fn frames(
    files: &[PathBuf],
    window: Option<Window>,
) -> impl Iterator<Item = Result<Frame<'_>, Unreadable>> {
    let count = |file: &PathBuf| Ok(ImageFile::open(file, window)?.frames());
    let counts: Vec<Result<usize, Error>> = files.par_iter().map(count).collect();
    files.iter().zip(counts).flat_map(|(file, count)| match count {
        Ok(count) => {
            (0..count).map(|index| Ok(Frame { file, index, one_of_many: count > 1 })).collect::<Vec<_>>()
        }
        Err(error) => vec![Err(Unreadable { image: file.display().to_string(), error: Box::new(error) })],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_of_many_has_a_number_of_its_own() {
        let one = Frame { file: Path::new("a/scan.png"), index: 0, one_of_many: false };
        assert_eq!((one.name(), one.stem()), ("a/scan.png".into(), "scan".into()));
        let third = Frame { file: Path::new("c/scan.dcm"), index: 2, one_of_many: true };
        assert_eq!((third.name(), third.stem()), ("c/scan.dcm#3".into(), "scan-frame3".into()));
        let none = Frame { file: Path::new("../.."), ..one };
        assert_eq!(none.stem(), "image");
    }
}
