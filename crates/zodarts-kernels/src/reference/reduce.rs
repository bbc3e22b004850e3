//! Reductions by definition, in `f64`.

use super::Size;
use crate::moments::Moments2;
use crate::real::Real;

fn channel_values<'a, T: Real>(
    input: &'a [T],
    size: &'a Size,
    channel: usize,
) -> impl Iterator<Item = f64> + 'a {
    let area = size.height * size.width;
    (0..size.images)
        .flat_map(move |n| &input[size.at(n, channel, 0, 0)..][..area])
        .map(|value| value.to_f64())
}

/// Moments of each channel over images and pixels.
pub fn moments<T: Real>(input: &[T], size: &Size) -> Vec<Moments2> {
    (0..size.channels)
        .map(|channel| {
            let count = (size.images * size.height * size.width) as f64;
            let mean = channel_values(input, size, channel).sum::<f64>() / count;
            let squares = channel_values(input, size, channel).map(|x| (x - mean).powi(2)).sum();
            Moments2 { count, mean, squares }
        })
        .collect()
}

/// Σ d · (x − centre) of each channel over images and pixels.
pub fn dot<T: Real>(gradient: &[T], input: &[T], size: &Size, centre: &[T]) -> Vec<f64> {
    (0..size.channels)
        .map(|channel| {
            let centre = centre[channel].to_f64();
            channel_values(gradient, size, channel)
                .zip(channel_values(input, size, channel))
                .map(|(d, x)| d * (x - centre))
                .sum()
        })
        .collect()
}

/// Σ aᵢ·bᵢ, in one chain.
pub fn long_dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

/// Σ (aᵢ − bᵢ)·gᵢ, in one chain.
pub fn long_difference_dot(a: &[f32], b: &[f32], g: &[f32]) -> f64 {
    a.iter().zip(b).zip(g).map(|((a, b), g)| (f64::from(*a) - f64::from(*b)) * f64::from(*g)).sum()
}
