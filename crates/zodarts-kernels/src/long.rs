//! Sums over long vectors, one part of them at a time.
//!
//! No product is fused with a sum and the order of the sums is fixed, so every vector type gives the same bits.

use crate::kernels::Job;
use crate::vector::Vector;

/// Interleaved sums: enough to vectorise, fixed so that the order never changes.
const CHAINS: usize = 8;

/// Σ aᵢ·bᵢ in `f64`.
#[derive(Debug)]
pub struct LongDot<'a> {
    /// a and b, equally long.
    pub factors: [&'a [f32]; 2],
    /// The sum, overwritten.
    pub total: &'a mut f64,
}

/// Σ (aᵢ − bᵢ)·gᵢ in `f64`, the difference too.
#[derive(Debug)]
pub struct LongDifferenceDot<'a> {
    /// a, b and g, equally long.
    pub vectors: [&'a [f32]; 3],
    /// The sum, overwritten.
    pub total: &'a mut f64,
}

impl Job<f32> for LongDot<'_> {
    #[inline(always)]
    unsafe fn run<V: Vector<f32>>(self) {
        *self.total = sum(self.factors, |[a, b]| a * b);
    }
}

impl Job<f32> for LongDifferenceDot<'_> {
    #[inline(always)]
    unsafe fn run<V: Vector<f32>>(self) {
        *self.total = sum(self.vectors, |[a, b, g]| (a - b) * g);
    }
}

/// The sum of all terms: [`CHAINS`] interleaved sums, added in order, then what is left of the vectors.
#[inline(always)]
fn sum<const N: usize>(vectors: [&[f32]; N], term: impl Fn([f64; N]) -> f64) -> f64 {
    let length = vectors[0].len();
    assert!(vectors.iter().all(|vector| vector.len() == length), "long vectors of different lengths");
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
