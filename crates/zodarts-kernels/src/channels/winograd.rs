//! 3×3 convolutions at stride 1 by Winograd's F(4×4, 3×3), with channels in the lanes.
//!
//! All convolutions into one node share their output transform: the products of all sources are added before
//! it.

use super::planes::planes;
use super::register_tile::{
    self, ChannelTileInput, ChannelTileOutput, ChannelTileSpan, PLANES, PackedSize, pieces,
};
use crate::block_view::{BlockView, BlockViewMut};
use crate::kernels::{Kernel, Kernels};
use crate::layout::{BlockLayout, product};
use crate::pixel::{LANES, Pixel};
use crate::real::Real;
use crate::vector::Vector;
use crate::winograd::{
    FREQUENCIES, ProductLayout, Products, ProductsMut, Tiles, Transform, WinogradFilter, filter_len,
    filter_plane, transform_input, transform_output,
};

/// One convolution of a [`ChannelWinograd`].
#[derive(Clone, Copy, Debug)]
pub struct ChannelSource<'a, T> {
    /// Input block, `[channel / 8][y][x][channel % 8]`, in a padded layout with a zero margin.
    pub input: &'a [Pixel<T>],
    /// Input channels.
    pub inputs: usize,
    /// Filter from [`pack_channel_filter`].
    pub filter: &'a [Pixel<T>],
}

/// Adds `Σ_s 3×3 convolution(input_s)` at stride 1 to the output.
#[derive(Debug)]
pub struct ChannelWinograd<'a, T> {
    /// The convolutions.
    pub sources: &'a [ChannelSource<'a, T>],
    /// Padded layout of all inputs.
    pub from: BlockLayout,
    /// Output block, `[channel / 8][y][x][channel % 8]`, added to.
    pub output: &'a mut [Pixel<T>],
    /// Dense layout of the output, of the inputs' size.
    pub to: BlockLayout,
    /// Output channels.
    pub outputs: usize,
    /// Scratch of [`channel_winograd_scratch`] pixels for the source with most input channels.
    pub scratch: &'a mut [Pixel<T>],
}

/// Returns the pixels of scratch of a [`ChannelWinograd`].
///
/// # Panics
/// If the size overflows.
pub fn channel_winograd_scratch(layout: &BlockLayout, inputs: usize, outputs: usize) -> usize {
    let (inputs, outputs) = (planes(inputs), planes(outputs));
    let tiles = Tiles::new(layout, inputs + outputs).longest();
    ProductLayout::new(inputs, tiles).len() + ProductLayout::new(outputs, tiles).len()
}

/// Returns the number of pixels of a transformed filter.
///
/// # Panics
/// If it overflows.
pub fn channel_filter_len(inputs: usize, outputs: usize) -> usize {
    product(FREQUENCIES, frequency_len(inputs, outputs))
}

/// Returns the number of pixels of one frequency of a filter.
fn frequency_len(inputs: usize, outputs: usize) -> usize {
    product(inputs, planes(outputs))
}

/// Transforms the weights of a 3×3 convolution, `(outputs, inputs, 3, 3)`, into [`channel_filter_len`]
/// pixels.
///
/// # Panics
/// If the length of a slice does not fit the channels.
pub fn pack_channel_filter<T: Real>(
    kernels: Kernels<T>,
    inputs: usize,
    outputs: usize,
    weights: &[T],
    packed: &mut [Pixel<T>],
) {
    // The transform takes whole lanes of channels.
    let (wide, high) = (planes(inputs) * LANES, planes(outputs) * LANES);
    let window = |output: usize, input: usize| (output * inputs + input) * 9;
    let mut whole = vec![T::ZERO; wide * high * 9];
    for (output, input) in (0..outputs).flat_map(|output| (0..inputs).map(move |input| (output, input))) {
        whole[(output * wide + input) * 9..][..9].copy_from_slice(&weights[window(output, input)..][..9]);
    }
    let mut filter = vec![Pixel::ZERO; filter_len(wide, high)];
    kernels.run(WinogradFilter { weights: &whole, inputs: wide, outputs: high, filter: &mut filter });
    let frequencies = filter.chunks_exact(filter_plane(wide, high));
    for (packed, filter) in packed.chunks_exact_mut(frequency_len(inputs, outputs)).zip(frequencies) {
        register_tile::pack(PackedSize { inputs, outputs, taps: 1 }, packed, |output, input, _| {
            filter[input / LANES * high + output].0[input % LANES]
        });
    }
}

impl<T: Real> Kernel<T> for ChannelWinograd<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let Self { sources, from, output, to, outputs, scratch } = self;
        assert_eq!(from, BlockLayout::padded(to.height, to.width), "layouts");
        let most = sources.iter().map(|source| planes(source.inputs)).max().unwrap_or(0);
        let tiles = Tiles::new(&to, most + planes(outputs));
        let (x, y) = scratch.split_at_mut(ProductLayout::new(most, tiles.longest()).len());
        let transform = Transform::<V>::new::<T>();
        for strip in tiles.strips() {
            let narrow = ProductLayout::new(planes(outputs), strip.len);
            for (index, source) in sources.iter().enumerate() {
                let channels = planes(source.inputs);
                let wide = ProductLayout::new(channels, strip.len);
                let input = BlockView { pixels: source.input, layout: &from, channels };
                transform_input(&transform, input, strip, ProductsMut { pixels: &mut *x, layout: wide });
                let x = Products { pixels: &*x, layout: wide };
                let y = ProductsMut { pixels: &mut *y, layout: narrow };
                multiply::<T, V>(source, outputs, x, y, index > 0);
            }
            let products = Products { pixels: &*y, layout: narrow };
            let output = BlockViewMut { pixels: &mut *output, layout: &to, channels: planes(outputs) };
            transform_output::<T, V, true>(&transform, products, strip, output);
        }
    }
}

/// Computes `y[output][tile] = Σ_input filter · x[input][tile]` for every frequency, or adds it to y.
#[inline(always)]
fn multiply<T: Real, V: Vector<T>>(
    source: &ChannelSource<'_, T>,
    outputs: usize,
    x: Products<'_, T>,
    y: ProductsMut<'_, T>,
    accumulate: bool,
) {
    assert_eq!(source.filter.len(), channel_filter_len(source.inputs, outputs), "filter");
    assert!(x.pixels.len() >= x.layout.len() && y.pixels.len() >= y.layout.len(), "scratch too short");
    let ProductsMut { pixels: sums, layout: narrow } = y;
    let (wide, planes) = (x.layout, planes(outputs));
    let filters = source.filter.chunks_exact(frequency_len(source.inputs, outputs));
    for (frequency, packed) in filters.enumerate() {
        let input = &x.pixels[frequency * wide.frequency..];
        let output = &mut sums[frequency * narrow.frequency..];
        let source =
            ChannelTileInput { input, channels: source.inputs, plane: wide.channel, taps: &[0], packed };
        for plane in (0..planes).step_by(PLANES) {
            // The distance between channels is the number of tiles of the strip.
            for (tile, pixels) in pieces(narrow.channel) {
                let span = ChannelTileSpan { plane, planes, first: tile, pixels };
                let target = ChannelTileOutput { at: tile, plane: narrow.channel, accumulate };
                // SAFETY: the scratch has just been held to its planes of the strip's tiles each, and the
                // filter to its channels.
                unsafe { register_tile::run::<T, V, 1>(source, span, output, target) };
            }
        }
    }
}
