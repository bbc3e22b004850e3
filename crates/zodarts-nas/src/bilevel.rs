//! The boundary between a search method and what it searches: flat vectors of weights and architecture
//! parameters, nothing else.
//!
//! A method never sees a network. The supernet is one [`BilevelProblem`]; a quadratic whose hypergradient
//! is known in closed form is another, and that is how each method's estimate is tested.

use serde::{Deserialize, Serialize};

/// The parts of an evaluation a caller wants; the rest need not be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// The loss only.
    Loss,
    /// The loss and ∂L/∂w.
    Weights,
    /// The loss and ∂L/∂α.
    Alpha,
    /// The loss and both gradients.
    Both,
}

impl Want {
    /// Whether ∂L/∂w is asked for.
    pub fn weights(self) -> bool {
        matches!(self, Want::Weights | Want::Both)
    }

    /// Whether ∂L/∂α is asked for.
    pub fn alpha(self) -> bool {
        matches!(self, Want::Alpha | Want::Both)
    }
}

/// Gradients of one evaluation. Only the parts that were wanted are meaningful; they are overwritten, not
/// accumulated.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gradients {
    /// ∂L/∂w, as long as the weights.
    pub weights: Vec<f32>,
    /// ∂L/∂α, as long as the architecture parameters.
    pub alpha: Vec<f32>,
}

/// What one pass over one batch measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Mean loss over the batch.
    pub loss: f64,
    /// Correctly classified images (for several labels: labels right, divided by their number).
    pub correct: f64,
    /// Images in the batch.
    pub images: usize,
}

/// A training loss and a validation loss over shared weights and architecture parameters.
///
/// Which of the two losses an evaluation gives depends only on the batch.
pub trait BilevelProblem: Sync {
    /// A mini-batch, of training or of validation data.
    type Batch: Sync;
    /// Buffers of one evaluation at a time. Two chains that run side by side own one each.
    type Worker: Send;

    /// Number of weights w.
    fn weight_count(&self) -> usize;

    /// Number of architecture parameters α.
    fn alpha_count(&self) -> usize;

    /// Returns τ, which differences of α count in: the losses depend on α/τ. 1 for a problem without a temperature.
    fn temperature(&self) -> f64 {
        1.0
    }

    /// Returns the length of the rows of α, if it has rows that a normaliser maps one by one: adding the same
    /// number to a whole row then changes nothing, and zeroth-order methods can leave such shifts out.
    fn alpha_row(&self) -> Option<usize> {
        None
    }

    /// Allocates the buffers of one evaluation.
    fn worker(&self) -> Self::Worker;

    /// Evaluates the loss of `batch` at `(weights, alpha)` and the wanted gradients.
    ///
    /// Must be a pure function of its arguments: the same bits whatever ran before in `worker`.
    fn evaluate(
        &self,
        worker: &mut Self::Worker,
        weights: &[f32],
        alpha: &[f32],
        batch: &Self::Batch,
        want: Want,
        gradients: &mut Gradients,
    ) -> Evaluation;
}
