//! SIMD kernels over blocks of images, one image per lane.
//!
//! Activations are stored `[block][channel][y][x][lane]`: a block holds [`LANES`] images, and a [`Pixel`] is
//! the same position of all of them. Every kernel is then straight vector code. There are no row remainders, and
//! shuffles only where lanes change their meaning; a weight is one broadcast. The only remainder is the last block of a batch: kernels
//! compute all lanes, and *reductions* (moments, dot products, weight gradients) count only the first
//! `lanes`.
//!
//! A kernel is a [`Job`]: a struct of borrowed buffers, checked against its shapes, that [`Kernels::run`]
//! executes with the vector type detected at start-up. Each has a plain scalar twin over `N×C×H×W` arrays or flat vectors in
//! [`mod@reference`], and the property tests in `tests/` hold the two together.
//!
//! ```
//! use zodarts_kernels::{Conv, ConvShape, Kernels, Layout, Pack, Pixel, Unpack, pack_forward};
//!
//! // Two images of one channel through a 3×3 window of ones.
//! let images: Vec<f32> = (0..2 * 16).map(|at| f32::from(at >= 16)).collect();
//! let (from, to) = (Layout::padded(4, 4), Layout::dense(4, 4));
//! let mut input = vec![Pixel::ZERO; from.len(1)];
//! Pack { images: &images, count: 2, channels: 1, layout: from }.into_block(&mut input, |value| value);
//!
//! let shape = ConvShape { inputs: 1, outputs: 1, kernel: 3, stride: 1 };
//! let mut packed = vec![0.0; shape.weights()];
//! pack_forward(&shape, &[1.0; 9], &mut packed);
//! let mut output = vec![Pixel::ZERO; to.len(1)];
//! let accumulate = false;
//! Kernels::detect().run(Conv { shape, input: &input, from, packed: &packed, output: &mut output, to, accumulate });
//!
//! let sums = Unpack { block: &output, count: 2, channels: 1, layout: to }.to_images();
//! // The first image is black; a corner of the second has four neighbours, itself included, and its inside nine.
//! assert_eq!((sums[0], sums[16], sums[16 + 5]), (0.0, 4.0, 9.0));
//! ```
//!
//! Kernels know no network and no file. This is the only crate of the workspace with `unsafe` code: the
//! vector instructions, a register tile of inline assembly, the unchecked loads of the convolution loops after their bounds are
//! asserted, and buffers that share an [`Arena`].
#![allow(unsafe_code)]
// Kernels must end up inside the one function that enables the CPU features of their vector type.
#![allow(clippy::inline_always)]

mod ahead;
mod arena;
mod blend;
mod channels;
mod collect;
mod conv;
mod geometry;
mod head;
mod input_gradient;
mod kernels;
mod layout;
mod long;
mod moments;
mod pixel;
pub mod pointwise;
mod pool;
pub mod probe;
mod real;
mod reduce;
pub mod reference;
mod sweep;
mod tile;
mod vector;
mod weight_gradient;
pub mod winograd;

pub use arena::{Arena, Buffer};
pub use blend::Blend;
pub use channels::{
    ChannelConv, ChannelSource, ChannelSum, ChannelTerm, ChannelWinograd, channel_filter_len,
    channel_weights, channel_winograd_scratch, pack_channel_filter, pack_channels, planes,
};
pub use collect::{Collect, Gated};
pub use conv::{Conv, ConvShape, pack_forward, pack_input_gradient};
pub use head::{GlobalAverage, GlobalAverageBackward};
pub use input_gradient::ConvInputGradient;
pub use kernels::{Job, Kernels};
pub use layout::Layout;
pub use long::{LongDifferenceDot, LongDot};
pub use moments::{Moments, Moments2};
pub use pixel::{LANES, Pack, Pixel, Unpack};
pub use pool::{AvgPool2, AvgPool2Backward, AvgPool3, AvgPool3Backward};
pub use real::Real;
pub use reduce::{Centred, Dots};
pub use sweep::{AffineSum, Pad, Relu, ReluBackward, Term};
pub use weight_gradient::ConvWeightGradient;
