//! Image files given on the command line, frame by frame.

use anyhow::Result;
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use zodarts_data::{ImageFile, Window};
use zodarts_run::folder::RunFolder;

/// An image: a frame of a file.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The file.
    pub file: &'a Path,
    /// Which of its frames, from 0.
    pub index: usize,
    /// Whether the file has others.
    pub one_of_many: bool,
}

impl Frame<'_> {
    /// The file, and of several frames which, from 1.
    pub fn name(&self) -> String {
        let file = self.file.display();
        if self.one_of_many { format!("{file}#{}", self.index + 1) } else { file.to_string() }
    }
}

/// The frames of some files, or the error of the first that cannot be opened.
///
/// # Errors
/// See [`ImageFile::open`].
pub fn frames(files: &[PathBuf], window: Option<Window>) -> Result<Vec<Frame<'_>>> {
    let count = |file: &PathBuf| Ok(ImageFile::open(file, window)?.frames());
    let counts: Vec<Result<usize>> = files.par_iter().map(count).collect();
    let mut frames = Vec::new();
    for (file, count) in files.iter().zip(counts) {
        let count = count?;
        frames.extend((0..count).map(|index| Frame { file, index, one_of_many: count > 1 }));
    }
    Ok(frames)
}

/// The window given, else the one that the run was trained with.
///
/// # Errors
/// If the run's settings cannot be read.
pub fn window(given: Option<Window>, run: &Path) -> Result<Option<Window>> {
    if given.is_some() || !run.join("config.toml").is_file() {
        return Ok(given);
    }
    let (_, settings) = RunFolder::open(run)?.config()?;
    Ok(settings.data.window)
}
