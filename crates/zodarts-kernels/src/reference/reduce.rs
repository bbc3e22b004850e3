//! Reductions, by definition, in `f64`.

use super::size::Size;
use crate::real::Real;
use crate::sample_moments::SampleMoments;

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

/// Returns the moments of each channel over images and pixels.
pub fn moments<T: Real>(input: &[T], size: &Size) -> Vec<SampleMoments> {
    (0..size.channels)
        .map(|channel| {
            let count = (size.images * size.height * size.width) as f64;
            let mean = channel_values(input, size, channel).sum::<f64>() / count;
            let squares = channel_values(input, size, channel).map(|x| (x - mean).powi(2)).sum();
            SampleMoments { count, mean, squares }
        })
        .collect()
}

/// Returns Σ d · (x − centre) of each channel over images and pixels.
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

/// Returns Σ aᵢ·bᵢ, added from first to last.
pub fn flat_dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

/// Returns Σ (aᵢ − bᵢ)·gᵢ, added from first to last.
pub fn flat_difference_dot(a: &[f32], b: &[f32], g: &[f32]) -> f64 {
    a.iter().zip(b).zip(g).map(|((a, b), g)| (f64::from(*a) - f64::from(*b)) * f64::from(*g)).sum()
}
