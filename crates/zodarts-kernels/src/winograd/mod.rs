//! 3×3 convolutions at stride 1 by Winograd's minimal filtering, F(4×4, 3×3): 36 products for an output tile of sixteen
//! pixels instead of 144.
//!
//! Lavin & Gray, *Fast Algorithms for Convolutional Neural Networks* (2016). With one image per lane the transforms are
//! vector additions, and the products of one frequency are a matrix product over channels.

mod backward;
pub mod broad;
mod filter;
mod forward;
mod multiply;
mod tiles;
mod transform;

pub use backward::{WinogradBackward, WinogradGradient, backward_scratch};
pub use filter::{WinogradFilter, WinogradFilterGradient, filter_len, filter_plane};
pub use forward::{WinogradForward, WinogradOutput, forward_scratch};

pub(crate) use forward::{transform_input, transform_output};
pub(crate) use tiles::{Planes, Strip, Tiles};
pub use transform::FREQUENCIES;
pub(crate) use transform::Points;
