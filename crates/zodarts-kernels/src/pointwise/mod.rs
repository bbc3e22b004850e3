//! 1×1 convolutions at stride 1: all those of one node together, a strip of pixels at a time.
//!
//! A 1×1 convolution does little work per pixel, so its speed is that of the memory behind the second-level
//! cache. A strip is short enough to stay in that cache: the kernels do everything with its pixels before the
//! next strip.

mod backward;
mod forward;
mod strips;

pub use backward::{PointwiseBackward, pointwise_scratch};
pub use forward::PointwiseForward;
