//! The 2-D data sets of MedMNIST: their facts, names and files.

mod catalogue;
mod download;
mod file;

pub use catalogue::{MEDMNIST, MedMnist};
pub(super) use download::download;
pub use file::MedMnistFile;
pub(super) use file::nearest;
