//! The scalar twins: each kernel again, as its definition, over plain `n×C×H×W` arrays, or over flat vectors.
//!
//! Slow and obvious on purpose. Property tests hold the vector kernels to these.

mod conv;
mod pool;
mod reduce;

pub use conv::{conv2d, conv2d_input_gradient, conv2d_weight_gradient};
pub use pool::{avg_pool2, avg_pool2_backward, avg_pool3, avg_pool3_backward, global_average};
pub use reduce::{dot, long_difference_dot, long_dot, moments};

/// Sizes of a batch of images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Images.
    pub images: usize,
    /// Channels.
    pub channels: usize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

impl Size {
    /// Number of values.
    pub fn len(&self) -> usize {
        self.images * self.channels * self.height * self.width
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Index of a value.
    pub fn at(&self, image: usize, channel: usize, y: usize, x: usize) -> usize {
        ((image * self.channels + channel) * self.height + y) * self.width + x
    }
}
