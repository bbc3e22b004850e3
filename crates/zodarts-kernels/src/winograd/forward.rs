//! Forward: all 3×3 convolutions of one node share its transformed tiles.

use super::ahead::Ahead;
use super::filter::{filter_len, filter_plane};
use super::multiply::{self, Size};
use super::tiles::{Planes, Strip, Tiles};
use super::transform::{FREQUENCIES, Points, SIDE, STEP};
use crate::kernels::Job;
use crate::layout::Layout;
use crate::pixel::Pixel;
use crate::real::Real;
use crate::vector::Vector;

/// One of the convolutions.
#[derive(Debug)]
pub struct WinogradOutput<'a, T> {
    /// Filter from [`WinogradFilter`](super::WinogradFilter).
    pub filter: &'a [Pixel<T>],
    /// Output block, overwritten.
    pub block: &'a mut [Pixel<T>],
}

/// `output = 3×3 convolution(input)` at stride 1, for several convolutions of the same input.
#[derive(Debug)]
pub struct WinogradForward<'a, 'b, T> {
    /// Input block in a padded layout, its margin zero.
    pub input: &'a [Pixel<T>],
    /// Layout of the input.
    pub from: Layout,
    /// Input channels, a multiple of eight.
    pub inputs: usize,
    /// Output channels of each convolution, a multiple of eight.
    pub outputs: usize,
    /// The convolutions.
    pub convolutions: &'b mut [WinogradOutput<'a, T>],
    /// Layout of the outputs, of the input's size.
    pub to: Layout,
    /// Blocks that will be written after this job. They are fetched into the cache while products keep the arithmetic busy.
    pub ahead: &'b [&'a [Pixel<T>]],
    /// Room for [`forward_scratch`](super::forward_scratch) pixels.
    pub scratch: &'a mut [Pixel<T>],
}

/// Pixels of scratch of a [`WinogradForward`].
///
/// # Panics
/// If the size overflows.
pub fn forward_scratch(layout: &Layout, inputs: usize, outputs: usize) -> usize {
    let tiles = Tiles::new(layout, inputs + outputs).longest();
    Planes::new(inputs, tiles).len() + Planes::new(outputs, tiles).len()
}

impl<T: Real> Job<T> for WinogradForward<'_, '_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let Self { input, from, inputs, outputs, convolutions, to, ahead, scratch } = self;
        assert_eq!(from, Layout::padded(to.height, to.width), "layouts");
        let points = Points::<V>::new::<T>();
        let tiles = Tiles::new(&to, inputs + outputs);
        let (x, y) = scratch.split_at_mut(Planes::new(inputs, tiles.longest()).len());
        let products = tiles.strips().count() * convolutions.len() * FREQUENCIES;
        let mut done = 0;
        for strip in tiles.strips() {
            let (wide, narrow) = (Planes::new(inputs, strip.len), Planes::new(outputs, strip.len));
            transform_input(&points, (input, &from), (tiles, strip), inputs, (&mut *x, wide));
            let size = Size { inputs, outputs, tiles: strip.len };
            for WinogradOutput { filter, block } in convolutions.iter_mut() {
                assert_eq!(filter.len(), filter_len(inputs, outputs), "filter");
                let plane = filter_plane(inputs, outputs);
                let own = Ahead::strip(block, &to, outputs, (tiles, strip));
                for f in 0..FREQUENCIES {
                    own.fetch::<V>(f, FREQUENCIES);
                    for block in ahead {
                        Ahead::whole(block).fetch::<V>(done, products);
                    }
                    done += 1;
                    let (x, y) = (&x[f * wide.frequency..], &mut y[f * narrow.frequency..]);
                    multiply::multiply::<T, V>(size, &filter[f * plane..], x, y, false);
                }
                let output = (&mut **block, &to);
                transform_output::<T, V, false>(&points, (y, narrow), (tiles, strip), outputs, output);
            }
        }
    }
}

/// Asks for the same tile of the next channel: tiles jump from row to row, which the CPU's own prefetcher does not follow.
#[inline(always)]
pub fn prefetch_tile<T: Real, V: Vector<T>>(pixels: &[Pixel<T>], corner: usize, row: usize) {
    for y in 0..STEP {
        // Two pixels are a cache line.
        V::prefetch(pixels, corner + y * row);
        V::prefetch(pixels, corner + y * row + 2);
    }
}

/// Products of a strip of the input: `planes = Bᵀ d B`.
#[inline(always)]
pub fn transform_input<T: Real, V: Vector<T>>(
    points: &Points<V>,
    (input, from): (&[Pixel<T>], &Layout),
    (tiles, strip): (Tiles, Strip),
    channels: usize,
    (products, planes): (&mut [Pixel<T>], Planes),
) {
    assert!(input.len() >= from.len(channels), "input too short");
    assert!(products.len() >= planes.len(), "products too short");
    for channel in 0..channels {
        for (tile, y, x) in tiles.of(strip) {
            // The padded layout starts a row and a column before the image and is a whole number of tiles.
            let corner = channel * from.plane + y * from.row + x;
            prefetch_tile::<T, V>(input, corner + from.plane, from.row);
            let mut rows = [[V::splat(T::ZERO); SIDE]; SIDE];
            for (i, row) in rows.iter_mut().enumerate() {
                let pixels = &input[corner + i * from.row..][..SIDE];
                *row = points.input(std::array::from_fn(|j| V::load(&pixels[j])));
            }
            for j in 0..SIDE {
                let column = points.input(std::array::from_fn(|i| rows[i][j]));
                for (i, value) in column.into_iter().enumerate() {
                    value.store(&mut products[planes.at(channel, tile, i, j)]);
                }
            }
        }
    }
}

/// Pixels of a strip of the output: `Aᵀ m A`, as far as they lie inside the image; added to what is there if `ADD`.
#[inline(always)]
pub fn transform_output<T: Real, V: Vector<T>, const ADD: bool>(
    points: &Points<V>,
    (products, planes): (&[Pixel<T>], Planes),
    (tiles, strip): (Tiles, Strip),
    channels: usize,
    (block, to): (&mut [Pixel<T>], &Layout),
) {
    assert!(products.len() >= planes.len(), "products too short");
    assert!(block.len() >= to.len(channels), "output too short");
    for channel in 0..channels {
        for (tile, y, x) in tiles.of(strip) {
            let mut rows = [[V::splat(T::ZERO); STEP]; SIDE];
            for (i, row) in rows.iter_mut().enumerate() {
                let products: [V; SIDE] =
                    std::array::from_fn(|j| V::load(&products[planes.at(channel, tile, i, j)]));
                *row = points.output(products);
            }
            let whole = tiles.is_whole(y, x);
            let target = to.at(channel, y, x);
            prefetch_tile::<T, V>(block, target + to.plane, to.row);
            for j in 0..STEP {
                let column = points.output(std::array::from_fn(|i| rows[i][j]));
                for (i, value) in column.into_iter().enumerate() {
                    if whole || (y + i < to.height && x + j < to.width) {
                        let pixel = &mut block[target + i * to.row + j];
                        let value = if ADD { V::load(pixel).add(value) } else { value };
                        value.store(pixel);
                    }
                }
            }
        }
    }
}
