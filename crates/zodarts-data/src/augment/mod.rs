//! Batches of images for a network: resized, shifted, mirrored and blended.

mod augmentation;
mod batch;
mod mix;
mod placement;

pub use augmentation::Augmentation;
pub use batch::Batch;
pub use mix::Mix;
