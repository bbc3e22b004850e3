//! Medical images in: sources, splits, augmentation and batches.
//!
//! ```
//! use zodarts_data::{Augmentation, Batch, Dataset, OpenOptions, rng};
//!
//! let data = Dataset::open("phantom", &OpenOptions::default(), &|_| ())?;
//! let (weights, architecture) = data.train.merged(&data.val).halves(0);
//! assert_eq!((weights.len(), architecture.len()), (240, 240));
//!
//! let epoch = 3;
//! let order = rng::epoch_order(weights.len(), &mut rng::stream(0, "order", epoch));
//! let mut batch = Batch::new();
//! let rng = &mut rng::stream(0, "augment", epoch);
//! Augmentation::standard(32).batch(&weights, &order[..16], rng, &mut batch);
//! assert_eq!(batch.images.len(), 16 * 32 * 32);
//! # Ok::<(), zodarts_data::DataError>(())
//! ```

mod alike;
mod arrays;
mod augment;
mod bytes;
pub mod check;
mod copies;
mod dataset;
mod decode;
mod decoded;
mod dicom;
mod error;
mod event;
mod folds;
mod grey_colour;
pub mod hex;
mod image_change;
mod image_file;
mod image_fit;
mod image_folder;
mod image_statistics;
mod info;
mod jpeg_file;
mod limits;
mod memory;
mod options;
mod origin;
mod patients;
mod prefetch;
mod raster;
mod resize;
pub mod rng;
mod samples;
mod seal;
mod shaped;
pub mod source;
mod split;
mod store;
mod store_order;
mod summary;
mod task;

pub use arrays::LabelledArrays;
pub use augment::{Augmentation, Batch, Edges, Mix, Policy, Standardise, ToneRange, WarpRange};
pub use bytes::Bytes;
pub use dataset::Dataset;
pub use dicom::{BadWindow, Window};
pub use error::DataError;
pub use event::{LeftOutFiles, LoadProgress, Notice, OpenEvent};
pub use folds::FoldPlan;
pub use image_change::ImageChange;
pub use image_file::{ImageFile, read_image_file};
pub use image_fit::ImageFit;
pub use image_folder::{ImageFolder, LeftOut};
pub use image_statistics::{ImageStatistic, image_statistics};
pub use info::{DatasetInfo, noun};
pub use options::{
    Alike, ChannelPlan, DamagedImages, OpenOptions, TableOptions, TestSplit, ValSource, Volumes,
};
pub use prefetch::{PREFETCH_BUFFERS, Prefetched, prefetch};
pub use resize::{ImageSize, Resizer, resize_matrix};
pub use samples::Samples;
pub use seal::SealedTest;
pub use source::DataSource;
pub use summary::{SplitSummary, Summary};
pub use task::{Task, UnknownTask};
