//! Sums over flat vectors, in `f64` and always in the same order.

use rayon::prelude::*;
use std::ops::Range;
use zodarts_kernels::{FlatDifferenceDot, FlatDot, Kernels};

/// Ranges summed one by one, fixed so that the order never changes.
const PARTS: usize = 16;
/// Least number of elements that are worth another thread.
const SERIAL: usize = 1 << 15;

/// Returns Σ aᵢ·bᵢ in `f64`, in an order that depends on the length alone.
///
/// # Panics
/// If the lengths differ.
pub fn dot(a: &[f32], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len(), "dot product of vectors of different lengths");
    let kernels = Kernels::detect();
    sum(a.len(), |part, total| {
        kernels.run(FlatDot { factors: [a, b].map(|vector| &vector[part.clone()]), total });
    })
}

/// Returns Σ (aᵢ − bᵢ)·gᵢ in `f64`, in an order that depends on the length alone. The difference is taken in
/// `f64`.
///
/// # Panics
/// If the lengths differ.
pub fn difference_dot(a: &[f32], b: &[f32], g: &[f32]) -> f64 {
    assert!(a.len() == b.len() && b.len() == g.len(), "dot product of vectors of different lengths");
    let kernels = Kernels::detect();
    sum(a.len(), |part, total| {
        kernels.run(FlatDifferenceDot { vectors: [a, b, g].map(|vector| &vector[part.clone()]), total });
    })
}

/// Returns the Euclidean norm, accumulated in `f64`.
pub fn norm(a: &[f32]) -> f64 {
    dot(a, a).sqrt()
}

/// Returns the sum over [`PARTS`] ranges, each written by `sum_part`, on as many threads as there are.
fn sum(length: usize, sum_part: impl Fn(Range<usize>, &mut f64) + Sync) -> f64 {
    let mut parts = [0.0; PARTS];
    let size = length.div_ceil(PARTS);
    let range = |part: usize| (part * size).min(length)..((part + 1) * size).min(length);
    let totals = parts.par_iter_mut().with_min_len(SERIAL.div_ceil(size.max(1)));
    totals.enumerate().for_each(|(part, total)| sum_part(range(part), total));
    parts.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_counts_once_whatever_the_length() {
        for length in 0..40 {
            let a: Vec<f32> = (0..length).map(|i| i as f32 + 1.0).collect();
            let ones = vec![1.0; length];
            let n = length as f64;
            assert_eq!(dot(&a, &ones), n * (n + 1.0) / 2.0);
            assert_eq!(norm(&a), (n * (n + 1.0) * (2.0 * n + 1.0) / 6.0).sqrt());
            assert_eq!(difference_dot(&a, &ones, &ones), n * (n - 1.0) / 2.0);
        }
    }

    #[test]
    fn squares_beyond_single_precision_do_not_overflow() {
        assert_eq!(norm(&[3e30, 4e30]), f64::hypot(f64::from(3e30_f32), f64::from(4e30_f32)));
    }
}
