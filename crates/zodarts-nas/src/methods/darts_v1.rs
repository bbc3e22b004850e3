//! First-order DARTS (Liu, Simonyan & Yang, 2019): the hypergradient is `∇_α L_val(w, α)`, as if w did not
//! depend on α.

use super::state::Evaluator;
use super::stepwise::{First, Rule, Stepwise};
use super::{Card, Method, Optimisers, RoundBatches, SearchMethod, SearchState};
use crate::bilevel::{BilevelProblem, Evaluation, Gradients, Want};
use crate::normaliser::Normaliser;

const CARD: Card = Card {
    name: "darts-v1",
    description: "DARTS, first order: the validation gradient alone, before every weight step",
    normaliser: Normaliser::Softmax,
};

crate::settings! {
    /// First-order DARTS. It has no settings of its own.
    pub struct DartsV1 in "method" {}
}

impl<P: BilevelProblem> SearchMethod<P> for DartsV1 {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn build(&self, optimisers: &Optimisers) -> Box<dyn Method<P>> {
        Box::new(Stepwise::new(ValidationGradient, First::Alpha, optimisers))
    }
}

struct ValidationGradient;

impl<P: BilevelProblem> Rule<P> for ValidationGradient {
    fn estimate(
        &mut self,
        evaluator: &mut Evaluator<P>,
        state: &SearchState,
        round: &RoundBatches<P::Batch>,
        training: &mut Gradients,
        hypergradient: &mut Vec<f32>,
    ) -> (Evaluation, usize) {
        let SearchState { chain, alpha, .. } = state;
        let validation =
            evaluator.evaluate_all(&chain.weights, alpha, round.validation, Want::Alpha, training);
        hypergradient.clone_from(&training.alpha);
        (validation, round.validation.len())
    }

    fn passes(&self) -> usize {
        1
    }
}
