//! 3×3 convolutions at stride 1 by Winograd's minimal filtering, F(4×4, 3×3): 36 products for an output tile
//! of sixteen pixels instead of 144.
//!
//! The method is that of Lavin & Gray, *Fast Algorithms for Convolutional Neural Networks* (2016). With one
//! image per lane the transforms are vector additions, and the products of one frequency are a matrix product
//! over channels.

mod backward;
pub mod batched;
mod filter;
mod forward;
mod multiply;
mod products;
mod tiling;
mod transform;

pub use backward::{WinogradBackward, backward_scratch};
pub use filter::{WinogradFilter, WinogradFilterGradient, filter_len, filter_plane};
pub use forward::{WinogradForward, forward_scratch};
pub use transform::FREQUENCIES;

pub(crate) use forward::{transform_input, transform_output};
pub(crate) use products::{ProductLayout, Products, ProductsMut};
pub(crate) use tiling::Tiles;
pub(crate) use transform::Transform;
