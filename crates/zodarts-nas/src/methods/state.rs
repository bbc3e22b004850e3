//! The state of a search, its weight chain, and the evaluation of batches.

use super::{RoundBatches, combined};
use crate::bilevel::{BilevelProblem, Evaluation, Gradients, Want};
use zodarts_nn::optim::{Adam, AdamState, Sgd, SgdState};

/// The weights and the state of their optimiser, which together determine the next step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chain {
    /// Weights w.
    pub weights: Vec<f32>,
    /// State of the optimiser.
    pub sgd: SgdState,
}

impl Chain {
    /// Returns the chain that starts at `weights` without momentum.
    pub fn new(weights: Vec<f32>) -> Self {
        Chain { sgd: SgdState::new(weights.len()), weights }
    }

    /// Becomes an exact copy of `other` without allocating, if the lengths agree.
    pub fn copy_from(&mut self, other: &Chain) {
        self.weights.clone_from(&other.weights);
        self.sgd.copy_from(&other.sgd);
    }

    /// Takes one SGD step along the gradient of the loss of `batch` at (w, α) and returns the evaluation
    /// before the step. `want` must include the weights; the wanted gradients, taken before the step, stay in
    /// `gradients`.
    pub(super) fn descend<P: BilevelProblem>(
        &mut self,
        evaluator: &mut Evaluator<P>,
        alpha: &[f32],
        batch: &P::Batch,
        (sgd, learning_rate): (&Sgd, f64),
        want: Want,
        gradients: &mut Gradients,
    ) -> Evaluation {
        let evaluation = evaluator.evaluate(&self.weights, alpha, batch, want, gradients);
        sgd.step(&mut self.sgd, &mut self.weights, &gradients.weights, learning_rate);
        evaluation
    }
}

/// The state that a search carries from round to round.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchState {
    /// The main chain.
    pub chain: Chain,
    /// Architecture parameters α, `(rows, operations)`.
    pub alpha: Vec<f32>,
    /// State of the optimiser of α.
    pub adam: AdamState,
}

impl SearchState {
    /// Returns the state before the first round.
    pub fn new(weights: Vec<f32>, alpha: Vec<f32>) -> Self {
        SearchState { chain: Chain::new(weights), adam: AdamState::new(alpha.len()), alpha }
    }

    /// Takes one SGD step of the main chain, for a method that takes one per round.
    pub(super) fn descend<P: BilevelProblem>(
        &mut self,
        evaluator: &mut Evaluator<P>,
        round: &RoundBatches<P::Batch>,
        sgd: &Sgd,
        gradients: &mut Gradients,
    ) -> Evaluation {
        let stepping = (sgd, round.learning_rate);
        self.chain.descend(evaluator, &self.alpha, round.single(), stepping, Want::Weights, gradients)
    }

    /// Takes one Adam step of α.
    pub(super) fn update_alpha(&mut self, adam: &Adam, hypergradient: &[f32]) {
        adam.step(&mut self.adam, &mut self.alpha, hypergradient);
    }
}

/// A problem with the buffers to evaluate it.
pub(super) struct Evaluator<'a, P: BilevelProblem> {
    pub problem: &'a P,
    pub worker: &'a mut P::Worker,
}

impl<P: BilevelProblem> Evaluator<'_, P> {
    pub fn evaluate(
        &mut self,
        weights: &[f32],
        alpha: &[f32],
        batch: &P::Batch,
        want: Want,
        gradients: &mut Gradients,
    ) -> Evaluation {
        self.problem.evaluate(self.worker, weights, alpha, batch, want, gradients)
    }

    /// Evaluates `batches` together: loss and gradients are means over all their images.
    ///
    /// # Panics
    /// Panics without a batch.
    pub fn evaluate_all(
        &mut self,
        weights: &[f32],
        alpha: &[f32],
        batches: &[P::Batch],
        want: Want,
        gradients: &mut Gradients,
    ) -> Evaluation {
        let (first, others) = batches.split_first().expect("at least one batch");
        let mut total = self.evaluate(weights, alpha, first, want, gradients);
        if others.is_empty() {
            return total;
        }
        let mut part = gradients.clone();
        for batch in others {
            let evaluation = self.evaluate(weights, alpha, batch, want, &mut part);
            total = combined(total, evaluation);
            // A running mean: each batch moves the mean by its share of the images so far.
            let share = evaluation.images as f32 / total.images as f32;
            if want.weights() {
                blend(&mut gradients.weights, &part.weights, share);
            }
            if want.alpha() {
                blend(&mut gradients.alpha, &part.alpha, share);
            }
        }
        total
    }
}

fn blend(mean: &mut [f32], value: &[f32], share: f32) {
    mean.iter_mut().zip(value).for_each(|(mean, value)| *mean += share * (value - *mean));
}

/// Resizes `gradients` to the problem's size.
pub(super) fn fit<P: BilevelProblem>(gradients: &mut Gradients, problem: &P) {
    gradients.weights.resize(problem.weight_count(), 0.0);
    gradients.alpha.resize(problem.alpha_count(), 0.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The loss Σ (w + α − c)², over a batch that counts as `images` images.
    struct Shifted;

    impl BilevelProblem for Shifted {
        type Batch = (f32, usize);
        type Worker = ();

        fn weight_count(&self) -> usize {
            1
        }

        fn alpha_count(&self) -> usize {
            1
        }

        fn worker(&self) {}

        fn evaluate(
            &self,
            (): &mut (),
            weights: &[f32],
            alpha: &[f32],
            (c, images): &(f32, usize),
            want: Want,
            gradients: &mut Gradients,
        ) -> Evaluation {
            let distance = weights[0] + alpha[0] - c;
            let slope = |wanted: bool| if wanted { 2.0 * distance } else { f32::NAN };
            (gradients.weights[0], gradients.alpha[0]) = (slope(want.weights()), slope(want.alpha()));
            Evaluation { loss: f64::from(distance * distance), correct: 1.0, images: *images }
        }
    }

    #[test]
    fn batches_count_by_their_images() {
        let mut evaluator = Evaluator { problem: &Shifted, worker: &mut () };
        let mut gradients = Gradients { weights: vec![7.0], alpha: vec![7.0] };
        let batches = [(0.0, 3), (4.0, 1)];
        let found = evaluator.evaluate_all(&[1.0], &[1.0], &batches, Want::Both, &mut gradients);
        assert_eq!(found, Evaluation { loss: 4.0, correct: 2.0, images: 4 });
        assert_eq!((gradients.weights[0], gradients.alpha[0]), (2.0, 2.0), "(3·4 + 1·(−4))/4");
        evaluator.evaluate_all(&[1.0], &[1.0], &batches[..1], Want::Alpha, &mut gradients);
        assert_eq!(gradients.alpha[0], 4.0);
    }
}
