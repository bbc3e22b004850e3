//! Batches of images for a network: resized, changed at random, mirrored and blended.

mod augmentation;
mod batch;
mod blur;
mod cutout;
mod mix;
mod placement;
mod policy;
mod standardise;
mod tone;
mod warp;

pub use augmentation::Augmentation;
pub use batch::Batch;
pub use mix::Mix;
pub use policy::Policy;
pub use standardise::Standardise;
pub use tone::ToneRange;
pub use warp::{Edges, WarpRange};
