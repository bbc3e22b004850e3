//! Initial weights.

use crate::parameters::{Initial, Tensor, TensorLayout};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use zodarts_kernels::Real;

/// Draws the initial values of every tensor of a layout, in order.
pub fn initial_values(layout: &TensorLayout, random: &mut ChaCha8Rng) -> Vec<f32> {
    let mut values = Vec::with_capacity(layout.len());
    for tensor in layout.tensors() {
        let count = tensor.range.len();
        match tensor.initial {
            Initial::Constant(value) => values.extend(std::iter::repeat_n(value as f32, count)),
            Initial::Uniform { fan_in } => {
                let bound = 1.0 / (fan_in as f32).sqrt();
                values.extend((0..count).map(|_| random.random_range(-bound..bound)));
            }
        }
    }
    values
}

/// Returns the initial values of a layout that draws nothing at random, such as running statistics.
///
/// # Panics
/// If a tensor is not constant.
pub fn constants<T: Real>(layout: &TensorLayout) -> Vec<T> {
    let constant = |tensor: &Tensor| match tensor.initial {
        Initial::Constant(value) => std::iter::repeat_n(T::from_f64(value), tensor.range.len()),
        Initial::Uniform { .. } => panic!("{} is drawn at random", tensor.name),
    };
    layout.tensors().iter().flat_map(constant).collect()
}
