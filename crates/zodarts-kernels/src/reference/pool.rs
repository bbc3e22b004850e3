//! Average pooling, by definition.

use super::size::Size;
use crate::real::Real;
use std::ops::Range;

/// Calls `visit(output index, input index, share)` for every addend of a pooling.
fn shares<T: Real>(
    input: &Size,
    output: &Size,
    window: impl Fn(usize, usize) -> Range<usize>,
    mut visit: impl FnMut(usize, usize, T),
) {
    for n in 0..input.images {
        for c in 0..input.channels {
            for y in 0..output.height {
                for x in 0..output.width {
                    let (rows, columns) = (window(y, input.height), window(x, input.width));
                    let share = T::from_f64(1.0 / (rows.len() * columns.len()) as f64);
                    for row in rows {
                        for column in columns.clone() {
                            visit(output.at(n, c, y, x), input.at(n, c, row, column), share);
                        }
                    }
                }
            }
        }
    }
}

fn window3(position: usize, length: usize) -> Range<usize> {
    position.saturating_sub(1)..(position + 2).min(length)
}

fn window2(position: usize, length: usize) -> Range<usize> {
    2 * position..(2 * position + 2).min(length)
}

fn halved(size: &Size) -> Size {
    Size { height: size.height.div_ceil(2), width: size.width.div_ceil(2), ..*size }
}

/// Returns 3×3 averages at stride 1 over the pixels inside the image.
pub fn avg_pool3<T: Real>(input: &[T], size: &Size) -> Vec<T> {
    let mut output = vec![T::ZERO; size.len()];
    shares(size, size, window3, |o, i, share: T| output[o] += input[i] * share);
    output
}

/// Returns the gradient of the input of [`avg_pool3`].
pub fn avg_pool3_backward<T: Real>(output_gradient: &[T], size: &Size) -> Vec<T> {
    let mut gradient = vec![T::ZERO; size.len()];
    shares(size, size, window3, |o, i, share: T| gradient[i] += output_gradient[o] * share);
    gradient
}

/// Returns 2×2 averages at stride 2; at odd sides the last window is smaller.
pub fn avg_pool2<T: Real>(input: &[T], size: &Size) -> Vec<T> {
    let small = halved(size);
    let mut output = vec![T::ZERO; small.len()];
    shares(size, &small, window2, |o, i, share: T| output[o] += input[i] * share);
    output
}

/// Returns the gradient of the input of [`avg_pool2`], whose size is `size`.
pub fn avg_pool2_backward<T: Real>(output_gradient: &[T], size: &Size) -> Vec<T> {
    let mut gradient = vec![T::ZERO; size.len()];
    shares(size, &halved(size), window2, |o, i, share: T| gradient[i] += output_gradient[o] * share);
    gradient
}

/// Returns the mean over pixels of max(x, 0), `(images, channels)`.
pub fn global_average<T: Real>(input: &[T], size: &Size) -> Vec<T> {
    let area = size.height * size.width;
    let scale = T::from_f64(1.0 / area as f64);
    input
        .chunks_exact(area)
        .map(|plane| plane.iter().filter(|x| **x > T::ZERO).copied().sum::<T>() * scale)
        .collect()
}
