//! Sources of data: generated, downloaded, in archives and in folders.

mod data_source;
mod files;
pub(crate) mod for_network;
mod load;
mod medmnist;
mod npz;
pub mod phantom;
mod raw;
pub(crate) mod validation;

pub use data_source::DataSource;
pub(crate) use load::load;
pub use medmnist::{MedMnist, MedMnistFile};
pub(crate) use raw::RawDataset;
