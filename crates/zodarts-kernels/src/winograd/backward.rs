//! Backward: the adjoint of the forward transform, so that one transform of a gradient serves weights and input.

use super::ahead::Ahead;
use super::filter::{WinogradFilterGradient, filter_len, filter_plane};
use super::forward::{prefetch_tile, transform_input};
use super::multiply::{self, Size};
use super::tiles::{Planes, Strip, Tiles};
use super::transform::{FREQUENCIES, Points, SIDE, STEP};
use crate::kernels::Job;
use crate::layout::Layout;
use crate::pixel::Pixel;
use crate::real::Real;
use crate::vector::Vector;

/// Gradient of a convolution's result, made as it is read: `gradient · d + raw · x + constant` per channel, which is what
/// normalisation leaves of the gradient d of its output, x being its input.
#[derive(Clone, Copy, Debug)]
pub struct Blend<'a, T> {
    /// d, a block.
    pub output_gradient: &'a [Pixel<T>],
    /// x, a block.
    pub values: &'a [Pixel<T>],
    /// Factors of d.
    pub gradient: &'a [T],
    /// Factors of x.
    pub raw: &'a [T],
    /// Constants.
    pub constant: &'a [T],
}

/// One of the convolutions.
#[derive(Debug)]
pub struct WinogradGradient<'a, T> {
    /// Filter from [`WinogradTranspose`](super::WinogradTranspose).
    pub transposed: &'a [Pixel<T>],
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
    /// Blocks that will be read after this job. They are fetched into the cache while products keep the arithmetic busy.
    pub ahead: &'b [&'a [Pixel<T>]],
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
        let Self { input, from, inputs, outputs, convolutions, to, input_gradient, lanes, ahead, scratch } =
            self;
        assert_eq!(from, Layout::padded(to.height, to.width), "layouts");
        let points = Points::<V>::new::<T>();
        let tiles = Tiles::new(&to, inputs + outputs);
        let (wide, narrow) = (Planes::new(inputs, tiles.longest()), Planes::new(outputs, tiles.longest()));
        let (x, rest) = scratch.split_at_mut(wide.len());
        let (dx, rest) = rest.split_at_mut(wide.len());
        let (dy, filters) = rest.split_at_mut(narrow.len());
        let filter_len = filter_len(inputs, outputs);
        let (plane, back_plane) = (filter_plane(inputs, outputs), filter_plane(outputs, inputs));
        let products = tiles.strips().count() * convolutions.len() * FREQUENCIES;
        let weighted = convolutions.iter().any(|convolution| !convolution.weights.is_empty());
        input_gradient.fill(Pixel::ZERO);
        for (index, strip) in tiles.strips().enumerate() {
            let (wide, narrow) = (Planes::new(inputs, strip.len), Planes::new(outputs, strip.len));
            let size = Size { inputs, outputs, tiles: strip.len };
            let back = Size { inputs: outputs, outputs: inputs, tiles: strip.len };
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
                    blocks.map(|block| Ahead::strip(block, &to, outputs, (tiles, strip)))
                });
                let done = (index * convolutions.len() + number) * FREQUENCIES;
                let WinogradGradient { transposed, blend, weights } = &mut convolutions[number];
                assert_eq!(transposed.len(), FREQUENCIES * back_plane, "filter");
                // With a single strip the sums of one convolution are not needed beside those of the next.
                let place = if strip.len == tiles.len() { 0 } else { number };
                let sums = &mut filters[place * filter_len..][..filter_len];
                transform_gradient(&points, (blend, &to), (tiles, strip), outputs, (&mut *dy, narrow));
                for f in 0..FREQUENCIES {
                    for block in next.iter().flatten() {
                        block.fetch::<V>(f, FREQUENCIES);
                    }
                    for block in ahead {
                        Ahead::whole(block).fetch::<V>(done + f, products);
                    }
                    let dy = &dy[f * narrow.frequency..];
                    if !weights.is_empty() {
                        let x = &x[f * wide.frequency..];
                        let sums = &mut sums[f * plane..];
                        multiply::filter_gradient::<T, V>(size, x, dy, sums, lanes, index > 0);
                    }
                    if !input_gradient.is_empty() {
                        let dx = &mut dx[f * wide.frequency..];
                        let transposed = &transposed[f * back_plane..];
                        multiply::multiply::<T, V>(back, transposed, dy, dx, number > 0);
                    }
                }
                if strip.is_last && !weights.is_empty() {
                    let job = WinogradFilterGradient { filter: sums, inputs, outputs, gradient: weights };
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
fn transform_gradient<T: Real, V: Vector<T>>(
    points: &Points<V>,
    (blend, to): (&Blend<'_, T>, &Layout),
    (tiles, strip): (Tiles, Strip),
    channels: usize,
    (products, planes): (&mut [Pixel<T>], Planes),
) {
    let (d, values) = (blend.output_gradient, blend.values);
    assert!(d.len() >= to.len(channels) && values.len() >= to.len(channels), "gradient too short");
    assert!(products.len() >= planes.len(), "products too short");
    for channel in 0..channels {
        let factors = [
            V::splat(blend.gradient[channel]),
            V::splat(blend.raw[channel]),
            V::splat(blend.constant[channel]),
        ];
        for (tile, y, x) in tiles.of(strip) {
            let corner = to.at(channel, y, x);
            prefetch_tile::<T, V>(d, corner + to.plane, to.row);
            prefetch_tile::<T, V>(values, corner + to.plane, to.row);
            let mut rows = [[V::splat(T::ZERO); SIDE]; STEP];
            if tiles.is_whole(y, x) {
                for (i, row) in rows.iter_mut().enumerate() {
                    let at = corner + i * to.row;
                    let pixels = blend_row(factors, &d[at..][..STEP], &values[at..][..STEP]);
                    *row = points.output_adjoint(pixels);
                }
            } else {
                let (height, width) = ((to.height - y).min(STEP), (to.width - x).min(STEP));
                for (i, row) in rows.iter_mut().take(height).enumerate() {
                    let at = corner + i * to.row;
                    let pixels = blend_row(factors, &d[at..][..width], &values[at..][..width]);
                    *row = points.output_adjoint(pixels);
                }
            }
            for j in 0..SIDE {
                let column = points.output_adjoint(std::array::from_fn(|i| rows[i][j]));
                for (i, value) in column.into_iter().enumerate() {
                    value.store(&mut products[planes.at(channel, tile, i, j)]);
                }
            }
        }
    }
}

/// Up to four pixels of a blend; zero beyond.
#[inline(always)]
fn blend_row<T: Real, V: Vector<T>>(factors: [V; 3], d: &[Pixel<T>], values: &[Pixel<T>]) -> [V; STEP] {
    let [gradient, raw, constant] = factors;
    let mut row = [V::splat(T::ZERO); STEP];
    for ((pixel, d), value) in row.iter_mut().zip(d).zip(values) {
        *pixel = constant.add_mul(raw, V::load(value)).add_mul(gradient, V::load(d));
    }
    row
}

/// Adds the pixels that belong to a strip of products, `B v Bᵀ`; neighbouring tiles overlap by two pixels.
#[inline(always)]
fn add_input_gradient<T: Real, V: Vector<T>>(
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
            let mut columns = [[V::splat(T::ZERO); SIDE]; SIDE];
            for (j, column) in columns.iter_mut().enumerate() {
                let products: [V; SIDE] =
                    std::array::from_fn(|i| V::load(&products[planes.at(channel, tile, i, j)]));
                *column = points.input_adjoint(products);
            }
            let corner = channel * from.plane + y * from.row + x;
            for i in 0..SIDE {
                let row = points.input_adjoint(std::array::from_fn(|j| columns[j][i]));
                let pixels = &mut block[corner + i * from.row..][..SIDE];
                for (value, pixel) in row.into_iter().zip(pixels) {
                    V::load(pixel).add(value).store(pixel);
                }
            }
        }
    }
}
