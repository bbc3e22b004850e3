//! `MiLeNAS` (He et al., 2020): search as a mixed-level problem, with the gradient
//! `∇_α L_train(w, α) + λ·∇_α L_val(w, α)` after each weight step.

use super::state::Site;
use super::stepwise::{First, Rule, Stepwise};
use super::{Card, MethodSettings, Round, SearchState};
use crate::bilevel::{BilevelProblem, Evaluation, Gradients, Want};
use crate::normaliser::Normaliser;

pub(super) const CARD: Card = Card {
    name: "milenas",
    description: "MiLeNAS: training plus validation gradient, after every weight step",
    normaliser: Normaliser::Softmax,
    annealed: false,
};

pub(super) fn build(settings: &MethodSettings) -> Stepwise<Milenas> {
    Stepwise::new(Milenas { lambda: settings.milenas_lambda }, First::Weights, settings)
}

pub(super) struct Milenas {
    lambda: f64,
}

impl<P: BilevelProblem> Rule<P> for Milenas {
    fn estimate(
        &mut self,
        at: &mut Site<P>,
        state: &SearchState,
        round: &Round<P::Batch>,
        training: &mut Gradients,
        hypergradient: &mut Vec<f32>,
    ) -> (Evaluation, usize) {
        let SearchState { chain, alpha, .. } = state;
        at.evaluate(&chain.weights, alpha, round.single(), Want::Alpha, training);
        hypergradient.clone_from(&training.alpha);
        let validation = at.evaluate_all(&chain.weights, alpha, round.validation, Want::Alpha, training);
        for (h, g) in hypergradient.iter_mut().zip(&training.alpha) {
            *h += self.lambda as f32 * g;
        }
        (validation, 1 + round.validation.len())
    }
}
