//! Scalar twins: each kernel again, written as its definition, over plain arrays `(image, channel, y, x)` or
//! flat vectors.
//!
//! They are slow and obvious on purpose. Property tests compare the vector kernels with them.

mod conv;
mod pool;
mod reduce;
mod size;

pub use conv::{conv2d, conv2d_input_gradient, conv2d_weight_gradient};
pub use pool::{avg_pool2, avg_pool2_backward, avg_pool3, avg_pool3_backward, global_average};
pub use reduce::{dot, flat_difference_dot, flat_dot, moments};
pub use size::Size;
