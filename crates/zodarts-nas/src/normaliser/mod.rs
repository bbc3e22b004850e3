//! The maps from architecture parameters α to the mixture p of operations on each edge, and their gradients.
//!
//! p = normaliser(α/τ) per edge. Everything is computed in `f64` and rounded once: the forward pass uses the
//! `f32` mixture, and the backward pass is the exact Jacobian at that mixture.

mod annealing;
mod softmax;
mod sparsemax;

use serde::{Deserialize, Serialize};
use std::fmt;
use zodarts_nn::space::{Mixture, Space};

pub use annealing::Annealing;

/// The map from α/τ of one edge to its probabilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Normaliser {
    /// Exponentials divided by their sum: every operation has a positive probability.
    Softmax,
    /// Euclidean projection onto the simplex (Martins & Astudillo, 2016): weak operations get exactly 0.
    Sparsemax,
}

impl fmt::Display for Normaliser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Normaliser::Softmax => "softmax",
            Normaliser::Sparsemax => "sparsemax",
        })
    }
}

/// A map from α/τ of an edge to its mixture, and its gradient: a [`Normaliser`], or one of your own.
///
/// ```
/// use zodarts_nas::normaliser::{Mixing, Normaliser};
///
/// let alpha = [0.75, 0.25, -1.0, -1.0, -1.0];
/// // Two operations are strong enough to stay; they share what is left of 1.
/// assert_eq!(Normaliser::Sparsemax.apply(&alpha, 1.0), [0.75, 0.25, 0.0, 0.0, 0.0]);
/// // At a lower temperature only one does.
/// assert_eq!(Normaliser::Sparsemax.apply(&alpha, 0.5), [1.0, 0.0, 0.0, 0.0, 0.0]);
/// assert!(Normaliser::Softmax.apply(&alpha, 0.5).iter().all(|p| *p > 0.0));
/// ```
pub trait Mixing: fmt::Debug + Send + Sync {
    /// Replaces z = α/τ of one edge with its probabilities p, which must be at least 0 and sum to 1.
    fn forward(&self, row: &mut [f64]);

    /// Replaces ∂L/∂p of one edge with ∂L/∂z, where `p` holds the edge's probabilities.
    fn pull_back(&self, p: &[f64], row: &mut [f64]);

    /// Returns the probabilities of one edge. α must be finite and `temperature` above 0. Only a debug
    /// assertion catches a NaN; otherwise the result is NaN or wrong.
    fn apply(&self, alpha: &[f32], temperature: f64) -> Vec<f32> {
        debug_assert!(alpha.iter().all(|a| a.is_finite()), "α is not finite: {alpha:?}");
        debug_assert!(temperature > 0.0, "temperature {temperature} is not above 0");
        let mut row: Vec<f64> = alpha.iter().map(|a| f64::from(*a) / temperature).collect();
        self.forward(&mut row);
        row.into_iter().map(|p| p as f32).collect()
    }

    /// Returns ∂L/∂α of one edge from its probabilities `p` and `gradient` = ∂L/∂p, including the factor 1/τ.
    ///
    /// Under sparsemax it is exactly 0 outside the support of `p`, and everywhere on a one-hot row.
    fn backward(&self, p: &[f32], temperature: f64, gradient: &[f32]) -> Vec<f32> {
        let p: Vec<f64> = p.iter().copied().map(f64::from).collect();
        let mut row: Vec<f64> = gradient.iter().copied().map(f64::from).collect();
        self.pull_back(&p, &mut row);
        row.into_iter().map(|d| (d / temperature) as f32).collect()
    }

    /// Returns the mixture `(rows, operations)` of `space` from α of the same shape, row-major.
    ///
    /// # Panics
    /// Panics if `alpha` does not have [`Space::alphas`] values.
    fn mixture(&self, space: &Space, alpha: &[f32], temperature: f64) -> Mixture<f32> {
        let rows = alpha.chunks_exact(space.columns());
        Mixture::new(space, rows.flat_map(|row| self.apply(row, temperature)).collect())
    }

    /// Returns ∂L/∂α `(rows, operations)`, row-major, from the mixture and ∂L/∂p.
    fn alpha_gradient(&self, mixture: &Mixture<f32>, temperature: f64, gradient: &Mixture<f32>) -> Vec<f32> {
        let rows = mixture.rows().zip(gradient.rows());
        rows.flat_map(|(p, gradient)| self.backward(p, temperature, gradient)).collect()
    }
}

impl Mixing for Normaliser {
    fn forward(&self, row: &mut [f64]) {
        match self {
            Normaliser::Softmax => softmax::forward(row),
            Normaliser::Sparsemax => sparsemax::forward(row),
        }
    }

    fn pull_back(&self, p: &[f64], row: &mut [f64]) {
        match self {
            Normaliser::Softmax => softmax::pull_back(p, row),
            Normaliser::Sparsemax => sparsemax::pull_back(p, row),
        }
    }
}

#[cfg(test)]
mod tests;
