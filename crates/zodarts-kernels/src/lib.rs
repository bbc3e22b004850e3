//! SIMD kernels over blocks of images, one image per lane.
//!
//! Activations are stored as `[block][channel][y][x][lane]`: a block holds [`LANES`] images, and a [`Pixel`]
//! is the same position of all of them. Every kernel is then straight vector code without row remainders. It
//! shuffles only where lanes change their meaning, and a weight is one broadcast. The last block of a batch
//! may be partly idle: kernels compute all lanes, and *reductions* (moments, dot products, weight gradients)
//! count only the first `lanes`.
//!
//! A [`Kernel`] is a struct of borrowed buffers. [`Kernels::run`] checks the buffers against their shapes and
//! executes the kernel with the vector type detected at start-up. Each kernel has a plain scalar twin over
//! `(image, channel, y, x)` arrays or flat vectors in [`mod@reference`]; the property tests in `tests/`
//! compare the two.
//!
//! ```
//! use zodarts_kernels::{BlockLayout, Conv, ConvShape, Kernels, Pack, Pixel, Unpack, pack_forward};
//!
//! // Two images of one channel through a 3×3 window of ones.
//! let images: Vec<f32> = (0..2 * 16).map(|at| f32::from(at >= 16)).collect();
//! let (from, to) = (BlockLayout::padded(4, 4), BlockLayout::dense(4, 4));
//! let mut input = vec![Pixel::ZERO; from.len(1)];
//! Pack { images: &images, count: 2, channels: 1, layout: from }.into_block(&mut input, |value| value);
//!
//! let shape = ConvShape { inputs: 1, outputs: 1, kernel: 3, stride: 1 };
//! let mut packed = vec![0.0; shape.weights()];
//! pack_forward(&shape, &[1.0; 9], &mut packed);
//! let mut output = vec![Pixel::ZERO; to.len(1)];
//! Kernels::detect().run(Conv {
//!     shape,
//!     input: &input,
//!     from,
//!     packed: &packed,
//!     output: &mut output,
//!     to,
//!     accumulate: false,
//! });
//!
//! let sums = Unpack { block: &output, count: 2, channels: 1, layout: to }.to_images();
//! // The first image is black. In the second, a corner sums four pixels, and an inner pixel nine.
//! assert_eq!((sums[0], sums[16], sums[16 + 5]), (0.0, 4.0, 9.0));
//! ```
//!
//! Kernels know neither networks nor files. This is the only crate of the workspace with `unsafe` code: the
//! vector instructions, a register tile of inline assembly, the unchecked loads of the convolution loops
//! after their bounds are asserted, and buffers that share an [`Arena`].
#![allow(unsafe_code)]
// Kernels must be compiled inside the one function that enables the CPU features of their vector type.
#![allow(clippy::inline_always)]

mod affine_sum;
mod arena;
mod batch_norm_input_grad;
mod block_moments;
mod block_view;
mod centred_dots;
mod channels;
mod conv;
mod conv_shape;
mod flat_dot;
mod float;
mod gather_gradients;
mod global_average;
mod group;
mod input_gradient;
mod kernels;
mod lane_sums;
mod layout;
mod margin;
mod pack;
mod pad;
mod pixel;
pub mod pointwise;
mod pool;
mod prefetch;
pub mod probe;
mod real;
pub mod reference;
mod register_tile;
mod relu;
mod sample_moments;
mod thirds;
mod vector;
mod weight_gradient;
pub mod winograd;

pub use affine_sum::{AffineSum, Term};
pub use arena::{Arena, Buffer};
pub use batch_norm_input_grad::BatchNormInputGrad;
pub use block_moments::BlockMoments;
pub use centred_dots::{CentredBlock, CentredDots};
pub use channels::{
    ChannelConv, ChannelSource, ChannelSum, ChannelTerm, ChannelWinograd, channel_filter_len,
    channel_weights, channel_winograd_scratch, pack_channel_filter, pack_channels, planes,
};
pub use conv::{Conv, pack_forward, pack_input_gradient};
pub use conv_shape::ConvShape;
pub use flat_dot::{FlatDifferenceDot, FlatDot};
pub use float::Float;
pub use gather_gradients::{GatedGradient, GatherGradients};
pub use global_average::{GlobalAverage, GlobalAverageBackward};
pub use group::{BackwardConv, BackwardGroup, ForwardConv, ForwardGroup};
pub use input_gradient::ConvInputGradient;
pub use kernels::{Kernel, Kernels};
pub use layout::BlockLayout;
pub use pack::{Pack, Unpack};
pub use pad::Pad;
pub use pixel::{LANES, Pixel};
pub use pool::{AvgPool2, AvgPool2Backward, AvgPool3, AvgPool3Backward};
pub use real::Real;
pub use relu::{Relu, ReluBackward};
pub use sample_moments::SampleMoments;
pub use weight_gradient::ConvWeightGradient;
