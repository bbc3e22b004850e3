//! The boundary between a search method and the problem it searches: flat vectors of weights and architecture
//! parameters.
//!
//! A method never sees a network. The supernet is one [`BilevelProblem`]; a quadratic whose hypergradient is
//! known in closed form is another, and the methods' estimates are tested on it.

use serde::{Deserialize, Serialize};

/// The quantities that a caller wants from an evaluation. An implementation need not compute the others.
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
    /// Returns true if ∂L/∂w is wanted.
    pub fn weights(self) -> bool {
        matches!(self, Want::Weights | Want::Both)
    }

    /// Returns true if ∂L/∂α is wanted.
    pub fn alpha(self) -> bool {
        matches!(self, Want::Alpha | Want::Both)
    }
}

/// The gradients of one evaluation. An evaluation overwrites those that are wanted, without adding to them;
/// the others are undefined.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gradients {
    /// ∂L/∂w, one value per weight.
    pub weights: Vec<f32>,
    /// ∂L/∂α, one value per architecture parameter.
    pub alpha: Vec<f32>,
}

/// The result of one pass over one batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Mean loss over the batch.
    pub loss: f64,
    /// Number of correctly classified images. For several labels per image, the number of correct labels
    /// divided by the number of labels.
    pub correct: f64,
    /// Number of images in the batch.
    pub images: usize,
}

/// A training loss and a validation loss that share weights w and architecture parameters α.
///
/// The batch alone decides which of the two losses an evaluation computes.
pub trait BilevelProblem: Sync {
    /// A mini-batch of training or validation data.
    type Batch: Sync;
    /// The buffers of one evaluation. Chains that run at the same time have one each.
    type Worker: Send;

    /// Returns the number of weights w.
    fn weight_count(&self) -> usize;

    /// Returns the number of architecture parameters α.
    fn alpha_count(&self) -> usize;

    /// Returns the temperature τ. The losses depend on α/τ, so τ is the unit in which differences of α are
    /// measured. It is 1 for a problem without a temperature.
    fn temperature(&self) -> f64 {
        1.0
    }

    /// Returns the length of the rows of α, or `None` if α has no rows. A normaliser maps each row on its
    /// own, so adding the same number to a whole row changes nothing, and zeroth-order methods can leave such
    /// shifts out.
    fn alpha_row(&self) -> Option<usize> {
        None
    }

    /// Allocates the buffers of one evaluation.
    fn worker(&self) -> Self::Worker;

    /// Evaluates the loss of `batch` at `(weights, alpha)` and writes the wanted gradients to `gradients`.
    ///
    /// The result must depend on the arguments alone, to the bit, whatever `worker` computed before.
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
