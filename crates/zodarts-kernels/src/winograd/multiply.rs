//! The products between transformed tiles: one small matrix product for each of the 36 frequencies.
//!
//! All run in register tiles of 6 × 2 accumulators: 6 channels × 2 tiles of the image for activations and
//! their gradients, 6 outputs × 16 inputs for the filter's gradient. Tiles of 4 × 3 need one load less, but
//! leave the compiler no spare register, and it then spills an accumulator every round.

use crate::pixel::{LANES, Pixel};
use crate::real::Real;
use crate::vector::Vector;

/// Sizes of the product of one frequency.
#[derive(Clone, Copy, Debug)]
pub struct ProductSize {
    /// Input channels.
    pub inputs: usize,
    /// Output channels.
    pub outputs: usize,
    /// Tiles.
    pub tiles: usize,
}

/// Asserts that the filter and the planes hold their channels and tiles.
#[inline(always)]
fn check<T>(size: ProductSize, filter: &[Pixel<T>], x: &[Pixel<T>], y: &[Pixel<T>]) {
    assert!(size.inputs.is_multiple_of(LANES) && size.outputs.is_multiple_of(LANES), "channels");
    assert!(filter.len() >= size.inputs / LANES * size.outputs, "filter too short");
    assert!(x.len() >= size.inputs * size.tiles && y.len() >= size.outputs * size.tiles, "planes too short");
}

/// Returns the rows of the next register tile, given the rows `left`: 6, or a number that leaves no tile of
/// two.
#[inline(always)]
fn rows(left: usize) -> usize {
    match left {
        2 | 4 | 6 => left,
        8 => 4,
        _ => 6,
    }
}

/// Computes `y[output][tile] = Σ_input filter · x[input][tile]`.
#[inline(always)]
pub fn multiply<T: Real, V: Vector<T>>(
    size: ProductSize,
    filter: &[Pixel<T>],
    x: &[Pixel<T>],
    y: &mut [Pixel<T>],
) {
    check(size, filter, x, y);
    let product = Product {
        terms: size.inputs,
        tiles: size.tiles,
        // A filter's lanes are inputs: along the sum come eight lanes, then the pixel of the next eight
        // inputs.
        lane: 1,
        eight: size.outputs * LANES,
        accumulate: false,
    };
    let start = |output: usize| output * LANES;
    products::<T, V>(product, size.outputs, filter, start, x, y);
}

/// Computes `dx[input][tile] = Σ_output filter · dy[output][tile]` with the same filter, or adds it to dx.
#[inline(always)]
pub fn multiply_transposed<T: Real, V: Vector<T>>(
    size: ProductSize,
    filter: &[Pixel<T>],
    dy: &[Pixel<T>],
    dx: &mut [Pixel<T>],
    accumulate: bool,
) {
    check(size, filter, dx, dy);
    let product =
        Product { terms: size.outputs, tiles: size.tiles, lane: LANES, eight: LANES * LANES, accumulate };
    let start = |input: usize| input / LANES * size.outputs * LANES + input % LANES;
    products::<T, V>(product, size.inputs, filter, start, dy, dx);
}

/// A product of a filter and the planes of one frequency.
#[derive(Clone, Copy)]
struct Product {
    /// Terms of each sum, a multiple of eight.
    terms: usize,
    /// Tiles.
    tiles: usize,
    /// Distance between the weights of neighbouring terms within eight.
    lane: usize,
    /// Distance between the weights of terms eight apart.
    eight: usize,
    /// If true, the product is added to the output; if false, it overwrites it.
    accumulate: bool,
}

/// Computes all rows of a product; the first weight of a row is `start(row)`.
#[inline(always)]
fn products<T: Real, V: Vector<T>>(
    product: Product,
    count: usize,
    filter: &[Pixel<T>],
    start: impl Fn(usize) -> usize,
    x: &[Pixel<T>],
    y: &mut [Pixel<T>],
) {
    let weights = filter.as_ptr().cast::<T>();
    let mut row = 0;
    while row < count {
        let rows = rows(count - row);
        let y = &mut y[row * product.tiles..];
        match rows {
            2 => tiles::<T, V, 2>(product, row_starts(weights, row, &start), x, y),
            4 => tiles::<T, V, 4>(product, row_starts(weights, row, &start), x, y),
            _ => tiles::<T, V, 6>(product, row_starts(weights, row, &start), x, y),
        }
        row += rows;
    }
}

/// Returns pointers to the first weights of M rows.
#[inline(always)]
fn row_starts<T, const M: usize>(
    weights: *const T,
    row: usize,
    start: impl Fn(usize) -> usize,
) -> [*const T; M] {
    std::array::from_fn(|m| weights.wrapping_add(start(row + m)))
}

/// Computes all tiles of M rows.
#[inline(always)]
fn tiles<T: Real, V: Vector<T>, const M: usize>(
    product: Product,
    weights: [*const T; M],
    x: &[Pixel<T>],
    y: &mut [Pixel<T>],
) {
    for tile in (0..product.tiles).step_by(2) {
        // SAFETY: `check` holds filter and planes to `inputs`, `outputs` and `tiles`; M rows and 2 (or the
        // last) columns from `tile` are within them.
        unsafe {
            let (x, y) = (x.as_ptr().add(tile), y.as_mut_ptr().add(tile));
            if tile + 1 < product.tiles {
                register_tile::<T, V, M, 2>(product, weights, x, y);
            } else {
                register_tile::<T, V, M, 1>(product, weights, x, y);
            }
        }
    }
}

/// Computes P tiles of M rows.
///
/// # Safety
/// Each of `weights` must be valid for its row's terms; x for `terms` rows of P pixels and y for M, both
/// `tiles` apart.
#[inline(always)]
unsafe fn register_tile<T: Real, V: Vector<T>, const M: usize, const P: usize>(
    product: Product,
    mut weights: [*const T; M],
    mut x: *const Pixel<T>,
    y: *mut Pixel<T>,
) {
    let Product { terms, tiles, lane: step, eight, accumulate } = product;
    let mut sums = [[V::splat(T::ZERO); P]; M];
    // SAFETY: the caller's promise.
    unsafe {
        if accumulate {
            for (m, sums) in sums.iter_mut().enumerate() {
                *sums = std::array::from_fn(|p| V::load(&*y.add(m * tiles + p)));
            }
        }
        for _ in 0..terms / LANES {
            for lane in 0..LANES {
                let pixels: [V; P] = std::array::from_fn(|p| V::load(&*x.add(p)));
                for (weights, sums) in weights.iter().zip(&mut sums) {
                    let weight = V::splat(*weights.add(lane * step));
                    for (sum, &pixel) in sums.iter_mut().zip(&pixels) {
                        *sum = sum.add_mul(weight, pixel);
                    }
                }
                x = x.add(tiles);
            }
            for weights in &mut weights {
                *weights = weights.wrapping_add(eight);
            }
        }
        for (m, sums) in sums.iter().enumerate() {
            for (p, sum) in sums.iter().enumerate() {
                sum.store(&mut *y.add(m * tiles + p));
            }
        }
    }
}

/// Transposes `[channel][tile][lane]` to `[channel / 8][tile][lane][channel % 8]`: channels in lanes, images
/// in a row.
#[inline(always)]
pub fn transpose<T: Real, V: Vector<T>>(
    channels: usize,
    tiles: usize,
    from: &[Pixel<T>],
    to: &mut [Pixel<T>],
) {
    let (from, to) = (&from[..channels * tiles], &mut to[..channels * tiles]);
    for (from, to) in from.chunks_exact(LANES * tiles).zip(to.chunks_exact_mut(LANES * tiles)) {
        for (tile, to) in to.chunks_exact_mut(LANES).enumerate() {
            let mut rows = [V::splat(T::ZERO); LANES];
            for (channel, row) in rows.iter_mut().enumerate() {
                *row = V::load(&from[channel * tiles + tile]);
            }
            for (row, to) in V::transpose(rows).iter().zip(to) {
                row.store(to);
            }
        }
    }
}

/// Computes `gradient[input][output] = Σ_tile,image x[input] · dy[output]` over the first `lanes` images of
/// each tile, or adds it to the filter's gradient. x is transposed by [`transpose`].
#[inline(always)]
pub fn filter_gradient<T: Real, V: Vector<T>>(
    size: ProductSize,
    x: &[Pixel<T>],
    dy: &[Pixel<T>],
    gradient: &mut [Pixel<T>],
    lanes: usize,
    accumulate: bool,
) {
    check(size, gradient, x, dy);
    assert!(lanes <= LANES, "lanes");
    let sum = Summation { size, lanes, accumulate };
    let eights = size.inputs / LANES;
    let mut eight = 0;
    while eight < eights {
        eight += match eights - eight {
            1 => filter_outputs::<T, V, 1>(sum, x, dy, gradient, eight),
            _ => filter_outputs::<T, V, 2>(sum, x, dy, gradient, eight),
        };
    }
}

/// Parameters of the sum of a filter's gradient.
#[derive(Clone, Copy)]
struct Summation {
    size: ProductSize,
    lanes: usize,
    accumulate: bool,
}

/// Computes all outputs for `8 · G` inputs from `eight`. Returns `G`.
#[inline(always)]
fn filter_outputs<T: Real, V: Vector<T>, const G: usize>(
    sum: Summation,
    x: &[Pixel<T>],
    dy: &[Pixel<T>],
    gradient: &mut [Pixel<T>],
    eight: usize,
) -> usize {
    let mut output = 0;
    while output < sum.size.outputs {
        let count = rows(sum.size.outputs - output);
        match count {
            2 => filter_tile::<T, V, G, 2>(sum, x, dy, gradient, eight, output),
            4 => filter_tile::<T, V, G, 4>(sum, x, dy, gradient, eight, output),
            _ => filter_tile::<T, V, G, 6>(sum, x, dy, gradient, eight, output),
        }
        output += count;
    }
    G
}

/// Computes `N` outputs for `8 · G` inputs.
#[inline(always)]
fn filter_tile<T: Real, V: Vector<T>, const G: usize, const N: usize>(
    sum: Summation,
    x: &[Pixel<T>],
    dy: &[Pixel<T>],
    gradient: &mut [Pixel<T>],
    eight: usize,
    output: usize,
) {
    let Summation { size, lanes, accumulate } = sum;
    let mut sums = [[V::splat(T::ZERO); G]; N];
    // Full tiles follow each other without a gap; of others only the first lanes count.
    let (runs, length) = if lanes == LANES { (1, size.tiles * LANES) } else { (size.tiles, lanes) };
    let plane = size.tiles * LANES;
    for run in 0..runs {
        // SAFETY: `check` holds x to `inputs / 8` planes of `tiles · 8` pixels and dy to `outputs` planes of
        // as many values; the run ends within a plane.
        unsafe {
            let mut x = x.as_ptr().add(eight * plane + run * LANES);
            let mut dy = dy.as_ptr().cast::<T>().add(output * plane + run * LANES);
            for _ in 0..length {
                let pixels: [V; G] = std::array::from_fn(|g| V::load(&*x.add(g * plane)));
                for (n, sums) in sums.iter_mut().enumerate() {
                    let d = V::splat(*dy.add(n * plane));
                    for (sum, &pixel) in sums.iter_mut().zip(&pixels) {
                        *sum = sum.add_mul(d, pixel);
                    }
                }
                x = x.add(1);
                dy = dy.add(1);
            }
        }
    }
    for (n, sums) in sums.iter().enumerate() {
        for (g, &sum) in sums.iter().enumerate() {
            let target = &mut gradient[(eight + g) * size.outputs + output + n];
            let total = if accumulate { V::load(target).add(sum) } else { sum };
            total.store(target);
        }
    }
}
