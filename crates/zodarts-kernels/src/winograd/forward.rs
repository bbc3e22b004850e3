//! Forward pass: all 3×3 convolutions of one node share its transformed tiles.

use super::filter::{filter_len, filter_plane};
use super::multiply::{self, ProductSize};
use super::products::{ProductLayout, Products, ProductsMut, TilePosition};
use super::tiling::{Strip, Tile, Tiles};
use super::transform::{FREQUENCIES, SIDE, STEP, Transform, column_of_six};
use crate::block_moments::merge_moments;
use crate::block_view::{BlockView, BlockViewMut};
use crate::group::{ForwardConv, ForwardGroup};
use crate::kernels::Kernel;
use crate::layout::BlockLayout;
use crate::pixel::Pixel;
use crate::prefetch::Prefetch;
use crate::real::Real;
use crate::vector::Vector;

/// Computes `output = 3×3 convolution(input)` at stride 1 for several convolutions of the same input, whose
/// filters come from [`WinogradFilter`](super::WinogradFilter).
#[derive(Debug)]
pub struct WinogradForward<'a, 'b, T> {
    /// The operands. The input is in a padded layout with a zero margin; channels are multiples of eight.
    pub group: ForwardGroup<'a, 'b, T, Pixel<T>>,
    /// Scratch of [`forward_scratch`] pixels.
    pub scratch: &'a mut [Pixel<T>],
}

/// Returns the pixels of scratch of a [`WinogradForward`].
///
/// # Panics
/// If the size overflows.
pub fn forward_scratch(layout: &BlockLayout, inputs: usize, outputs: usize) -> usize {
    let tiles = Tiles::new(layout, inputs + outputs).longest();
    ProductLayout::new(inputs, tiles).len() + ProductLayout::new(outputs, tiles).len()
}

impl<T: Real> Kernel<T> for WinogradForward<'_, '_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let Self { group, scratch } = self;
        let ForwardGroup { input, from, inputs, outputs, convolutions, to, lanes } = group;
        assert_eq!(from, BlockLayout::padded(to.height, to.width), "layouts");
        let transform = Transform::<V>::new::<T>();
        let tiles = Tiles::new(&to, inputs + outputs);
        let (x, y) = scratch.split_at_mut(ProductLayout::new(inputs, tiles.longest()).len());
        for strip in tiles.strips() {
            let wide = ProductLayout::new(inputs, strip.len);
            let narrow = ProductLayout::new(outputs, strip.len);
            let block = BlockView { pixels: input, layout: &from, channels: inputs };
            transform_input(&transform, block, strip, ProductsMut { pixels: &mut *x, layout: wide });
            let size = ProductSize { inputs, outputs, tiles: strip.len };
            for ForwardConv { packed, output, moments } in convolutions.iter_mut() {
                assert_eq!(packed.len(), filter_len(inputs, outputs), "filter");
                let plane = filter_plane(inputs, outputs);
                let next_output = Prefetch::strip(output, &to, outputs, strip.pixels());
                let next_weights = Prefetch::whole(packed);
                for f in 0..FREQUENCIES {
                    next_weights.fetch::<V>(f + 1, FREQUENCIES);
                    next_output.fetch::<V>(f, FREQUENCIES);
                    let (x, y) = (&x[f * wide.frequency..], &mut y[f * narrow.frequency..]);
                    multiply::multiply::<T, V>(size, &packed[f * plane..], x, y);
                }
                let products = Products { pixels: &*y, layout: narrow };
                let block = BlockViewMut { pixels: output, layout: &to, channels: outputs };
                transform_output::<T, V, false>(&transform, products, strip, block);
                let block = BlockView { pixels: output, layout: &to, channels: outputs };
                merge_moments::<T, V>(block, strip.pixels(), lanes, moments);
            }
        }
    }
}

/// Prefetches the same tile of the next channel: tiles jump from row to row, which the CPU's own prefetcher
/// does not follow.
#[inline(always)]
pub fn prefetch_tile<T: Real, V: Vector<T>>(pixels: &[Pixel<T>], corner: usize, row: usize) {
    for y in 0..STEP {
        // Two pixels are a cache line.
        V::prefetch(pixels, corner + y * row);
        V::prefetch(pixels, corner + y * row + 2);
    }
}

/// Computes the products of a strip of the input, `Bᵀ d B`.
#[inline(always)]
pub fn transform_input<T: Real, V: Vector<T>>(
    transform: &Transform<V>,
    input: BlockView<'_, T>,
    strip: Strip,
    products: ProductsMut<'_, T>,
) {
    let BlockView { pixels: input, layout: from, channels } = input;
    let ProductsMut { pixels: products, layout } = products;
    assert!(input.len() >= from.len(channels), "input too short");
    assert!(products.len() >= layout.len(), "products too short");
    for channel in 0..channels {
        for Tile { number, y, x } in strip.iter() {
            // The padded layout starts a row and a column before the image and is a whole number of tiles.
            let corner = channel * from.plane + y * from.row + x;
            prefetch_tile::<T, V>(input, corner + from.plane, from.row);
            let rows = [
                transform.input(load_row(input, corner)),
                transform.input(load_row(input, corner + from.row)),
                transform.input(load_row(input, corner + 2 * from.row)),
                transform.input(load_row(input, corner + 3 * from.row)),
                transform.input(load_row(input, corner + 4 * from.row)),
                transform.input(load_row(input, corner + 5 * from.row)),
            ];
            for j in 0..SIDE {
                let column = transform.input(column_of_six(&rows, j));
                layout.store_column(products, TilePosition { channel, tile: number }, j, column);
            }
        }
    }
}

/// Returns six pixels of a row.
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

/// Computes the pixels of a strip of the output that lie inside the image, `Aᵀ m A`. With `ADD` they are
/// added to the block, otherwise they overwrite it.
#[inline(always)]
pub fn transform_output<T: Real, V: Vector<T>, const ADD: bool>(
    transform: &Transform<V>,
    products: Products<'_, T>,
    strip: Strip,
    output: BlockViewMut<'_, T>,
) {
    let Products { pixels: products, layout } = products;
    let BlockViewMut { pixels: block, layout: to, channels } = output;
    assert!(products.len() >= layout.len(), "products too short");
    assert!(block.len() >= to.len(channels), "output too short");
    for channel in 0..channels {
        for Tile { number, y, x } in strip.iter() {
            let at = TilePosition { channel, tile: number };
            let rows = [
                transform.output(layout.load_row(products, at, 0)),
                transform.output(layout.load_row(products, at, 1)),
                transform.output(layout.load_row(products, at, 2)),
                transform.output(layout.load_row(products, at, 3)),
                transform.output(layout.load_row(products, at, 4)),
                transform.output(layout.load_row(products, at, 5)),
            ];
            let whole = strip.tiles.is_whole(y, x);
            let target = to.at(channel, y, x);
            prefetch_tile::<T, V>(block, target + to.plane, to.row);
            for j in 0..STEP {
                let column: [V; STEP] = transform.output(column_of_six(&rows, j));
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
