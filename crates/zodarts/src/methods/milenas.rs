//! `MiLeNAS` (He et al., 2020): search as a mixed-level problem, with the gradient
//! `∇_α L_train(w, α) + λ·∇_α L_val(w, α)` after each weight step.
use zodarts_nn::optim::{Adam, Sgd, norm};

use super::state::{Site, fit};
use super::{Card, Method, MethodSettings, Round, RoundReport, SearchState};
use crate::bilevel::{BilevelProblem, Gradients, Want};
use crate::normaliser::Normaliser;

pub(super) const CARD: Card = Card {
    name: "milenas",
    description: "MiLeNAS: training plus validation gradient, after every weight step",
    normaliser: Normaliser::Softmax,
    annealed: false,
};

pub(super) fn build(settings: &MethodSettings) -> Milenas {
    Milenas {
        sgd: settings.sgd,
        adam: settings.adam,
        lambda: settings.milenas_lambda,
        gradients: Gradients::default(),
        hypergradient: Vec::new(),
    }
}

pub(super) struct Milenas {
    sgd: Sgd,
    adam: Adam,
    lambda: f64,
    gradients: Gradients,
    hypergradient: Vec<f32>,
}

impl<P: BilevelProblem> Method<P> for Milenas {
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
        at.evaluate(&chain.weights, alpha, round.single(), Want::Alpha, &mut self.gradients);
        self.hypergradient.clone_from(&self.gradients.alpha);
        let validation =
            at.evaluate(&chain.weights, alpha, round.validation, Want::Alpha, &mut self.gradients);
        for (h, g) in self.hypergradient.iter_mut().zip(&self.gradients.alpha) {
            *h += self.lambda as f32 * g;
        }
        let hypergradient_norm = norm(&self.hypergradient);
        RoundReport { validation, passes: 2, hypergradient_norm, ..RoundReport::default() }
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
        fit(&mut self.gradients, problem);
        let mut at = Site { problem, worker: &mut workers[0] };
        let training = state.descend(&mut at, round, &self.sgd, &mut self.gradients);
        let mut report = self.estimate(problem, workers, state, round);
        state.update_alpha(&self.adam, &self.hypergradient);
        report.training = training;
        report.passes += 1;
        report
    }
}
