//! Forward: all 3×3 convolutions of one node share its transformed tiles.

use super::filter::{filter_len, filter_plane};
use super::multiply::{self, Size};
use super::tiles::{Place, Planes, Strip, Tiles};
use super::transform::{FREQUENCIES, Points, SIDE, STEP, column_of_six};
use crate::ahead::Ahead;
use crate::kernels::Job;
use crate::layout::Layout;
use crate::moments::{Moments2, merge_moments};
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
    /// Moments of each channel of the output, merged with what is there; empty if they are not wanted.
    pub moments: &'a mut [Moments2],
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
    /// Images in the block: only these lanes are measured.
    pub lanes: usize,
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
        let Self { input, from, inputs, outputs, convolutions, to, lanes, scratch } = self;
        assert_eq!(from, Layout::padded(to.height, to.width), "layouts");
        let points = Points::<V>::new::<T>();
        let tiles = Tiles::new(&to, inputs + outputs);
        let (x, y) = scratch.split_at_mut(Planes::new(inputs, tiles.longest()).len());
        for strip in tiles.strips() {
            let (wide, narrow) = (Planes::new(inputs, strip.len), Planes::new(outputs, strip.len));
            transform_input(&points, (input, &from), (tiles, strip), inputs, (&mut *x, wide));
            let size = Size { inputs, outputs, tiles: strip.len };
            for WinogradOutput { filter, block, moments } in convolutions.iter_mut() {
                assert_eq!(filter.len(), filter_len(inputs, outputs), "filter");
                let plane = filter_plane(inputs, outputs);
                let own = Ahead::strip(block, &to, outputs, strip.rows(tiles));
                let weights = Ahead::whole(filter);
                for f in 0..FREQUENCIES {
                    weights.fetch::<V>(f + 1, FREQUENCIES);
                    own.fetch::<V>(f, FREQUENCIES);
                    let (x, y) = (&x[f * wide.frequency..], &mut y[f * narrow.frequency..]);
                    multiply::multiply::<T, V>(size, &filter[f * plane..], x, y);
                }
                let output = (&mut **block, &to);
                transform_output::<T, V, false>(&points, (y, narrow), (tiles, strip), outputs, output);
                merge_moments::<T, V>((block, &to), strip.rows(tiles), lanes, moments);
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
            let rows = [
                points.input(load_row(input, corner)),
                points.input(load_row(input, corner + from.row)),
                points.input(load_row(input, corner + 2 * from.row)),
                points.input(load_row(input, corner + 3 * from.row)),
                points.input(load_row(input, corner + 4 * from.row)),
                points.input(load_row(input, corner + 5 * from.row)),
            ];
            for j in 0..SIDE {
                let column = points.input(column_of_six(&rows, j));
                planes.store_column(products, Place { channel, tile }, j, column);
            }
        }
    }
}

/// Six pixels of a row.
#[inline(always)]
fn load_row<T: Real, V: Vector<T>>(input: &[Pixel<T>], start: usize) -> [V; SIDE] {
    let row = &input[start..][..SIDE];
    [
        V::load(&row[0]),
        V::load(&row[1]),
        V::load(&row[2]),
        V::load(&row[3]),
        V::load(&row[4]),
        V::load(&row[5]),
    ]
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
            let at = Place { channel, tile };
            let rows = [
                points.output(planes.load_row(products, at, 0)),
                points.output(planes.load_row(products, at, 1)),
                points.output(planes.load_row(products, at, 2)),
                points.output(planes.load_row(products, at, 3)),
                points.output(planes.load_row(products, at, 4)),
                points.output(planes.load_row(products, at, 5)),
            ];
            let whole = tiles.is_whole(y, x);
            let target = to.at(channel, y, x);
            prefetch_tile::<T, V>(block, target + to.plane, to.row);
            for j in 0..STEP {
                let column: [V; STEP] = points.output(column_of_six(&rows, j));
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
