//! Dot products of flat vectors, such as gradients by all weights.
//!
//! No product is fused with a sum and the order of the sums is fixed, so every vector type gives the same
//! bits.

use crate::kernels::Kernel;
use crate::vector::Vector;

/// Interleaved sums: enough to vectorise, and fixed, so that the order never changes.
const CHAINS: usize = 8;

/// Computes Σ aᵢ·bᵢ in `f64`.
#[derive(Debug)]
pub struct FlatDot<'a> {
    /// a and b, of equal length.
    pub factors: [&'a [f32]; 2],
    /// The sum, overwritten.
    pub total: &'a mut f64,
}

/// Computes Σ (aᵢ − bᵢ)·gᵢ in `f64`, the difference included.
#[derive(Debug)]
pub struct FlatDifferenceDot<'a> {
    /// a, b and g, of equal length.
    pub vectors: [&'a [f32]; 3],
    /// The sum, overwritten.
    pub total: &'a mut f64,
}

impl Kernel<f32> for FlatDot<'_> {
    #[inline(always)]
    unsafe fn run<V: Vector<f32>>(self) {
        *self.total = sum(self.factors, |[a, b]| a * b);
    }
}

impl Kernel<f32> for FlatDifferenceDot<'_> {
    #[inline(always)]
    unsafe fn run<V: Vector<f32>>(self) {
        *self.total = sum(self.vectors, |[a, b, g]| (a - b) * g);
    }
}

/// Returns the sum of all terms: [`CHAINS`] interleaved sums, added in order, then the remaining elements.
#[inline(always)]
fn sum<const N: usize>(vectors: [&[f32]; N], term: impl Fn([f64; N]) -> f64) -> f64 {
    let length = vectors[0].len();
    assert!(vectors.iter().all(|vector| vector.len() == length), "flat vectors of different lengths");
    let steps = vectors.map(|vector| vector.as_chunks::<CHAINS>().0);
    let mut chains = [0.0; CHAINS];
    for step in 0..length / CHAINS {
        let values = steps.map(|steps| steps[step]);
        for (chain, total) in chains.iter_mut().enumerate() {
            *total += term(values.map(|values| f64::from(values[chain])));
        }
    }
    let rest = vectors.map(|vector| vector.as_chunks::<CHAINS>().1);
    let left: f64 = (0..rest[0].len()).map(|i| term(rest.map(|rest| f64::from(rest[i])))).sum();
    chains.iter().sum::<f64>() + left
}
