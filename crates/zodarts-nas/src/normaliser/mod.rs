//! From architecture parameters α to the mixture p of operations on each edge, and the gradient back.
//!
//! p = normaliser(α/τ) per edge. Everything is computed in `f64` and rounded once: the forward pass sees
//! the `f32` mixture, and the backward pass is the exact Jacobian at that mixture.

mod annealing;
mod softmax;
mod sparsemax;

use serde::{Deserialize, Serialize};
use std::fmt;
use zodarts_nn::space::{ALPHAS, EDGES, Mixture, OPERATIONS};

pub use annealing::Annealing;

/// One edge's values for each operation, in the precision of the computation.
pub type Row = [f64; OPERATIONS];

/// The map from one edge's α/τ to its probabilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Normaliser {
    /// Exponentials divided by their sum: every operation keeps a share.
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

/// How α/τ becomes the mixture of an edge, and the gradient comes back: what a [`Normaliser`] is, or one of your own.
///
/// ```
/// use zodarts_nas::normaliser::{Mixing, Normaliser};
///
/// // Two operations are strong enough to stay; they share what is left of 1.
/// assert_eq!(Normaliser::Sparsemax.apply(&[0.75, 0.25, -1.0, -1.0, -1.0], 1.0), [0.75, 0.25, 0.0, 0.0, 0.0]);
/// // At a lower temperature only one does.
/// assert_eq!(Normaliser::Sparsemax.apply(&[0.75, 0.25, -1.0, -1.0, -1.0], 0.5), [1.0, 0.0, 0.0, 0.0, 0.0]);
/// assert!(Normaliser::Softmax.apply(&[0.75, 0.25, -1.0, -1.0, -1.0], 0.5).iter().all(|p| *p > 0.0));
/// ```
pub trait Mixing: fmt::Debug + Send + Sync {
    /// The probabilities p of one edge, none below 0 and 1 in all, from z = α/τ.
    fn forward(&self, z: &Row) -> Row;

    /// ∂L/∂z of one edge from its probabilities `p` and `gradient` = ∂L/∂p.
    fn pull_back(&self, p: &Row, gradient: &Row) -> Row;

    /// The probabilities of one edge. α must be finite and `temperature` above 0: a NaN is caught by a
    /// debug assertion only, and comes out as a NaN or a wrong row otherwise.
    fn apply(&self, alpha: &[f32; OPERATIONS], temperature: f64) -> [f32; OPERATIONS] {
        debug_assert!(alpha.iter().all(|a| a.is_finite()), "α is not finite: {alpha:?}");
        debug_assert!(temperature > 0.0, "temperature {temperature} is not above 0");
        self.forward(&alpha.map(|a| f64::from(a) / temperature)).map(|p| p as f32)
    }

    /// ∂L/∂α of one edge from its probabilities `p` and `gradient` = ∂L/∂p, the factor 1/τ included.
    ///
    /// Under sparsemax it is exactly 0 outside the support of `p`, and everywhere on a one-hot row.
    fn backward(
        &self,
        p: &[f32; OPERATIONS],
        temperature: f64,
        gradient: &[f32; OPERATIONS],
    ) -> [f32; OPERATIONS] {
        let dz = self.pull_back(&p.map(f64::from), &gradient.map(f64::from));
        dz.map(|d| (d / temperature) as f32)
    }

    /// The mixture of all edges. `alpha` is edge-major, of length [`ALPHAS`].
    ///
    /// # Panics
    /// If `alpha` has another length.
    fn mixture(&self, alpha: &[f32], temperature: f64) -> Mixture<f32> {
        assert_eq!(alpha.len(), ALPHAS, "architecture parameters");
        let (rows, _) = alpha.as_chunks::<OPERATIONS>();
        std::array::from_fn(|edge| self.apply(&rows[edge], temperature))
    }

    /// ∂L/∂α of all edges, edge-major, from the mixture and ∂L/∂p.
    fn alpha_gradient(
        &self,
        mixture: &Mixture<f32>,
        temperature: f64,
        gradient: &Mixture<f32>,
    ) -> [f32; ALPHAS] {
        let mut out = [0.0; ALPHAS];
        let (rows, _) = out.as_chunks_mut::<OPERATIONS>();
        for edge in 0..EDGES {
            rows[edge] = self.backward(&mixture[edge], temperature, &gradient[edge]);
        }
        out
    }
}

impl Mixing for Normaliser {
    fn forward(&self, z: &Row) -> Row {
        match self {
            Normaliser::Softmax => softmax::forward(z),
            Normaliser::Sparsemax => sparsemax::forward(z),
        }
    }

    fn pull_back(&self, p: &Row, gradient: &Row) -> Row {
        match self {
            Normaliser::Softmax => softmax::pull_back(p, gradient),
            Normaliser::Sparsemax => sparsemax::pull_back(p, gradient),
        }
    }
}

#[cfg(test)]
mod tests;
