//! One image at a time, its channels in the lanes.
//!
//! With one *image* per lane a single image would keep one lane of eight busy. Here a [`Pixel`](crate::Pixel) is one
//! position of eight channels, and a block one image, `[channel / 8][y][x][channel % 8]`: eight times as small, so that
//! the activations of a whole cell stay in the second-level cache. Kernels that treat all lanes alike (padding, `ReLU`,
//! pooling, global averages) work on such planes as they are. Convolutions and sums, where lanes are now channels, are here:
//! a convolution multiplies a vector of eight *output* channels' weights by one broadcast input value.

mod conv;
mod sum;
mod tile;
mod winograd;

pub use conv::{ChannelConv, channel_weights, pack_channels};
pub use sum::{ChannelSum, ChannelTerm};
pub use winograd::{
    ChannelSource, ChannelWinograd, channel_filter_len, channel_winograd_scratch, pack_channel_filter,
};

use crate::pixel::LANES;

/// Planes that hold `channels` channels. Lanes beyond the last channel are zero.
pub fn planes(channels: usize) -> usize {
    channels.div_ceil(LANES)
}
