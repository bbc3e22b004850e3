//! MedMNIST `.npz` files: zip archives of six numpy arrays.

mod archive;
mod header;
mod labels;
mod read;

pub(super) use read::{read, read_validation};
