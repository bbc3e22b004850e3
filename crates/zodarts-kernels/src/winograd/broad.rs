//! Broad convolutions, of many channels over few tiles: a whole batch at a time.
//!
//! Its transformed filter is larger than the caches, and a block of eight images uses each weight for no more than a tile or
//! two. So blocks only transform, and each of the [`FREQUENCIES`](super::FREQUENCIES) takes its product over the tiles of all
//! of them: weights are read, and their gradients written, once a batch instead of once a block. What blocks and frequencies
//! hand each other:
//!
//! - the products of a block, `[frequency][channel][tile]`, [`products_len`] pixels: blocks write, frequencies read;
//! - those of a frequency, `[channel][block][tile]`, without gaps: frequencies write, blocks read.

use super::backward::{add_input_gradient, transform_gradient};
use super::forward::{transform_input, transform_output};
use super::multiply::{self, Size};
use super::tiles::{Planes, Tiles};
use super::transform::Points;
use crate::blend::Blend;
use crate::kernels::Job;
use crate::layout::Layout;
use crate::moments::{Moments2, merge_moments};
use crate::pixel::{LANES, Pixel};
use crate::real::Real;
use crate::vector::Vector;

/// Tiles of a block with this layout.
pub fn tiles_of(layout: &Layout) -> usize {
    Tiles::undivided(layout).0.len()
}

/// Pixels of the products of a block of `channels` channels.
///
/// # Panics
/// If it overflows.
pub fn products_len(layout: &Layout, channels: usize) -> usize {
    Planes::new(channels, tiles_of(layout)).len()
}

/// Products of a block of values.
#[derive(Debug)]
pub struct InputProducts<'a, T> {
    /// The block in a padded layout, its margin zero.
    pub input: &'a [Pixel<T>],
    /// Its layout.
    pub from: Layout,
    /// Its channels.
    pub channels: usize,
    /// Overwritten.
    pub products: &'a mut [Pixel<T>],
}

impl<T: Real> Job<T> for InputProducts<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let Self { input, from, channels, products } = self;
        let tiles = Tiles::undivided(&from);
        let planes = Planes::new(channels, tiles.0.len());
        let points = Points::<V>::new::<T>();
        transform_input(&points, (input, &from), tiles, channels, (products, planes));
    }
}

/// Products of the gradient of a block of results.
#[derive(Debug)]
pub struct GradientProducts<'a, T> {
    /// The gradient.
    pub blend: Blend<'a, T>,
    /// Layout of its blocks.
    pub from: Layout,
    /// Its channels.
    pub channels: usize,
    /// Overwritten.
    pub products: &'a mut [Pixel<T>],
}

impl<T: Real> Job<T> for GradientProducts<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let Self { blend, from, channels, products } = self;
        let tiles = Tiles::undivided(&from);
        let planes = Planes::new(channels, tiles.0.len());
        let points = Points::<V>::new::<T>();
        transform_gradient(&points, (&blend, &from), tiles, channels, (products, planes));
    }
}

/// The sizes of a broad convolution.
#[derive(Clone, Copy, Debug)]
pub struct BroadSize {
    /// Input channels, a multiple of eight.
    pub inputs: usize,
    /// Output channels, a multiple of eight.
    pub outputs: usize,
    /// Tiles of a block.
    pub tiles: usize,
    /// Blocks of the batch.
    pub blocks: usize,
}

impl BroadSize {
    #[inline(always)]
    fn size(self) -> Size {
        Size { inputs: self.inputs, outputs: self.outputs, tiles: self.tiles * self.blocks }
    }
}

/// One frequency of the forward pass, or of the gradient of the input: its filter's part times the products of all blocks.
#[derive(Debug)]
pub struct FrequencyProduct<'a, T> {
    /// Sizes.
    pub size: BroadSize,
    /// The frequency's part of the transformed filter, [`filter_plane`](super::filter_plane) pixels.
    pub filter: &'a [Pixel<T>],
    /// `false`: outputs from inputs; `true`: gradients of inputs from those of outputs.
    pub transposed: bool,
    /// Products of the frequency.
    pub from: &'a [Pixel<T>],
    /// Overwritten.
    pub to: &'a mut [Pixel<T>],
}

impl<T: Real> Job<T> for FrequencyProduct<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let Self { size, filter, transposed, from, to } = self;
        if transposed {
            multiply::multiply_transposed::<T, V>(size.size(), filter, from, to, false);
        } else {
            multiply::multiply::<T, V>(size.size(), filter, from, to);
        }
    }
}

/// One frequency of the gradient of a filter.
#[derive(Debug)]
pub struct FrequencyGradient<'a, T> {
    /// Sizes.
    pub size: BroadSize,
    /// Products of the inputs. Lanes without an image are zero.
    pub x: &'a [Pixel<T>],
    /// Products of the gradients of the outputs. Lanes without an image are zero.
    pub dy: &'a [Pixel<T>],
    /// Room for as many pixels as x has.
    pub room: &'a mut [Pixel<T>],
    /// The frequency's part of the gradient of the transformed filter, overwritten.
    pub gradient: &'a mut [Pixel<T>],
}

impl<T: Real> Job<T> for FrequencyGradient<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let Self { size, x, dy, room, gradient } = self;
        let size = size.size();
        multiply::transpose::<T, V>(size.inputs, size.tiles, x, room);
        multiply::filter_gradient::<T, V>(size, room, dy, gradient, LANES, false);
    }
}

/// Results of a convolution from the products of a block.
#[derive(Debug)]
pub struct OutputFromProducts<'a, T> {
    /// Products.
    pub products: &'a [Pixel<T>],
    /// Channels.
    pub channels: usize,
    /// Output block, overwritten.
    pub block: &'a mut [Pixel<T>],
    /// Its layout.
    pub to: Layout,
    /// Images in the block: only these lanes are measured.
    pub lanes: usize,
    /// Moments of each channel of the output, merged with what is there; empty if they are not wanted.
    pub moments: &'a mut [Moments2],
}

impl<T: Real> Job<T> for OutputFromProducts<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let Self { products, channels, block, to, lanes, moments } = self;
        let (tiles, strip) = Tiles::undivided(&to);
        let planes = Planes::new(channels, tiles.len());
        let points = Points::<V>::new::<T>();
        let output = (&mut *block, &to);
        transform_output::<T, V, false>(&points, (products, planes), (tiles, strip), channels, output);
        merge_moments::<T, V>((block, &to), strip.rows(tiles), lanes, moments);
    }
}

/// Gradient of a block of values from its products.
#[derive(Debug)]
pub struct InputGradientFromProducts<'a, T> {
    /// Products.
    pub products: &'a [Pixel<T>],
    /// Channels.
    pub channels: usize,
    /// Gradient in its padded layout, overwritten; what is left in the margin means nothing.
    pub block: &'a mut [Pixel<T>],
    /// Its layout.
    pub to: Layout,
}

impl<T: Real> Job<T> for InputGradientFromProducts<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let Self { products, channels, block, to } = self;
        let tiles = Tiles::undivided(&to);
        let planes = Planes::new(channels, tiles.0.len());
        let points = Points::<V>::new::<T>();
        add_input_gradient::<T, V>(&points, (products, planes), tiles, channels, (block, &to));
    }
}

/// Where the products of a block are among those of a frequency.
#[derive(Clone, Copy, Debug)]
pub struct BlockOf {
    /// Number of the block.
    pub block: usize,
    /// Blocks of the batch.
    pub blocks: usize,
    /// Tiles of a block.
    pub tiles: usize,
    /// Channels.
    pub channels: usize,
}

impl BlockOf {
    /// Copies a frequency of the block's products to those of the frequency; zero in all but the first `lanes` lanes.
    pub fn collect<T: Real>(
        &self,
        products: &[Pixel<T>],
        frequency: usize,
        lanes: usize,
        to: &mut [Pixel<T>],
    ) {
        let Self { tiles, channels, .. } = *self;
        let start = frequency * Planes::new(channels, tiles).frequency;
        let products = &products[start..][..channels * tiles];
        for (channel, from) in products.chunks_exact(tiles).enumerate() {
            let to = &mut to[self.start(channel)..][..tiles];
            to.copy_from_slice(from);
            for pixel in to.iter_mut().take(if lanes < LANES { tiles } else { 0 }) {
                pixel.0[lanes..].fill(T::ZERO);
            }
        }
    }

    /// Copies the block's part of the products of a frequency to the products of the block.
    pub fn distribute<T: Real>(&self, from: &[Pixel<T>], frequency: usize, products: &mut [Pixel<T>]) {
        let Self { tiles, channels, .. } = *self;
        let start = frequency * Planes::new(channels, tiles).frequency;
        let products = &mut products[start..][..channels * tiles];
        for (channel, to) in products.chunks_exact_mut(tiles).enumerate() {
            to.copy_from_slice(&from[self.start(channel)..][..tiles]);
        }
    }

    fn start(&self, channel: usize) -> usize {
        (channel * self.blocks + self.block) * self.tiles
    }
}
