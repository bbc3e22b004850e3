//! Kernels for one image at a time, with its channels in the lanes.
//!
//! With one *image* per lane a single image would use one lane of eight. Here a [`Pixel`](crate::Pixel) is
//! one position of eight channels, and a block is one image, `[channel / 8][y][x][channel % 8]`. A block is
//! eight times smaller, so the activations of a whole cell stay in the second-level cache. Kernels that treat
//! all lanes alike (padding, `ReLU`, pooling, global averages) work on such planes unchanged. Convolutions
//! and sums, which distinguish channels, are in this module: a convolution multiplies a vector of the weights
//! of eight *output* channels by one broadcast input value.

mod conv;
mod planes;
mod register_tile;
mod sum;
mod winograd;

pub use conv::{ChannelConv, channel_weights, pack_channels};
pub use planes::planes;
pub use sum::{ChannelSum, ChannelTerm};
pub use winograd::{
    ChannelSource, ChannelWinograd, channel_filter_len, channel_winograd_scratch, pack_channel_filter,
};
