//! Where data come from.

mod download;
mod folder;
mod images;
mod labelled;
mod labels;
mod load;
mod medmnist;
mod npy;
mod npz;
pub mod phantom;
mod plan;
mod table;
pub(crate) mod validation;
mod walk;

use crate::error::DataError;
use crate::image_file;
use crate::options::{OpenOptions, Progress};
use crate::patients::Patients;
use crate::store::ImageStore;
use crate::task::Task;
use std::path::{Path, PathBuf};

pub use medmnist::{MEDMNIST, MedMnist, MedMnistFile};

/// A parsed DATA argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataSource {
    /// `phantom` or `phantom:SEED`: generated ultrasound-like lesions, see [`phantom`].
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
    /// An image file, the frames of which a table of labels tells apart.
    Image(PathBuf),
}

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
    /// Whether some of the splits were cut here.
    pub cut: bool,
}

impl RawDataset {
    /// Brings every image to `size`×`size`.
    pub fn resize(&mut self, size: usize) {
        for store in [&mut self.train, &mut self.val, &mut self.test] {
            if (store.shape.height, store.shape.width) != (size, size) {
                *store = store.resized(size);
            }
        }
    }
}

impl DataSource {
    /// Understands a DATA argument. A path that exists wins over a name.
    ///
    /// # Errors
    /// [`DataError::UnknownSource`], listing what DATA may be and the nearest MedMNIST name.
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
        Err(DataError::UnknownSource { spec: spec.to_owned(), suggestion: medmnist::nearest(stem) })
    }
}

fn phantom_seed(spec: &str) -> Option<u64> {
    match spec.strip_prefix("phantom")? {
        "" => Some(0),
        rest => rest.strip_prefix(':')?.parse().ok(),
    }
}

pub(crate) fn load(
    source: &DataSource,
    options: &OpenOptions,
    progress: &dyn Fn(Progress),
) -> Result<RawDataset, DataError> {
    let in_files = matches!(source, DataSource::Folder(_) | DataSource::Image(_));
    if let (Some(table), false) = (&options.labels, in_files) {
        let expected =
            "left out where DATA is neither a folder nor an image: other data have labels of their own";
        return Err(DataError::Option { option: "labels", found: table.display().to_string(), expected });
    }
    if let (None, DataSource::Image(path)) = (&options.labels, source) {
        return Err(DataError::Folder {
            path: path.clone(),
            problem: "is an image without labels, not a data set".into(),
            hint: "name its frames in a table for --labels, or pass a folder of images by class; `zodarts predict` and \
                   `zodarts explain` take single files",
        });
    }
    match source {
        DataSource::Phantom { seed } => Ok(phantom::generate(*seed)),
        DataSource::Npz(path) => npz::read(path, options.memory),
        DataSource::Folder(path) | DataSource::Image(path) => folder::read(path, options, progress),
        DataSource::MedMnist(file) => npz::read(&download::fetch(*file, options, progress)?, options.memory),
    }
}

/// The name of a folder, or of a file without its extension.
fn name_of(path: &Path) -> String {
    let full = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let name = if full.is_dir() { full.file_name() } else { full.file_stem() };
    name.map_or_else(|| "data".to_owned(), |name| name.to_string_lossy().into_owned())
}
