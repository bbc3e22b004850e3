//! A data set as read from its source.

use crate::event::Notice;
use crate::image_fit::ImageFit;
use crate::patients::Patients;
use crate::store::{ImageShape, ImageStore, Pixels};
use crate::task::Task;
use std::path::Path;

/// A data set as read: three splits of one shape.
#[derive(Debug)]
pub(crate) struct RawDataset {
    pub name: String,
    pub size_flag: String,
    pub task: Task,
    pub classes: Vec<String>,
    pub train: ImageStore,
    pub val: ImageStore,
    pub test: ImageStore,
    /// The patients whose numbers the splits have.
    pub patients: Patients,
    /// True if some of the splits were cut here.
    pub cut: bool,
    /// The number of each image's unit of patients and like images, over all splits in their order, if these
    /// were looked for.
    pub groups: Option<Vec<u32>>,
}

/// The largest part of its range that values may lie in to be told: 12 bits in 16, or 4 in 8.
const SMALL: u32 = 16;

impl RawDataset {
    /// Returns a notice if the values of all images lie in a small part of their range: then they were
    /// probably not scaled, or lost their upper bits.
    pub fn small_range(&self) -> Option<Notice> {
        let ranges = [&self.train, &self.val, &self.test].map(|store| store.pixels.range());
        let (low, high) = ranges.into_iter().flatten().reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
        let white = match (&self.train.pixels, &self.val.pixels, &self.test.pixels) {
            (Pixels::U8(_), Pixels::U8(_), Pixels::U8(_)) => u32::from(u8::MAX),
            _ => u32::from(u16::MAX),
        };
        // Equal values are blank images, which `check` tells.
        (high > low && (high - low) * SMALL < white + SMALL).then_some(Notice::SmallRange {
            low,
            high,
            white,
        })
    }

    /// Resizes every image to `size`×`size` pixels.
    pub fn resize(&mut self, size: usize, fit: ImageFit) {
        let shape = ImageShape { height: size, width: size, channels: self.train.shape.channels };
        self.reshape(shape, fit);
    }

    /// Brings every image to a shape.
    pub fn reshape(&mut self, shape: ImageShape, fit: ImageFit) {
        for store in [&mut self.train, &mut self.val, &mut self.test] {
            if store.shape != shape {
                *store = store.shaped(shape, fit);
            }
        }
    }
}

/// Returns the name of a folder, or of a file without its extension.
pub(super) fn name_of(path: &Path) -> String {
    let full = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let name = if full.is_dir() { full.file_name() } else { full.file_stem() };
    name.map_or_else(|| "data".to_owned(), |name| name.to_string_lossy().into_owned())
}
