//! The inputs and the report of a round, and the trait of the methods that run rounds.

use super::SearchState;
use crate::bilevel::{BilevelProblem, Evaluation};
use rand_chacha::ChaCha8Rng;
use zodarts_nn::optim::Adam;

/// The batches and learning rate of one round.
pub struct RoundBatches<'a, B> {
    /// One batch per weight step: [`Method::steps_per_round`] of them, or fewer at the end of an epoch.
    pub training: &'a [B],
    /// The batches of the α update, [`Method::validation_batches`] of them. They count as one large batch,
    /// except that each is normalised on its own.
    pub validation: &'a [B],
    /// Learning rate of the weights, the same for every step of the round.
    pub learning_rate: f64,
}

/// The inputs of one round.
pub struct Round<'a, B> {
    /// Its batches and learning rate.
    pub batches: RoundBatches<'a, B>,
    /// Random numbers for the directions of perturbation. Only zeroth-order methods draw from it.
    pub directions: &'a mut ChaCha8Rng,
}

impl<B> RoundBatches<'_, B> {
    /// Returns the training batch of a method that takes one weight step per round.
    pub(super) fn single(&self) -> &B {
        let [batch] = self.training else {
            panic!("one training batch per round, found {}", self.training.len());
        };
        batch
    }

    /// Returns the number of training batches, for a method that takes up to `most` weight steps per round.
    pub(super) fn steps(&self, most: usize) -> usize {
        let steps = self.training.len();
        assert!((1..=most).contains(&steps), "{steps} batches for rounds of {most} steps");
        steps
    }
}

/// The measurements of a round.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RoundReport {
    /// Training loss and accuracy of the main chain over the round's batches, each evaluated before its step.
    pub training: Evaluation,
    /// Validation loss and accuracy, where the method evaluates them.
    pub validation: Evaluation,
    /// Passes over one batch, of all chains. A pass without a gradient counts as one, too.
    pub passes: usize,
    /// α of each perturbed chain at its start; empty for methods without perturbed chains.
    pub perturbed_alphas: Vec<Vec<f32>>,
    /// Norm of the estimated hypergradient; not finite once a search has diverged.
    pub hypergradient_norm: f64,
}

/// A rule that advances weights and architecture parameters together.
pub trait Method<P: BilevelProblem>: Send {
    /// Returns the number of weight steps per α update.
    fn steps_per_round(&self) -> usize;

    /// Returns the number of validation batches per α update.
    fn validation_batches(&self) -> usize {
        1
    }

    /// Returns the number of workers that [`Method::round`] can use at once. With fewer, down to one, it runs
    /// its chains one after another and returns the same bits.
    fn workers(&self) -> usize;

    /// Returns the number of passes over one batch that an estimate takes with all its batches and chains. A
    /// pass without a gradient counts as one, too.
    fn passes(&self) -> usize;

    /// Returns the cost of an estimate beyond the weight steps that a search takes anyway, in forward and
    /// backward passes. A forward pass alone counts a third, since each convolution of the forward pass has
    /// two in the backward pass.
    fn price(&self) -> f64 {
        self.passes() as f64
    }

    /// Returns the number of vectors of the weights' length that a round needs: by default weights, momentum
    /// and gradient for each chain.
    fn vectors(&self) -> usize {
        3 * self.workers()
    }

    /// Estimates the hypergradient for [`Method::hypergradient`], without touching α or its optimiser.
    ///
    /// A zeroth-order method takes its weight steps to do so and leaves the chain after them. Every other
    /// method leaves the chain alone and reports no training.
    ///
    /// # Panics
    /// Panics without a worker, a training batch or a validation batch, or with more training batches than
    /// steps.
    fn estimate(
        &mut self,
        problem: &P,
        workers: &mut [P::Worker],
        state: &mut SearchState,
        round: &mut Round<P::Batch>,
    ) -> RoundReport;

    /// Returns the last estimate, one value per architecture parameter.
    fn hypergradient(&self) -> &[f32];

    /// Returns the optimiser of α.
    fn adam(&self) -> &Adam;

    /// Takes the weight steps of the round and one step of α along the estimate. The default suits methods
    /// that take their weight steps while they estimate.
    ///
    /// # Panics
    /// See [`Method::estimate`].
    fn round(
        &mut self,
        problem: &P,
        workers: &mut [P::Worker],
        state: &mut SearchState,
        round: &mut Round<P::Batch>,
    ) -> RoundReport {
        let report = self.estimate(problem, workers, state, round);
        state.update_alpha(self.adam(), self.hypergradient());
        report
    }
}

/// Returns two evaluations as one: images and correct answers are added, the loss is averaged over all
/// images.
pub fn combined(a: Evaluation, b: Evaluation) -> Evaluation {
    // A damaged checkpoint may hold any number.
    let images = a.images.saturating_add(b.images);
    if images == 0 {
        return Evaluation::default();
    }
    let loss = (a.loss * a.images as f64 + b.loss * b.images as f64) / images as f64;
    Evaluation { loss, correct: a.correct + b.correct, images }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evaluations_combine_by_image() {
        let a = Evaluation { loss: 1.0, correct: 2.0, images: 3 };
        let b = Evaluation { loss: 5.0, correct: 1.0, images: 1 };
        assert_eq!(combined(a, b), Evaluation { loss: 2.0, correct: 3.0, images: 4 });
        assert_eq!(combined(a, Evaluation::default()), a);
        assert_eq!(combined(Evaluation::default(), Evaluation::default()), Evaluation::default());
    }
}
