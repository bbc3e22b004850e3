//! Several convolutions of the same input, which run as one kernel.
//!
//! `W` is the element of the packed weights: `T` for 1×1 convolutions, `Pixel<T>` for Winograd's.

use crate::batch_norm_input_grad::BatchNormInputGrad;
use crate::layout::BlockLayout;
use crate::pixel::Pixel;
use crate::sample_moments::SampleMoments;

/// One convolution of a [`ForwardGroup`].
#[derive(Debug)]
pub struct ForwardConv<'a, T, W> {
    /// Packed weights.
    pub packed: &'a [W],
    /// Output block, `[channel][y][x][lane]`, overwritten.
    pub output: &'a mut [Pixel<T>],
    /// Moments of each channel of the output, merged with those of earlier blocks. If empty, nothing is
    /// measured.
    pub moments: &'a mut [SampleMoments],
}

/// The operands of several convolutions of one block.
#[derive(Debug)]
pub struct ForwardGroup<'a, 'b, T, W> {
    /// Input block, `[channel][y][x][lane]`.
    pub input: &'a [Pixel<T>],
    /// Layout of the input.
    pub from: BlockLayout,
    /// Input channels.
    pub inputs: usize,
    /// Output channels of each convolution.
    pub outputs: usize,
    /// The convolutions.
    pub convolutions: &'b mut [ForwardConv<'a, T, W>],
    /// Dense layout of the outputs, of the input's size.
    pub to: BlockLayout,
    /// Images in the block; only these lanes are measured.
    pub lanes: usize,
}

/// One convolution of a [`BackwardGroup`].
#[derive(Debug)]
pub struct BackwardConv<'a, T, W> {
    /// Packed weights. Not read if the group's `input_gradient` is empty.
    pub packed: &'a [W],
    /// Gradient of the convolution's result.
    pub output_gradient: BatchNormInputGrad<'a, T>,
    /// Gradient of the weights, `(outputs, inputs, kernel, kernel)`, added to. If empty, it is not computed.
    pub weight_gradient: &'a mut [T],
}

/// The operands of the gradients of several convolutions of one block.
#[derive(Debug)]
pub struct BackwardGroup<'a, 'b, T, W> {
    /// Input block of the forward pass, `[channel][y][x][lane]`. Read only for gradients of weights.
    pub input: &'a [Pixel<T>],
    /// Layout of the input.
    pub from: BlockLayout,
    /// Input channels.
    pub inputs: usize,
    /// Output channels of each convolution.
    pub outputs: usize,
    /// The convolutions.
    pub convolutions: &'b mut [BackwardConv<'a, T, W>],
    /// Dense layout of the blocks of each `output_gradient`, of the input's size.
    pub to: BlockLayout,
    /// Gradient of the input, in the input's layout. If empty, it is not computed.
    pub input_gradient: &'a mut [Pixel<T>],
    /// Images in the block; only these lanes count for gradients of weights.
    pub lanes: usize,
}
