//! Second-order DARTS (Liu, Simonyan & Yang, 2019): the hypergradient through one virtual weight step
//! `w' = w − ξ·(m·b + ∇_w L_train(w, α) + λ·w)`, with ξ the learning rate, m the momentum, b the momentum
//! buffer and λ the weight decay. The virtual step has neither Nesterov momentum nor clipping, as in the
//! original.
//!
//! g = `∇_α L_val(w', α) − ξ·[∇_α L_train(w⁺, α) − ∇_α L_train(w⁻, α)]/(2R)`, where
//! `w± = w ± R·∇_w L_val(w', α)` and `R = radius/‖∇_w L_val(w', α)‖`.

use super::state::{Chain, Evaluator, fit};
use super::stepwise::{First, Rule, Stepwise};
use super::{Card, Method, Optimisers, RoundBatches, SearchMethod, SearchState};
use crate::bilevel::{BilevelProblem, Evaluation, Gradients, Want};
use crate::normaliser::Normaliser;
use crate::settings::Range;
use zodarts_nn::optim::{Sgd, norm};

const CARD: Card = Card {
    name: "darts-v2",
    description: "DARTS, second order: the validation gradient through one virtual weight step",
    normaliser: Normaliser::Softmax,
};

crate::settings! {
    /// Settings of second-order DARTS.
    pub struct DartsV2 in "method" {
        /// Distance of the probes from the weights, along the validation gradient.
        radius: f64 = 0.01, Range::Above(0.0);
    }
}

impl<P: BilevelProblem> SearchMethod<P> for DartsV2 {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn build(&self, optimisers: &Optimisers) -> Box<dyn Method<P>> {
        let (unrolled, probe) = (Gradients::default(), Vec::new());
        let rule = VirtualStep { sgd: optimisers.sgd, radius: self.radius, unrolled, probe };
        Box::new(Stepwise::new(rule, First::Alpha, optimisers))
    }
}

struct VirtualStep {
    sgd: Sgd,
    radius: f64,
    /// Gradients of the validation loss at w'.
    unrolled: Gradients,
    /// w', then w⁺, then w⁻.
    probe: Vec<f32>,
}

impl VirtualStep {
    /// Sets the probe to w', given the training gradient at w.
    fn unroll(&mut self, chain: &Chain, gradient: &[f32], learning_rate: f64) {
        let (rate, momentum, decay) =
            (learning_rate as f32, self.sgd.momentum as f32, self.sgd.weight_decay as f32);
        let terms = gradient.iter().zip(&chain.sgd.momentum_buffer);
        self.probe.clear();
        self.probe.extend(
            chain.weights.iter().zip(terms).map(|(w, (g, b))| w - rate * (momentum * b + g + decay * w)),
        );
    }

    /// Sets the probe to `w + by·∇_w L_val(w', α)`.
    fn set_probe(&mut self, chain: &Chain, by: f64) {
        let by = by as f32;
        self.probe.clear();
        self.probe.extend(chain.weights.iter().zip(&self.unrolled.weights).map(|(w, v)| w + by * v));
    }

    /// Subtracts ξ times the Hessian–vector product `∂²L_train/∂α∂w · ∇_w L_val(w', α)`, measured by a
    /// central difference of gradients, from `hypergradient`. Returns the number of passes it took.
    fn subtract_hessian_vector_product<P: BilevelProblem>(
        &mut self,
        evaluator: &mut Evaluator<P>,
        state: &SearchState,
        round: &RoundBatches<P::Batch>,
        training: &mut Gradients,
        hypergradient: &mut [f32],
    ) -> usize {
        let length = norm(&self.unrolled.weights);
        // Without a validation gradient the product is 0, and there is no direction for the probes.
        if length.is_nan() || length <= 0.0 {
            return 0;
        }
        let radius = self.radius / length;
        for sign in [1.0, -1.0] {
            self.set_probe(&state.chain, sign * radius);
            evaluator.evaluate(&self.probe, &state.alpha, round.single(), Want::Alpha, training);
            let share = -sign * round.learning_rate / (2.0 * radius);
            for (h, g) in hypergradient.iter_mut().zip(&training.alpha) {
                *h = (f64::from(*h) + share * f64::from(*g)) as f32;
            }
        }
        2
    }
}

impl<P: BilevelProblem> Rule<P> for VirtualStep {
    fn estimate(
        &mut self,
        evaluator: &mut Evaluator<P>,
        state: &SearchState,
        round: &RoundBatches<P::Batch>,
        training: &mut Gradients,
        hypergradient: &mut Vec<f32>,
    ) -> (Evaluation, usize) {
        fit(&mut self.unrolled, evaluator.problem);
        let SearchState { chain, alpha, .. } = state;
        let (batch, rate) = (round.single(), round.learning_rate);

        evaluator.evaluate(&chain.weights, alpha, batch, Want::Weights, training);
        self.unroll(chain, &training.weights, rate);
        let validation =
            evaluator.evaluate_all(&self.probe, alpha, round.validation, Want::Both, &mut self.unrolled);
        hypergradient.clone_from(&self.unrolled.alpha);

        let passes = self.subtract_hessian_vector_product(evaluator, state, round, training, hypergradient);
        (validation, 1 + round.validation.len() + passes)
    }

    fn passes(&self) -> usize {
        4
    }
}
