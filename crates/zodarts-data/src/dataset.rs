//! Opening a data set and cutting it in splits.

use std::path::PathBuf;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::error::DataError;
use crate::info::DatasetInfo;
use crate::samples::{Samples, SealedTest};
use crate::source::{self, DataSource, RawDataset};
use crate::store::ImageStore;

/// A data set in memory: training, validation and (sealed) test images.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// What it is.
    pub info: DatasetInfo,
    /// Images that weights are fitted to.
    pub train: Samples,
    /// Images that choices are made by.
    pub val: Samples,
    /// Images that nothing may depend on.
    pub test: SealedTest,
}

/// Where validation images come from, when not from the data set's own split.
#[derive(Clone, Debug, PartialEq)]
pub enum ValSource {
    /// This share of the merged training and validation images, stratified and seeded.
    Fraction(f64),
    /// The `val_images` of another npz file, or all images of another `class/…` folder, of the same classes and
    /// channels. A folder's images are brought to the training images' size; arrays must have it. The data
    /// set's own validation images then join the training.
    File(PathBuf),
}

/// How to open a data set.
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    /// Resize to this height and width when opening. Without it, arrays keep their size; a folder keeps the
    /// size its images share if that is at most 224, else takes 64.
    pub image_size: Option<usize>,
    /// Seed of every cut made here: splits of a folder, [`ValSource::Fraction`].
    pub seed: u64,
    /// Replaces the data set's own validation split.
    pub val: Option<ValSource>,
    /// Where downloads are kept; by default `$ZODARTS_CACHE`, else `zodarts` in the user's cache folder.
    pub cache_dir: Option<PathBuf>,
    /// Never use the network.
    pub offline: bool,
    /// Base URL to download from instead of Zenodo, such as a hospital's mirror; MD5s are checked all the same.
    pub mirror: Option<String>,
}

/// What opening a data set is busy with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// A download, with the bytes that are there and those to come in all, if the server says.
    Download {
        /// The file's name.
        name: String,
        /// Bytes on disk.
        done: u64,
        /// Bytes in all.
        total: Option<u64>,
    },
    /// Decoding images of a folder.
    Decode {
        /// Images decoded.
        done: usize,
        /// Images in all.
        total: usize,
    },
    /// Files of a folder that were left out: hidden, or not images by their extension.
    Skipped {
        /// How many.
        files: usize,
    },
}

impl Dataset {
    /// Opens what `spec` names: `phantom`, a MedMNIST name, an npz file, or a folder (see [`DataSource`]).
    ///
    /// # Errors
    /// [`DataError`], if the source is unknown, unreadable, damaged or not laid out as a data set, or if an
    /// option does not fit it.
    pub fn open(
        spec: &str,
        options: &OpenOptions,
        progress: &dyn Fn(Progress),
    ) -> Result<Dataset, DataError> {
        check(options)?;
        let mut raw = source::load(&DataSource::parse(spec)?, options, progress)?;
        if let Some(size) = options.image_size {
            raw.resize(size);
        }
        if let Some(ValSource::File(path)) = &options.val {
            source::validation::replace(&mut raw, path, progress)?;
        }
        let mut dataset = assemble(raw);
        if let Some(ValSource::Fraction(fraction)) = options.val {
            let merged = dataset.train.merged(&dataset.val);
            (dataset.val, dataset.train) = merged.cut(fraction, options.seed);
        }
        dataset.info.fingerprint = fingerprint(&dataset);
        Ok(dataset)
    }
}

fn check(options: &OpenOptions) -> Result<(), DataError> {
    let expected = "a number of pixels from 4 to 1024";
    match (options.image_size, &options.val) {
        (Some(size), _) if !(4..=1024).contains(&size) => {
            Err(DataError::Option { option: "image_size", found: size.to_string(), expected })
        }
        (_, Some(ValSource::Fraction(fraction))) if !(*fraction > 0.0 && *fraction < 1.0) => {
            let expected = "a fraction between 0 and 1";
            Err(DataError::Option { option: "val", found: fraction.to_string(), expected })
        }
        _ => Ok(()),
    }
}

fn assemble(raw: RawDataset) -> Dataset {
    let RawDataset { name, size_flag, task, classes, train, val, test } = raw;
    let sizes = [train.len(), val.len(), test.len()];
    let mut store = train;
    store.append(val);
    store.append(test);
    let shape = store.shape;
    let store = Arc::new(store);
    let part = |start: usize, length: usize| {
        Samples::new(store.clone(), (start as u32..(start + length) as u32).collect())
    };
    let info = DatasetInfo {
        name,
        size_flag,
        task,
        classes,
        channels: shape.channels,
        height: shape.height,
        width: shape.width,
        fingerprint: String::new(),
    };
    Dataset {
        info,
        train: part(0, sizes[0]),
        val: part(sizes[0], sizes[1]),
        test: SealedTest::new(part(sizes[0] + sizes[1], sizes[2])),
    }
}

fn fingerprint(dataset: &Dataset) -> String {
    let info = &dataset.info;
    let mut hash = Sha256::new();
    hash.update(format!("{} {:?} {} {} {}", info.task, info.classes, info.channels, info.height, info.width));
    for samples in [&dataset.train, &dataset.val, dataset.test.inspect()] {
        hash.update((samples.len() as u64).to_le_bytes());
        for position in 0..samples.len() {
            samples.labels(position).iter().for_each(|label| hash.update(label.to_le_bytes()));
            let store: &ImageStore = samples.store();
            store.with_bytes(samples.index(position), |bytes| hash.update(bytes));
        }
    }
    hex(&hash.finalize())
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
