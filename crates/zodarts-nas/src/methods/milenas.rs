//! `MiLeNAS` (He et al., 2020): mixed-level search along `∇_α L_train(w, α) + λ·∇_α L_val(w, α)` after each
//! weight step.

use super::state::Evaluator;
use super::stepwise::{First, Rule, Stepwise};
use super::{Card, Method, Optimisers, RoundBatches, SearchMethod, SearchState};
use crate::bilevel::{BilevelProblem, Evaluation, Gradients, Want};
use crate::normaliser::Normaliser;
use crate::settings::Range;

const CARD: Card = Card {
    name: "milenas",
    description: "MiLeNAS: training plus validation gradient, after every weight step",
    normaliser: Normaliser::Softmax,
};

crate::settings! {
    /// Settings of `MiLeNAS`.
    pub struct Milenas in "method" {
        /// Share λ of the validation gradient beside the training gradient.
        lambda: f64 = 1.0, Range::AtLeast(0.0);
    }
}

impl<P: BilevelProblem> SearchMethod<P> for Milenas {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn build(&self, optimisers: &Optimisers) -> Box<dyn Method<P>> {
        Box::new(Stepwise::new(MixedLevel { lambda: self.lambda }, First::Weights, optimisers))
    }
}

struct MixedLevel {
    lambda: f64,
}

impl<P: BilevelProblem> Rule<P> for MixedLevel {
    fn estimate(
        &mut self,
        evaluator: &mut Evaluator<P>,
        state: &SearchState,
        round: &RoundBatches<P::Batch>,
        training: &mut Gradients,
        hypergradient: &mut Vec<f32>,
    ) -> (Evaluation, usize) {
        let SearchState { chain, alpha, .. } = state;
        evaluator.evaluate(&chain.weights, alpha, round.single(), Want::Alpha, training);
        hypergradient.clone_from(&training.alpha);
        let validation =
            evaluator.evaluate_all(&chain.weights, alpha, round.validation, Want::Alpha, training);
        for (h, g) in hypergradient.iter_mut().zip(&training.alpha) {
            *h += self.lambda as f32 * g;
        }
        (validation, 1 + round.validation.len())
    }

    fn passes(&self) -> usize {
        2
    }
}
