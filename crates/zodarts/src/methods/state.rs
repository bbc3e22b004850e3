use zodarts_nn::optim::{Adam, AdamState, Sgd, SgdState};

use super::Round;
use crate::bilevel::{BilevelProblem, Evaluation, Gradients, Want};

/// Weights and what their optimiser remembers: all that decides the next step. A clone is an exact copy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chain {
    /// w.
    pub weights: Vec<f32>,
    /// The optimiser's memory.
    pub sgd: SgdState,
}

impl Chain {
    /// The chain that starts at `weights`.
    pub fn new(weights: Vec<f32>) -> Self {
        Chain { sgd: SgdState::new(weights.len()), weights }
    }

    /// Becomes an exact copy of `other`, reusing the memory at hand.
    pub fn copy_from(&mut self, other: &Chain) {
        self.weights.clone_from(&other.weights);
        self.sgd.copy_from(&other.sgd);
    }

    /// One SGD step down the loss of `batch` at (w, α). `want` must include the weights; the gradients it
    /// asks for, taken before the step, stay in `gradients`.
    pub(super) fn descend<P: BilevelProblem>(
        &mut self,
        at: &mut Site<P>,
        alpha: &[f32],
        batch: &P::Batch,
        (sgd, learning_rate): (&Sgd, f64),
        want: Want,
        gradients: &mut Gradients,
    ) -> Evaluation {
        let evaluation = at.evaluate(&self.weights, alpha, batch, want, gradients);
        sgd.step(&mut self.sgd, &mut self.weights, &gradients.weights, learning_rate);
        evaluation
    }
}

/// All that a search carries from round to round.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchState {
    /// The main chain.
    pub chain: Chain,
    /// α.
    pub alpha: Vec<f32>,
    /// What α's optimiser remembers.
    pub adam: AdamState,
}

impl SearchState {
    /// The state before the first round.
    pub fn new(weights: Vec<f32>, alpha: Vec<f32>) -> Self {
        SearchState { chain: Chain::new(weights), adam: AdamState::new(alpha.len()), alpha }
    }

    /// One SGD step of the main chain, of a method that takes one per round.
    pub(super) fn descend<P: BilevelProblem>(
        &mut self,
        at: &mut Site<P>,
        round: &Round<P::Batch>,
        sgd: &Sgd,
        gradients: &mut Gradients,
    ) -> Evaluation {
        let stepping = (sgd, round.learning_rate);
        self.chain.descend(at, &self.alpha, round.single(), stepping, Want::Weights, gradients)
    }

    /// One Adam step of α.
    pub(super) fn update_alpha(&mut self, adam: &Adam, hypergradient: &[f32]) {
        adam.step(&mut self.adam, &mut self.alpha, hypergradient);
    }
}

/// A problem and the buffers to evaluate it with.
pub(super) struct Site<'a, P: BilevelProblem> {
    pub problem: &'a P,
    pub worker: &'a mut P::Worker,
}

impl<P: BilevelProblem> Site<'_, P> {
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
}

/// Gives `gradients` the problem's size; does nothing once it has it.
pub(super) fn fit<P: BilevelProblem>(gradients: &mut Gradients, problem: &P) {
    gradients.weights.resize(problem.weight_count(), 0.0);
    gradients.alpha.resize(problem.alpha_count(), 0.0);
}
