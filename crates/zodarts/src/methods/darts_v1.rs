//! DARTS, first order (Liu, Simonyan & Yang, 2019): the hypergradient is taken as `∇_α L_val(w, α)`, as if w
//! did not depend on α.
use zodarts_nn::optim::{Adam, Sgd, norm};

use super::state::{Site, fit};
use super::{Card, Method, MethodSettings, Round, RoundReport, SearchState};
use crate::bilevel::{BilevelProblem, Gradients, Want};
use crate::normaliser::Normaliser;

pub(super) const CARD: Card = Card {
    name: "darts-v1",
    description: "DARTS, first order: the validation gradient alone, before every weight step",
    normaliser: Normaliser::Softmax,
    annealed: false,
};

pub(super) fn build(settings: &MethodSettings) -> DartsV1 {
    DartsV1 {
        sgd: settings.sgd,
        adam: settings.adam,
        gradients: Gradients::default(),
        hypergradient: Vec::new(),
    }
}

pub(super) struct DartsV1 {
    sgd: Sgd,
    adam: Adam,
    gradients: Gradients,
    hypergradient: Vec<f32>,
}

impl<P: BilevelProblem> Method<P> for DartsV1 {
    fn steps_per_round(&self) -> usize {
        1
    }

    fn workers(&self) -> usize {
        1
    }

    fn estimate(
        &mut self,
        problem: &P,
        workers: &mut [P::Worker],
        state: &mut SearchState,
        round: &mut Round<P::Batch>,
    ) -> RoundReport {
        fit(&mut self.gradients, problem);
        let mut at = Site { problem, worker: &mut workers[0] };
        let SearchState { chain, alpha, .. } = &*state;
        let validation =
            at.evaluate(&chain.weights, alpha, round.validation, Want::Alpha, &mut self.gradients);
        self.hypergradient.clone_from(&self.gradients.alpha);
        let hypergradient_norm = norm(&self.hypergradient);
        RoundReport { validation, passes: 1, hypergradient_norm, ..RoundReport::default() }
    }

    fn hypergradient(&self) -> &[f32] {
        &self.hypergradient
    }

    fn round(
        &mut self,
        problem: &P,
        workers: &mut [P::Worker],
        state: &mut SearchState,
        round: &mut Round<P::Batch>,
    ) -> RoundReport {
        let mut report = self.estimate(problem, workers, state, round);
        state.update_alpha(&self.adam, &self.hypergradient);
        let mut at = Site { problem, worker: &mut workers[0] };
        report.training = state.descend(&mut at, round, &self.sgd, &mut self.gradients);
        report.passes += 1;
        report
    }
}
