//! The data sets of MedMNIST: their facts, names and files.

mod catalogue;
mod download;
mod file;
mod set;
mod volumes;

pub(super) use download::download;
pub use file::MedMnistFile;
pub(super) use file::nearest;
pub use set::MedMnist;
