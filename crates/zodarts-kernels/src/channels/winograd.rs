//! 3×3 convolutions at stride 1 by Winograd's F(4×4, 3×3) with channels in the lanes.
//!
//! All convolutions into one node share their output transform: products of all sources are added up before it.

use super::planes;
use super::tile::{self, PLANES, Source, Target, pieces};
use crate::kernels::{Job, Kernels};
use crate::layout::{Layout, product};
use crate::pixel::{LANES, Pixel};
use crate::real::Real;
use crate::vector::Vector;
use crate::winograd::{
    FREQUENCIES, Planes, Points, Strip, Tiles, WinogradFilter, filter_len, filter_plane, transform_input,
    transform_output,
};

/// One convolution of a [`ChannelWinograd`].
#[derive(Clone, Copy, Debug)]
pub struct ChannelSource<'a, T> {
    /// Input block in a padded layout, its margin zero.
    pub input: &'a [Pixel<T>],
    /// Input channels.
    pub inputs: usize,
    /// Filter from [`pack_channel_filter`].
    pub filter: &'a [Pixel<T>],
}

/// `output += Σ_s 3×3 convolution(input_s)` at stride 1.
#[derive(Debug)]
pub struct ChannelWinograd<'a, T> {
    /// The convolutions.
    pub sources: &'a [ChannelSource<'a, T>],
    /// Padded layout of all inputs.
    pub from: Layout,
    /// Output block, added to.
    pub output: &'a mut [Pixel<T>],
    /// Dense layout of the output, of the inputs' size.
    pub to: Layout,
    /// Output channels.
    pub outputs: usize,
    /// Room for [`channel_winograd_scratch`] pixels, with the largest number of input channels.
    pub scratch: &'a mut [Pixel<T>],
}

/// Pixels of scratch of a [`ChannelWinograd`].
///
/// # Panics
/// If the size overflows.
pub fn channel_winograd_scratch(layout: &Layout, inputs: usize, outputs: usize) -> usize {
    let (inputs, outputs) = (planes(inputs), planes(outputs));
    let tiles = Tiles::new(layout, inputs + outputs).longest();
    Planes::new(inputs, tiles).len() + Planes::new(outputs, tiles).len()
}

/// Pixels of a transformed filter.
///
/// # Panics
/// If it overflows.
pub fn channel_filter_len(inputs: usize, outputs: usize) -> usize {
    product(FREQUENCIES, frequency_len(inputs, outputs))
}

fn frequency_len(inputs: usize, outputs: usize) -> usize {
    product(inputs, planes(outputs))
}

/// Transforms the weights of a 3×3 convolution, `outputs × inputs × 3 × 3`, into [`channel_filter_len`] pixels.
///
/// # Panics
/// If a slice has another length than the channels say.
pub fn pack_channel_filter<T: Real>(
    kernels: Kernels<T>,
    (inputs, outputs): (usize, usize),
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
        tile::pack((inputs, outputs, 1), packed, |output, input, _| {
            filter[input / LANES * high + output].0[input % LANES]
        });
    }
}

impl<T: Real> Job<T> for ChannelWinograd<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let Self { sources, from, output, to, outputs, scratch } = self;
        assert_eq!(from, Layout::padded(to.height, to.width), "layouts");
        let most = sources.iter().map(|source| planes(source.inputs)).max().unwrap_or(0);
        let tiles = Tiles::new(&to, most + planes(outputs));
        let (x, y) = scratch.split_at_mut(Planes::new(most, tiles.longest()).len());
        let points = Points::<V>::new::<T>();
        for strip in tiles.strips() {
            let narrow = Planes::new(planes(outputs), strip.len);
            for (index, source) in sources.iter().enumerate() {
                let wide = Planes::new(planes(source.inputs), strip.len);
                let input = (source.input, &from);
                transform_input(&points, input, (tiles, strip), planes(source.inputs), (&mut *x, wide));
                multiply::<T, V>(source, outputs, (x, wide), (y, narrow), (strip, index > 0));
            }
            let output = (&mut *output, &to);
            transform_output::<T, V, true>(&points, (y, narrow), (tiles, strip), planes(outputs), output);
        }
    }
}

/// `y[output][tile] (+)= Σ_input filter · x[input][tile]`, for every frequency.
#[inline(always)]
fn multiply<T: Real, V: Vector<T>>(
    source: &ChannelSource<'_, T>,
    outputs: usize,
    (x, wide): (&[Pixel<T>], Planes),
    (y, narrow): (&mut [Pixel<T>], Planes),
    (strip, accumulate): (Strip, bool),
) {
    assert_eq!(source.filter.len(), channel_filter_len(source.inputs, outputs), "filter");
    assert!(x.len() >= wide.len() && y.len() >= narrow.len(), "scratch too short");
    let filters = source.filter.chunks_exact(frequency_len(source.inputs, outputs));
    for (frequency, packed) in filters.enumerate() {
        let input = &x[frequency * wide.frequency..];
        let output = &mut y[frequency * narrow.frequency..];
        let source = Source { input, channels: source.inputs, plane: wide.channel, taps: &[0], packed };
        for plane in (0..planes(outputs)).step_by(PLANES) {
            for (tile, count) in pieces(strip.len) {
                let target = Target { at: tile, plane: narrow.channel, accumulate };
                let window = (tile, count);
                // SAFETY: the scratch has just been held to its planes of `strip.len` tiles each, and the filter to its
                // channels.
                unsafe { tile::run::<T, V, 1>(source, (plane, planes(outputs)), window, output, target) };
            }
        }
    }
}
