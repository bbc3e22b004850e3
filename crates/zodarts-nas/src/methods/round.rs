use super::SearchState;
use crate::bilevel::{BilevelProblem, Evaluation};
use rand_chacha::ChaCha8Rng;
use zodarts_nn::optim::Adam;

/// The data and the randomness of one round.
pub struct Round<'a, B> {
    /// One batch per weight step: [`Method::steps_per_round`] of them, or fewer at the end of an epoch.
    pub training: &'a [B],
    /// The batches of the α update: [`Method::validation_batches`] of them, which count as one large one that is
    /// normalised in parts.
    pub validation: &'a [B],
    /// The weights' learning rate, the same for every step of the round.
    pub learning_rate: f64,
    /// Where directions of perturbation are drawn from; only zeroth-order methods draw.
    pub directions: &'a mut ChaCha8Rng,
}

impl<B> Round<'_, B> {
    /// The training batch of a method that takes one weight step per round.
    pub(super) fn single(&self) -> &B {
        let [batch] = self.training else {
            panic!("one training batch per round, found {}", self.training.len());
        };
        batch
    }

    /// How many training batches there are, of a method that takes up to `most` weight steps per round.
    pub(super) fn steps(&self, most: usize) -> usize {
        let steps = self.training.len();
        assert!((1..=most).contains(&steps), "{steps} batches for rounds of {most} steps");
        steps
    }
}

/// What a round measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RoundReport {
    /// The main chain's training batches together, each evaluated before its step.
    pub training: Evaluation,
    /// The validation batches, where the method evaluates them.
    pub validation: Evaluation,
    /// Passes over one batch, of all chains; one without a gradient counts as one, too.
    pub passes: usize,
    /// α of each perturbed chain at its start; empty for methods without.
    pub perturbed_alphas: Vec<Vec<f32>>,
    /// Norm of the hypergradient estimate; not finite once a search has diverged.
    pub hypergradient_norm: f64,
}

/// A rule to advance weights and architecture parameters together.
pub trait Method<P: BilevelProblem>: Send {
    /// Weight steps per α update.
    fn steps_per_round(&self) -> usize;

    /// Validation batches of an α update.
    fn validation_batches(&self) -> usize {
        1
    }

    /// Workers that [`Method::round`] can keep busy at once. With fewer, down to one, it runs its chains one
    /// after another, to the same bits.
    fn workers(&self) -> usize;

    /// Passes over one batch that an estimate takes with all its batches, of all chains; one without a gradient
    /// counts as one, too.
    fn passes(&self) -> usize;

    /// The cost of an estimate beyond the weight steps that a search takes anyway, in passes forward and
    /// backward. One forward only is a third of that: each convolution of the forward pass has two in the
    /// backward one.
    fn price(&self) -> f64 {
        self.passes() as f64
    }

    /// Vectors as long as the weights that a round takes: by default weights, momentum and gradient of each chain.
    fn vectors(&self) -> usize {
        3 * self.workers()
    }

    /// Estimates the hypergradient for [`Method::hypergradient`] without touching α or its optimiser.
    ///
    /// A zeroth-order method takes its weight steps to do so and leaves the chain after them; every other
    /// method leaves the chain alone and reports no training.
    ///
    /// # Panics
    /// Without a worker, a training batch or a validation batch, or with more training batches than steps.
    fn estimate(
        &mut self,
        problem: &P,
        workers: &mut [P::Worker],
        state: &mut SearchState,
        round: &mut Round<P::Batch>,
    ) -> RoundReport;

    /// The last estimate, as long as α.
    fn hypergradient(&self) -> &[f32];

    /// The optimiser of α.
    fn adam(&self) -> &Adam;

    /// Takes the round's weight steps and one step of α along the estimate: for a method that takes its weight steps to estimate, the one
    /// after the other.
    ///
    /// # Panics
    /// As [`Method::estimate`].
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

/// Two evaluations as one: images and hits added, the loss averaged over all images.
pub fn combined(a: Evaluation, b: Evaluation) -> Evaluation {
    // A checkpoint may claim any number.
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
