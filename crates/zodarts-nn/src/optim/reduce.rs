//! Sums over long vectors, in `f64` and always in the same order.

use rayon::prelude::*;
use std::ops::Range;

/// Independent partial sums: enough for the compiler to vectorise, fixed so that the order never changes.
const LANES: usize = 8;
/// Ranges summed one by one, fixed for the same reason.
const PARTS: usize = 16;
/// Elements that are not worth a thread of their own.
const SERIAL: usize = 1 << 15;

/// Σ aᵢ·bᵢ in `f64`, in an order that depends on the length alone.
///
/// # Panics
/// If the lengths differ.
pub fn dot(a: &[f32], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len(), "dot product of vectors of different lengths");
    sum(a.len(), |i| f64::from(a[i]) * f64::from(b[i]))
}

/// Σ (aᵢ − bᵢ)·gᵢ in `f64`, in an order that depends on the length alone. The difference is taken in `f64`.
///
/// # Panics
/// If the lengths differ.
pub fn difference_dot(a: &[f32], b: &[f32], g: &[f32]) -> f64 {
    assert!(a.len() == b.len() && b.len() == g.len(), "dot product of vectors of different lengths");
    sum(a.len(), |i| (f64::from(a[i]) - f64::from(b[i])) * f64::from(g[i]))
}

/// Euclidean norm, accumulated in `f64`.
pub fn norm(a: &[f32]) -> f64 {
    dot(a, a).sqrt()
}

/// The sum of all terms: [`PARTS`] ranges, each summed in [`LANES`] interleaved chains, on as many threads as there are.
fn sum(length: usize, term: impl Fn(usize) -> f64 + Sync) -> f64 {
    let mut parts = [0.0; PARTS];
    let size = length.div_ceil(PARTS);
    let range = |part: usize| (part * size).min(length)..((part + 1) * size).min(length);
    parts.par_iter_mut().with_min_len(SERIAL.div_ceil(size.max(1))).enumerate().for_each(|(part, total)| {
        *total = sum_range(range(part), &term);
    });
    parts.iter().sum()
}

fn sum_range(range: Range<usize>, term: impl Fn(usize) -> f64) -> f64 {
    let mut partial = [0.0; LANES];
    let whole = range.end - range.len() % LANES;
    for start in (range.start..whole).step_by(LANES) {
        for (lane, total) in partial.iter_mut().enumerate() {
            *total += term(start + lane);
        }
    }
    let tail: f64 = (whole..range.end).map(term).sum();
    partial.iter().sum::<f64>() + tail
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
