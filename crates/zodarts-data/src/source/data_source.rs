//! The DATA argument.

use super::medmnist::{MedMnistFile, nearest};
use crate::error::DataError;
use crate::image_file;
use std::path::{Path, PathBuf};

/// A parsed DATA argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataSource {
    /// `phantom` or `phantom:SEED`: generated ultrasound-like lesions, see [`phantom`](super::phantom).
    Phantom {
        /// Seed of the images.
        seed: u64,
    },
    /// A MedMNIST name, downloaded once into the cache.
    MedMnist(MedMnistFile),
    /// An npz file in MedMNIST's layout.
    Npz(PathBuf),
    /// A folder of images, one folder per class or with a table of labels.
    Folder(PathBuf),
    /// An image file whose frames are labelled by a table.
    Image(PathBuf),
}

impl DataSource {
    /// Parses a DATA argument. A path that exists wins over a name.
    ///
    /// # Errors
    /// [`DataError::UnknownSource`], with the nearest MedMNIST name.
    pub fn parse(spec: &str) -> Result<DataSource, DataError> {
        let path = Path::new(spec);
        if path.is_dir() {
            return Ok(DataSource::Folder(path.to_owned()));
        }
        if path.is_file() && image_file::is_image(path) {
            return Ok(DataSource::Image(path.to_owned()));
        }
        if path.is_file() {
            return Ok(DataSource::Npz(path.to_owned()));
        }
        if let Some(seed) = phantom_seed(spec) {
            return Ok(DataSource::Phantom { seed });
        }
        if let Some(file) = MedMnistFile::parse(spec) {
            return Ok(DataSource::MedMnist(file));
        }
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        Err(DataError::UnknownSource { spec: spec.to_owned(), suggestion: nearest(stem) })
    }
}

fn phantom_seed(spec: &str) -> Option<u64> {
    match spec.strip_prefix("phantom")? {
        "" => Some(0),
        rest => rest.strip_prefix(':')?.parse().ok(),
    }
}
