//! Convolutions, by definition.

use super::size::Size;
use crate::conv_shape::ConvShape;
use crate::real::Real;

/// Calls `visit(output index, input index, weight index)` for every product of a convolution. Returns the
/// size of the output.
fn products(shape: &ConvShape, input: &Size, mut visit: impl FnMut(usize, usize, usize)) -> Size {
    let output = output_size(shape, input);
    let reach = shape.kernel / 2;
    for n in 0..input.images {
        for o in 0..shape.outputs {
            for y in 0..output.height {
                for x in 0..output.width {
                    for i in 0..shape.inputs {
                        for ky in 0..shape.kernel {
                            for kx in 0..shape.kernel {
                                let (row, column) = (y * shape.stride + ky, x * shape.stride + kx);
                                let inside = (reach..input.height + reach).contains(&row)
                                    && (reach..input.width + reach).contains(&column);
                                if inside {
                                    let weight =
                                        ((o * shape.inputs + i) * shape.kernel + ky) * shape.kernel + kx;
                                    visit(
                                        output.at(n, o, y, x),
                                        input.at(n, i, row - reach, column - reach),
                                        weight,
                                    );
                                }
                            }
                        }
                    }
                }
            }
        }
    }
    output
}

fn output_size(shape: &ConvShape, input: &Size) -> Size {
    Size {
        images: input.images,
        channels: shape.outputs,
        height: input.height.div_ceil(shape.stride),
        width: input.width.div_ceil(shape.stride),
    }
}

/// Returns the convolution of `input`, `(images, outputs, height / stride, width / stride)`, rounded up.
pub fn conv2d<T: Real>(shape: &ConvShape, input: &[T], size: &Size, weights: &[T]) -> Vec<T> {
    let mut output = vec![T::ZERO; output_size(shape, size).len()];
    products(shape, size, |o, i, w| output[o] += input[i] * weights[w]);
    output
}

/// Returns the gradient of the input, whose size is `size`.
pub fn conv2d_input_gradient<T: Real>(
    shape: &ConvShape,
    output_gradient: &[T],
    size: &Size,
    weights: &[T],
) -> Vec<T> {
    let mut gradient = vec![T::ZERO; size.len()];
    products(shape, size, |o, i, w| gradient[i] += output_gradient[o] * weights[w]);
    gradient
}

/// Returns the gradient of the weights, `(outputs, inputs, kernel, kernel)`; `size` is the input's.
pub fn conv2d_weight_gradient<T: Real>(
    shape: &ConvShape,
    input: &[T],
    size: &Size,
    output_gradient: &[T],
) -> Vec<T> {
    let mut gradient = vec![T::ZERO; shape.weights()];
    products(shape, size, |o, i, w| gradient[w] += output_gradient[o] * input[i]);
    gradient
}
