//! Batched Winograd: convolutions of many channels over few tiles, computed for a whole batch at a time.
//!
//! Their transformed filter is larger than the caches, and a block of eight images uses each weight for only
//! a tile or two. So blocks are only transformed, and each of the [`FREQUENCIES`](super::FREQUENCIES) takes
//! its product over the tiles of all blocks: weights are read, and their gradients written, once per batch
//! instead of once per block. Blocks and frequencies exchange two kinds of buffers:
//!
//! - the products of a block, `[frequency][channel][tile][lane]`, [`products_len`] pixels, written by blocks;
//! - the products of a frequency, `[channel][block][tile][lane]`, without gaps, written by frequencies.

use super::backward::{add_input_gradient, transform_gradient};
use super::forward::{transform_input, transform_output};
use super::multiply::{self, ProductSize};
use super::products::{ProductLayout, Products, ProductsMut};
use super::tiling::Tiles;
use super::transform::Transform;
use crate::batch_norm_input_grad::BatchNormInputGrad;
use crate::block_moments::merge_moments;
use crate::block_view::{BlockView, BlockViewMut};
use crate::kernels::Kernel;
use crate::layout::BlockLayout;
use crate::pixel::{LANES, Pixel};
use crate::real::Real;
use crate::sample_moments::SampleMoments;
use crate::vector::Vector;

/// Returns the number of tiles of a block.
pub fn tiles_of(layout: &BlockLayout) -> usize {
    Tiles::undivided(layout).len
}

/// Returns the number of pixels of the products of a block of `channels` channels.
///
/// # Panics
/// If it overflows.
pub fn products_len(layout: &BlockLayout, channels: usize) -> usize {
    ProductLayout::new(channels, tiles_of(layout)).len()
}

/// Computes the products of a block of values.
#[derive(Debug)]
pub struct InputProducts<'a, T> {
    /// The block, `[channel][y][x][lane]`, in a padded layout with a zero margin.
    pub input: &'a [Pixel<T>],
    /// Layout of the block.
    pub from: BlockLayout,
    /// Channels.
    pub channels: usize,
    /// The products, `[frequency][channel][tile][lane]`, overwritten.
    pub products: &'a mut [Pixel<T>],
}

impl<T: Real> Kernel<T> for InputProducts<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let Self { input, from, channels, products } = self;
        let strip = Tiles::undivided(&from);
        let products = ProductsMut { pixels: products, layout: ProductLayout::new(channels, strip.len) };
        let block = BlockView { pixels: input, layout: &from, channels };
        transform_input(&Transform::<V>::new::<T>(), block, strip, products);
    }
}

/// Computes the products of the gradient of a block of results.
#[derive(Debug)]
pub struct GradientProducts<'a, T> {
    /// The gradient.
    pub gradient: BatchNormInputGrad<'a, T>,
    /// Layout of the gradient's blocks.
    pub from: BlockLayout,
    /// Channels.
    pub channels: usize,
    /// The products, `[frequency][channel][tile][lane]`, overwritten.
    pub products: &'a mut [Pixel<T>],
}

impl<T: Real> Kernel<T> for GradientProducts<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let Self { gradient, from, channels, products } = self;
        let strip = Tiles::undivided(&from);
        let products = ProductsMut { pixels: products, layout: ProductLayout::new(channels, strip.len) };
        transform_gradient(&Transform::<V>::new::<T>(), &gradient, &from, strip, channels, products);
    }
}

/// Sizes of a batched convolution.
#[derive(Clone, Copy, Debug)]
pub struct BatchedSize {
    /// Input channels, a multiple of eight.
    pub inputs: usize,
    /// Output channels, a multiple of eight.
    pub outputs: usize,
    /// Tiles of a block.
    pub tiles: usize,
    /// Blocks of the batch.
    pub blocks: usize,
}

impl BatchedSize {
    /// Returns the sizes of the product of one frequency.
    #[inline(always)]
    fn product(self) -> ProductSize {
        ProductSize { inputs: self.inputs, outputs: self.outputs, tiles: self.tiles * self.blocks }
    }
}

/// Computes one frequency of the forward pass, or of the gradient of the input: the filter's part times the
/// products of all blocks.
#[derive(Debug)]
pub struct FrequencyProduct<'a, T> {
    /// Sizes of the convolution.
    pub size: BatchedSize,
    /// The frequency's part of the transformed filter, [`filter_plane`](super::filter_plane) pixels.
    pub filter: &'a [Pixel<T>],
    /// If false, the kernel computes outputs from inputs; if true, gradients of inputs from those of outputs.
    pub transposed: bool,
    /// Products of the frequency, `[channel][block][tile][lane]`.
    pub from: &'a [Pixel<T>],
    /// The result, `[channel][block][tile][lane]`, overwritten.
    pub to: &'a mut [Pixel<T>],
}

impl<T: Real> Kernel<T> for FrequencyProduct<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let Self { size, filter, transposed, from, to } = self;
        if transposed {
            multiply::multiply_transposed::<T, V>(size.product(), filter, from, to, false);
        } else {
            multiply::multiply::<T, V>(size.product(), filter, from, to);
        }
    }
}

/// Computes one frequency of the gradient of a filter.
#[derive(Debug)]
pub struct FrequencyGradient<'a, T> {
    /// Sizes of the convolution.
    pub size: BatchedSize,
    /// Products of the inputs, `[channel][block][tile][lane]`. Lanes without an image are zero.
    pub x: &'a [Pixel<T>],
    /// Products of the gradients of the outputs, `[channel][block][tile][lane]`. Lanes without an image are
    /// zero.
    pub dy: &'a [Pixel<T>],
    /// Scratch of as many pixels as x.
    pub scratch: &'a mut [Pixel<T>],
    /// The frequency's part of the gradient of the transformed filter, overwritten.
    pub gradient: &'a mut [Pixel<T>],
}

impl<T: Real> Kernel<T> for FrequencyGradient<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let Self { size, x, dy, scratch, gradient } = self;
        let size = size.product();
        multiply::transpose::<T, V>(size.inputs, size.tiles, x, scratch);
        multiply::filter_gradient::<T, V>(size, scratch, dy, gradient, LANES, false);
    }
}

/// Computes the results of a convolution in a block from their products, and their moments.
#[derive(Debug)]
pub struct OutputFromProducts<'a, T> {
    /// The products, `[frequency][channel][tile][lane]`.
    pub products: &'a [Pixel<T>],
    /// Channels.
    pub channels: usize,
    /// Output block, `[channel][y][x][lane]`, overwritten.
    pub block: &'a mut [Pixel<T>],
    /// Layout of the block.
    pub to: BlockLayout,
    /// Images in the block; only these lanes are measured.
    pub lanes: usize,
    /// Moments of each channel of the output, merged with those of earlier blocks. If empty, nothing is
    /// measured.
    pub moments: &'a mut [SampleMoments],
}

impl<T: Real> Kernel<T> for OutputFromProducts<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let Self { products, channels, block, to, lanes, moments } = self;
        let strip = Tiles::undivided(&to);
        let products = Products { pixels: products, layout: ProductLayout::new(channels, strip.len) };
        let output = BlockViewMut { pixels: &mut *block, layout: &to, channels };
        transform_output::<T, V, false>(&Transform::<V>::new::<T>(), products, strip, output);
        let output = BlockView { pixels: block, layout: &to, channels };
        merge_moments::<T, V>(output, strip.pixels(), lanes, moments);
    }
}

/// Computes the gradient of a block of values from its products.
#[derive(Debug)]
pub struct InputGradientFromProducts<'a, T> {
    /// The products, `[frequency][channel][tile][lane]`.
    pub products: &'a [Pixel<T>],
    /// Channels.
    pub channels: usize,
    /// The gradient, `[channel][y][x][lane]` in a padded layout, overwritten. Its margin is left undefined.
    pub block: &'a mut [Pixel<T>],
    /// Layout of the block.
    pub to: BlockLayout,
}

impl<T: Real> Kernel<T> for InputGradientFromProducts<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let Self { products, channels, block, to } = self;
        let strip = Tiles::undivided(&to);
        let products = Products { pixels: products, layout: ProductLayout::new(channels, strip.len) };
        let gradient = BlockViewMut { pixels: block, layout: &to, channels };
        add_input_gradient::<T, V>(&Transform::<V>::new::<T>(), products, strip, gradient);
    }
}

/// The place of a block's products among those of a frequency.
#[derive(Clone, Copy, Debug)]
pub struct BlockSlot {
    /// Number of the block.
    pub block: usize,
    /// Blocks of the batch.
    pub blocks: usize,
    /// Tiles of a block.
    pub tiles: usize,
    /// Channels.
    pub channels: usize,
}

impl BlockSlot {
    /// Copies a frequency of the block's products to those of the frequency. Lanes beyond the first `lanes`
    /// become zero.
    pub fn gather<T: Real>(
        &self,
        products: &[Pixel<T>],
        frequency: usize,
        lanes: usize,
        to: &mut [Pixel<T>],
    ) {
        let Self { tiles, channels, .. } = *self;
        let start = frequency * ProductLayout::new(channels, tiles).frequency;
        let products = &products[start..][..channels * tiles];
        for (channel, from) in products.chunks_exact(tiles).enumerate() {
            let to = &mut to[self.start(channel)..][..tiles];
            to.copy_from_slice(from);
            for pixel in to.iter_mut().take(if lanes < LANES { tiles } else { 0 }) {
                pixel.0[lanes..].fill(T::ZERO);
            }
        }
    }

    /// Copies the block's part of the products of a frequency back to the products of the block.
    pub fn scatter<T: Real>(&self, from: &[Pixel<T>], frequency: usize, products: &mut [Pixel<T>]) {
        let Self { tiles, channels, .. } = *self;
        let start = frequency * ProductLayout::new(channels, tiles).frequency;
        let products = &mut products[start..][..channels * tiles];
        for (channel, to) in products.chunks_exact_mut(tiles).enumerate() {
            to.copy_from_slice(&from[self.start(channel)..][..tiles]);
        }
    }

    /// Returns the index of the block's first tile of a channel.
    fn start(&self, channel: usize) -> usize {
        (channel * self.blocks + self.block) * self.tiles
    }
}
