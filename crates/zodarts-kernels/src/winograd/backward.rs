//! Backward pass, the adjoint of the forward transform: one transform of a gradient serves weights and input.

use super::filter::{WinogradFilterGradient, filter_len, filter_plane};
use super::forward::{prefetch_tile, transform_input};
use super::multiply::{self, ProductSize};
use super::products::{ProductLayout, Products, ProductsMut, TilePosition};
use super::tiling::{Strip, Tile, Tiles};
use super::transform::{FREQUENCIES, SIDE, STEP, Transform, column_of_four, column_of_six};
use crate::batch_norm_input_grad::{BatchNormInputGrad, ChannelFactors};
use crate::block_view::{BlockView, BlockViewMut};
use crate::group::{BackwardConv, BackwardGroup};
use crate::kernels::Kernel;
use crate::layout::BlockLayout;
use crate::pixel::Pixel;
use crate::prefetch::Prefetch;
use crate::real::Real;
use crate::vector::Vector;

/// Pixels that neighbouring tiles of the input share, in each dimension.
const OVERLAP: usize = SIDE - STEP;

/// Computes the gradients of several 3×3 convolutions at stride 1 with the same input, whose filters come
/// from [`WinogradFilter`](super::WinogradFilter).
#[derive(Debug)]
pub struct WinogradBackward<'a, 'b, T> {
    /// The operands. The input is in a padded layout with a zero margin; channels are multiples of eight. The
    /// gradient of the input is overwritten, and its margin left undefined.
    pub group: BackwardGroup<'a, 'b, T, Pixel<T>>,
    /// Scratch of [`backward_scratch`] pixels.
    pub scratch: &'a mut [Pixel<T>],
}

/// Returns the pixels of scratch of a [`WinogradBackward`] with `convolutions` convolutions.
///
/// # Panics
/// If the size overflows.
pub fn backward_scratch(layout: &BlockLayout, inputs: usize, outputs: usize, convolutions: usize) -> usize {
    let tiles = Tiles::new(layout, inputs + outputs).longest();
    let (wide, narrow) = (ProductLayout::new(inputs, tiles).len(), ProductLayout::new(outputs, tiles).len());
    2 * wide + narrow + convolutions * filter_len(inputs, outputs)
}

impl<T: Real> Kernel<T> for WinogradBackward<'_, '_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let Self { group, scratch } = self;
        let BackwardGroup { input, from, inputs, outputs, convolutions, to, input_gradient, lanes } = group;
        assert_eq!(from, BlockLayout::padded(to.height, to.width), "layouts");
        let transform = Transform::<V>::new::<T>();
        let tiles = Tiles::new(&to, inputs + outputs);
        let wide = ProductLayout::new(inputs, tiles.longest());
        let narrow = ProductLayout::new(outputs, tiles.longest());
        let (x, rest) = scratch.split_at_mut(wide.len());
        let (dx, rest) = rest.split_at_mut(wide.len());
        let (dy, filters) = rest.split_at_mut(narrow.len());
        let filter_len = filter_len(inputs, outputs);
        let plane = filter_plane(inputs, outputs);
        let weighted = convolutions.iter().any(|convolution| !convolution.weight_gradient.is_empty());
        for (index, strip) in tiles.strips().enumerate() {
            let wide = ProductLayout::new(inputs, strip.len);
            let narrow = ProductLayout::new(outputs, strip.len);
            let size = ProductSize { inputs, outputs, tiles: strip.len };
            if weighted {
                // Two steps through `dx`, which is not needed yet.
                let block = BlockView { pixels: input, layout: &from, channels: inputs };
                transform_input(&transform, block, strip, ProductsMut { pixels: &mut *dx, layout: wide });
                for f in 0..FREQUENCIES {
                    let (from, to) = (&dx[f * wide.frequency..], &mut x[f * wide.frequency..]);
                    multiply::transpose::<T, V>(inputs, strip.len, from, to);
                }
            }
            for number in 0..convolutions.len() {
                let next = convolutions.get(number + 1).map(|next| (next.output_gradient, strip));
                let next =
                    next.or_else(|| Some((convolutions[0].output_gradient, tiles.strips().nth(index + 1)?)));
                let next = next.map(|(gradient, strip)| {
                    let blocks = [gradient.output_gradient, gradient.values];
                    blocks.map(|block| Prefetch::strip(block, &to, outputs, strip.pixels()))
                });
                let BackwardConv { packed, output_gradient, weight_gradient } = &mut convolutions[number];
                assert_eq!(packed.len(), filter_len, "filter");
                let next_weights = Prefetch::whole(packed);
                // With a single strip the sums of one convolution are not needed beside those of the next.
                let place = if strip.len == tiles.len() { 0 } else { number };
                let sums = &mut filters[place * filter_len..][..filter_len];
                let products = ProductsMut { pixels: &mut *dy, layout: narrow };
                transform_gradient(&transform, output_gradient, &to, strip, outputs, products);
                for f in 0..FREQUENCIES {
                    next_weights.fetch::<V>(f + 1, FREQUENCIES);
                    for block in next.iter().flatten() {
                        block.fetch::<V>(f, FREQUENCIES);
                    }
                    let dy = &dy[f * narrow.frequency..];
                    if !weight_gradient.is_empty() {
                        let x = &x[f * wide.frequency..];
                        let sums = &mut sums[f * plane..];
                        multiply::filter_gradient::<T, V>(size, x, dy, sums, lanes, index > 0);
                    }
                    if !input_gradient.is_empty() {
                        let dx = &mut dx[f * wide.frequency..];
                        let filter = &packed[f * plane..];
                        multiply::multiply_transposed::<T, V>(size, filter, dy, dx, number > 0);
                    }
                }
                if strip.is_last && !weight_gradient.is_empty() {
                    let (rows, gradient) = (0..outputs, &mut **weight_gradient);
                    let kernel = WinogradFilterGradient { filter: sums, inputs, outputs, rows, gradient };
                    // SAFETY: the caller's promise about the CPU holds for this kernel as well.
                    unsafe { kernel.run::<V>() };
                }
            }
            if !input_gradient.is_empty() {
                let products = Products { pixels: &*dx, layout: wide };
                let block = BlockViewMut { pixels: &mut *input_gradient, layout: &from, channels: inputs };
                add_input_gradient(&transform, products, strip, block);
            }
        }
    }
}

/// Computes the products of a strip of the output's gradient, `A dy Aᵀ`. `to` is the layout of the gradient's
/// blocks.
#[inline(always)]
pub fn transform_gradient<T: Real, V: Vector<T>>(
    transform: &Transform<V>,
    gradient: &BatchNormInputGrad<'_, T>,
    to: &BlockLayout,
    strip: Strip,
    channels: usize,
    products: ProductsMut<'_, T>,
) {
    let (d, values) = (gradient.output_gradient, gradient.values);
    let ProductsMut { pixels: products, layout } = products;
    gradient.check(to, channels);
    assert!(products.len() >= layout.len(), "products too short");
    for channel in 0..channels {
        let factors = gradient.factors::<V>(channel);
        for Tile { number, y, x } in strip.iter() {
            let corner = to.at(channel, y, x);
            prefetch_tile::<T, V>(d, corner + to.plane, to.row);
            prefetch_tile::<T, V>(values, corner + to.plane, to.row);
            let (height, width) = (to.height - y, to.width - x);
            let row =
                |i: usize| Row { start: corner + i * to.row, width: if i < height { width } else { 0 } };
            let rows = [
                transform.output_adjoint(gradient_row(factors, d, values, row(0))),
                transform.output_adjoint(gradient_row(factors, d, values, row(1))),
                transform.output_adjoint(gradient_row(factors, d, values, row(2))),
                transform.output_adjoint(gradient_row(factors, d, values, row(3))),
            ];
            for j in 0..SIDE {
                let column = transform.output_adjoint(column_of_four(&rows, j));
                layout.store_column(products, TilePosition { channel, tile: number }, j, column);
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

/// Returns four pixels of the gradient, zero beyond the row.
#[inline(always)]
fn gradient_row<T: Real, V: Vector<T>>(
    factors: ChannelFactors<V>,
    d: &[Pixel<T>],
    values: &[Pixel<T>],
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

/// Computes the gradient of the input of a strip from its products, `B v Bᵀ`. Neighbouring tiles overlap by
/// two pixels: the overlap with an earlier tile is added, all else is overwritten.
#[inline(always)]
pub fn add_input_gradient<T: Real, V: Vector<T>>(
    transform: &Transform<V>,
    products: Products<'_, T>,
    strip: Strip,
    gradient: BlockViewMut<'_, T>,
) {
    let Products { pixels: products, layout } = products;
    let BlockViewMut { pixels: block, layout: from, channels } = gradient;
    assert!(products.len() >= layout.len(), "products too short");
    assert!(block.len() >= from.len(channels), "input gradient too short");
    for channel in 0..channels {
        for Tile { number, y, x } in strip.iter() {
            let at = TilePosition { channel, tile: number };
            let columns = [
                transform.input_adjoint(layout.load_column(products, at, 0)),
                transform.input_adjoint(layout.load_column(products, at, 1)),
                transform.input_adjoint(layout.load_column(products, at, 2)),
                transform.input_adjoint(layout.load_column(products, at, 3)),
                transform.input_adjoint(layout.load_column(products, at, 4)),
                transform.input_adjoint(layout.load_column(products, at, 5)),
            ];
            let corner = channel * from.plane + y * from.row + x;
            for i in 0..SIDE {
                let row: [V; SIDE] = transform.input_adjoint(column_of_six(&columns, i));
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
