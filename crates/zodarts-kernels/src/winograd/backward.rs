//! Backward: the adjoint of the forward transform, so that one transform of a gradient serves weights and input.

use super::filter::{WinogradFilterGradient, filter_len, filter_plane};
use super::forward::{prefetch_tile, transform_input};
use super::multiply::{self, Size};
use super::tiles::{Place, Planes, Strip, Tiles};
use super::transform::{FREQUENCIES, Points, SIDE, STEP, column_of_four, column_of_six};
use crate::ahead::Ahead;
use crate::blend::{Blend, Factors};
use crate::kernels::Job;
use crate::layout::Layout;
use crate::pixel::Pixel;
use crate::real::Real;
use crate::vector::Vector;

/// Pixels that neighbouring tiles of the input share, in each dimension.
const OVERLAP: usize = SIDE - STEP;

/// One of the convolutions.
#[derive(Debug)]
pub struct WinogradGradient<'a, T> {
    /// Filter from [`WinogradFilter`](super::WinogradFilter).
    pub filter: &'a [Pixel<T>],
    /// Gradient of the convolution's result.
    pub blend: Blend<'a, T>,
    /// Gradient of the weights, `outputs × inputs × 3 × 3`, added to; empty if it is not wanted.
    pub weights: &'a mut [T],
}

/// Gradients of several 3×3 convolutions at stride 1 with the same input.
#[derive(Debug)]
pub struct WinogradBackward<'a, 'b, T> {
    /// Input block of the forward pass in a padded layout, its margin zero. Only read for gradients of weights.
    pub input: &'a [Pixel<T>],
    /// Layout of the input.
    pub from: Layout,
    /// Input channels, a multiple of eight.
    pub inputs: usize,
    /// Output channels of each convolution, a multiple of eight.
    pub outputs: usize,
    /// The convolutions.
    pub convolutions: &'b mut [WinogradGradient<'a, T>],
    /// Layout of the blocks of a [`Blend`], of the input's size.
    pub to: Layout,
    /// Gradient of the input in its padded layout, overwritten; what it leaves in the margin means nothing. Empty if it is
    /// not wanted.
    pub input_gradient: &'a mut [Pixel<T>],
    /// Images in the block: only these lanes count for gradients of weights.
    pub lanes: usize,
    /// Room for [`backward_scratch`](super::backward_scratch) pixels.
    pub scratch: &'a mut [Pixel<T>],
}

/// Pixels of scratch of a [`WinogradBackward`] with `convolutions` convolutions.
///
/// # Panics
/// If the size overflows.
pub fn backward_scratch(layout: &Layout, inputs: usize, outputs: usize, convolutions: usize) -> usize {
    let tiles = Tiles::new(layout, inputs + outputs).longest();
    let (wide, narrow) = (Planes::new(inputs, tiles).len(), Planes::new(outputs, tiles).len());
    2 * wide + narrow + convolutions * filter_len(inputs, outputs)
}

impl<T: Real> Job<T> for WinogradBackward<'_, '_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let Self { input, from, inputs, outputs, convolutions, to, input_gradient, lanes, scratch } = self;
        assert_eq!(from, Layout::padded(to.height, to.width), "layouts");
        let points = Points::<V>::new::<T>();
        let tiles = Tiles::new(&to, inputs + outputs);
        let (wide, narrow) = (Planes::new(inputs, tiles.longest()), Planes::new(outputs, tiles.longest()));
        let (x, rest) = scratch.split_at_mut(wide.len());
        let (dx, rest) = rest.split_at_mut(wide.len());
        let (dy, filters) = rest.split_at_mut(narrow.len());
        let filter_len = filter_len(inputs, outputs);
        let plane = filter_plane(inputs, outputs);
        let weighted = convolutions.iter().any(|convolution| !convolution.weights.is_empty());
        for (index, strip) in tiles.strips().enumerate() {
            let (wide, narrow) = (Planes::new(inputs, strip.len), Planes::new(outputs, strip.len));
            let size = Size { inputs, outputs, tiles: strip.len };
            if weighted {
                // Two steps through `dx`, which is not needed yet.
                transform_input(&points, (input, &from), (tiles, strip), inputs, (&mut *dx, wide));
                for f in 0..FREQUENCIES {
                    let (from, to) = (&dx[f * wide.frequency..], &mut x[f * wide.frequency..]);
                    multiply::transpose::<T, V>(inputs, strip.len, from, to);
                }
            }
            for number in 0..convolutions.len() {
                let next = convolutions.get(number + 1).map(|convolution| (convolution.blend, strip));
                let next = next.or_else(|| Some((convolutions[0].blend, tiles.strips().nth(index + 1)?)));
                let next = next.map(|(blend, strip)| {
                    let blocks = [blend.output_gradient, blend.values];
                    blocks.map(|block| Ahead::strip(block, &to, outputs, strip.rows(tiles)))
                });
                let WinogradGradient { filter, blend, weights } = &mut convolutions[number];
                assert_eq!(filter.len(), filter_len, "filter");
                let filter_ahead = Ahead::whole(filter);
                // With a single strip the sums of one convolution are not needed beside those of the next.
                let place = if strip.len == tiles.len() { 0 } else { number };
                let sums = &mut filters[place * filter_len..][..filter_len];
                transform_gradient(&points, (blend, &to), (tiles, strip), outputs, (&mut *dy, narrow));
                for f in 0..FREQUENCIES {
                    filter_ahead.fetch::<V>(f + 1, FREQUENCIES);
                    for block in next.iter().flatten() {
                        block.fetch::<V>(f, FREQUENCIES);
                    }
                    let dy = &dy[f * narrow.frequency..];
                    if !weights.is_empty() {
                        let x = &x[f * wide.frequency..];
                        let sums = &mut sums[f * plane..];
                        multiply::filter_gradient::<T, V>(size, x, dy, sums, lanes, index > 0);
                    }
                    if !input_gradient.is_empty() {
                        let dx = &mut dx[f * wide.frequency..];
                        let filter = &filter[f * plane..];
                        multiply::multiply_transposed::<T, V>(size, filter, dy, dx, number > 0);
                    }
                }
                if strip.is_last && !weights.is_empty() {
                    let rows = 0..outputs;
                    let job =
                        WinogradFilterGradient { filter: sums, inputs, outputs, rows, gradient: weights };
                    // SAFETY: the caller's promise about the CPU holds for this job as well.
                    unsafe { job.run::<V>() };
                }
            }
            if !input_gradient.is_empty() {
                add_input_gradient(
                    &points,
                    (dx, wide),
                    (tiles, strip),
                    inputs,
                    (&mut *input_gradient, &from),
                );
            }
        }
    }
}

/// Products of a strip of the output's gradient: `A dy Aᵀ`.
#[inline(always)]
pub fn transform_gradient<T: Real, V: Vector<T>>(
    points: &Points<V>,
    (blend, to): (&Blend<'_, T>, &Layout),
    (tiles, strip): (Tiles, Strip),
    channels: usize,
    (products, planes): (&mut [Pixel<T>], Planes),
) {
    let (d, values) = (blend.output_gradient, blend.values);
    blend.check(to, channels);
    assert!(products.len() >= planes.len(), "products too short");
    for channel in 0..channels {
        let factors = blend.factors::<V>(channel);
        for (tile, y, x) in tiles.of(strip) {
            let corner = to.at(channel, y, x);
            prefetch_tile::<T, V>(d, corner + to.plane, to.row);
            prefetch_tile::<T, V>(values, corner + to.plane, to.row);
            let (height, width) = (to.height - y, to.width - x);
            let row =
                |i: usize| Row { start: corner + i * to.row, width: if i < height { width } else { 0 } };
            let rows = [
                points.output_adjoint(blend_row(factors, (d, values), row(0))),
                points.output_adjoint(blend_row(factors, (d, values), row(1))),
                points.output_adjoint(blend_row(factors, (d, values), row(2))),
                points.output_adjoint(blend_row(factors, (d, values), row(3))),
            ];
            for j in 0..SIDE {
                let column = points.output_adjoint(column_of_four(&rows, j));
                planes.store_column(products, Place { channel, tile }, j, column);
            }
        }
    }
}

/// Pixels of a tile's row inside the image.
#[derive(Clone, Copy)]
struct Row {
    start: usize,
    width: usize,
}

/// Up to four pixels of a blend; zero beyond.
#[inline(always)]
fn blend_row<T: Real, V: Vector<T>>(
    factors: Factors<V>,
    (d, values): (&[Pixel<T>], &[Pixel<T>]),
    row: Row,
) -> [V; STEP] {
    if row.width >= STEP {
        let (d, values) = (&d[row.start..][..STEP], &values[row.start..][..STEP]);
        return [
            factors.pixel(&d[0], &values[0]),
            factors.pixel(&d[1], &values[1]),
            factors.pixel(&d[2], &values[2]),
            factors.pixel(&d[3], &values[3]),
        ];
    }
    let mut pixels = [V::splat(T::ZERO); STEP];
    for (x, pixel) in pixels.iter_mut().enumerate().take(row.width) {
        *pixel = factors.pixel(&d[row.start + x], &values[row.start + x]);
    }
    pixels
}

/// The pixels that belong to a strip of products, `B v Bᵀ`. Neighbouring tiles overlap by two pixels: what an earlier tile has
/// written is added to, all else is overwritten.
#[inline(always)]
pub fn add_input_gradient<T: Real, V: Vector<T>>(
    points: &Points<V>,
    (products, planes): (&[Pixel<T>], Planes),
    (tiles, strip): (Tiles, Strip),
    channels: usize,
    (block, from): (&mut [Pixel<T>], &Layout),
) {
    assert!(products.len() >= planes.len(), "products too short");
    assert!(block.len() >= from.len(channels), "input gradient too short");
    for channel in 0..channels {
        for (tile, y, x) in tiles.of(strip) {
            let at = Place { channel, tile };
            let columns = [
                points.input_adjoint(planes.load_column(products, at, 0)),
                points.input_adjoint(planes.load_column(products, at, 1)),
                points.input_adjoint(planes.load_column(products, at, 2)),
                points.input_adjoint(planes.load_column(products, at, 3)),
                points.input_adjoint(planes.load_column(products, at, 4)),
                points.input_adjoint(planes.load_column(products, at, 5)),
            ];
            let corner = channel * from.plane + y * from.row + x;
            for i in 0..SIDE {
                let row: [V; SIDE] = points.input_adjoint(column_of_six(&columns, i));
                let pixels = &mut block[corner + i * from.row..][..SIDE];
                let row_written = y > 0 && i < OVERLAP;
                for (j, (value, pixel)) in row.into_iter().zip(pixels).enumerate() {
                    let written = row_written || (x > 0 && j < OVERLAP);
                    let value = if written { V::load(pixel).add(value) } else { value };
                    value.store(pixel);
                }
            }
        }
    }
}
