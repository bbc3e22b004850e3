//! MedMNIST `.npz` files: zip archives of six numpy arrays.

mod archive;
mod element;
mod header;
mod image_axes;
mod labels;
mod other_file;
mod pixels;
mod read;
mod scale;
mod wrapped;

pub(super) use read::{read, read_validation};
