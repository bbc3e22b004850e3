//! DARTS, first order (Liu, Simonyan & Yang, 2019): the hypergradient is taken as `∇_α L_val(w, α)`, as if w
//! did not depend on α.

use super::state::Site;
use super::stepwise::{First, Rule, Stepwise};
use super::{Card, MethodSettings, Round, SearchState};
use crate::bilevel::{BilevelProblem, Evaluation, Gradients, Want};
use crate::normaliser::Normaliser;

pub(super) const CARD: Card = Card {
    name: "darts-v1",
    description: "DARTS, first order: the validation gradient alone, before every weight step",
    normaliser: Normaliser::Softmax,
    annealed: false,
};

pub(super) fn build(settings: &MethodSettings) -> Stepwise<DartsV1> {
    Stepwise::new(DartsV1, First::Alpha, settings)
}

pub(super) struct DartsV1;

impl<P: BilevelProblem> Rule<P> for DartsV1 {
    fn estimate(
        &mut self,
        at: &mut Site<P>,
        state: &SearchState,
        round: &Round<P::Batch>,
        training: &mut Gradients,
        hypergradient: &mut Vec<f32>,
    ) -> (Evaluation, usize) {
        let SearchState { chain, alpha, .. } = state;
        let validation = at.evaluate_all(&chain.weights, alpha, round.validation, Want::Alpha, training);
        hypergradient.clone_from(&training.alpha);
        (validation, round.validation.len())
    }
}
