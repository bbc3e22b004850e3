//! The round of the methods that take one weight step per round, except for their estimate.

use super::state::{Evaluator, fit};
use super::{Method, Optimisers, Round, RoundBatches, RoundReport, SearchState};
use crate::bilevel::{BilevelProblem, Evaluation, Gradients};
use zodarts_nn::optim::{Adam, Sgd, norm};

/// An estimate of the hypergradient at one point.
pub(super) trait Rule<P: BilevelProblem>: Send {
    /// Overwrites `hypergradient`. `training` has the problem's size and may be used as a buffer. Returns the
    /// evaluation of the validation batches and the number of passes.
    fn estimate(
        &mut self,
        evaluator: &mut Evaluator<P>,
        state: &SearchState,
        round: &RoundBatches<P::Batch>,
        training: &mut Gradients,
        hypergradient: &mut Vec<f32>,
    ) -> (Evaluation, usize);

    /// Returns the number of passes of an estimate on one training and one validation batch.
    fn passes(&self) -> usize;
}

/// The update that comes first in a round.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum First {
    /// The step of α.
    Alpha,
    /// The step of the weights.
    Weights,
}

/// A method that estimates by a rule and takes one weight step per round.
pub(super) struct Stepwise<R> {
    rule: R,
    first: First,
    sgd: Sgd,
    adam: Adam,
    training: Gradients,
    hypergradient: Vec<f32>,
}

impl<R> Stepwise<R> {
    pub fn new(rule: R, first: First, optimisers: &Optimisers) -> Self {
        let (training, hypergradient) = (Gradients::default(), Vec::new());
        let Optimisers { sgd, adam } = *optimisers;
        Stepwise { rule, first, sgd, adam, training, hypergradient }
    }
}

impl<P: BilevelProblem, R: Rule<P>> Method<P> for Stepwise<R> {
    fn steps_per_round(&self) -> usize {
        1
    }

    fn workers(&self) -> usize {
        1
    }

    fn passes(&self) -> usize {
        self.rule.passes()
    }

    fn estimate(
        &mut self,
        problem: &P,
        workers: &mut [P::Worker],
        state: &mut SearchState,
        round: &mut Round<P::Batch>,
    ) -> RoundReport {
        fit(&mut self.training, problem);
        let mut evaluator = Evaluator { problem, worker: &mut workers[0] };
        let (validation, passes) = self.rule.estimate(
            &mut evaluator,
            state,
            &round.batches,
            &mut self.training,
            &mut self.hypergradient,
        );
        let hypergradient_norm = norm(&self.hypergradient);
        RoundReport { validation, passes, hypergradient_norm, ..RoundReport::default() }
    }

    fn hypergradient(&self) -> &[f32] {
        &self.hypergradient
    }

    fn adam(&self) -> &Adam {
        &self.adam
    }

    fn round(
        &mut self,
        problem: &P,
        workers: &mut [P::Worker],
        state: &mut SearchState,
        round: &mut Round<P::Batch>,
    ) -> RoundReport {
        let mut training = Evaluation::default();
        if self.first == First::Weights {
            training = self.descend(problem, workers, state, &round.batches);
        }
        let mut report = self.estimate(problem, workers, state, round);
        state.update_alpha(&self.adam, &self.hypergradient);
        if self.first == First::Alpha {
            training = self.descend(problem, workers, state, &round.batches);
        }
        report.training = training;
        report.passes += 1;
        report
    }
}

impl<R> Stepwise<R> {
    fn descend<P: BilevelProblem>(
        &mut self,
        problem: &P,
        workers: &mut [P::Worker],
        state: &mut SearchState,
        round: &RoundBatches<P::Batch>,
    ) -> Evaluation {
        fit(&mut self.training, problem);
        let mut evaluator = Evaluator { problem, worker: &mut workers[0] };
        state.descend(&mut evaluator, round, &self.sgd, &mut self.training)
    }
}
