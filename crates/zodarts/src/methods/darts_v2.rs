//! DARTS, second order (Liu, Simonyan & Yang, 2019): the hypergradient through one virtual weight step
//! `w' = w − ξ·(m·b + ∇_w L_train(w, α) + λ·w)`, with ξ the learning rate, b the momentum buffer and λ the
//! weight decay. It has neither Nesterov's look-ahead nor clipping, as in the original.
//!
//! g = `∇_α L_val(w', α) − ξ·[∇_α L_train(w⁺, α) − ∇_α L_train(w⁻, α)]/(2R)`, where `w± = w ± R·∇_w L_val(w', α)`
//! and `R = radius/‖∇_w L_val(w', α)‖`.
use zodarts_nn::optim::{Adam, Sgd, norm};

use super::state::{Chain, Site, fit};
use super::{Card, Method, MethodSettings, Round, RoundReport, SearchState};
use crate::bilevel::{BilevelProblem, Gradients, Want};
use crate::normaliser::Normaliser;

pub(super) const CARD: Card = Card {
    name: "darts-v2",
    description: "DARTS, second order: the validation gradient through one virtual weight step",
    normaliser: Normaliser::Softmax,
    annealed: false,
};

pub(super) fn build(settings: &MethodSettings) -> DartsV2 {
    DartsV2 {
        sgd: settings.sgd,
        adam: settings.adam,
        radius: settings.darts_radius,
        training: Gradients::default(),
        unrolled: Gradients::default(),
        probe: Vec::new(),
        hypergradient: Vec::new(),
    }
}

pub(super) struct DartsV2 {
    sgd: Sgd,
    adam: Adam,
    radius: f64,
    /// Of the training loss, wherever it is evaluated.
    training: Gradients,
    /// Of the validation loss at w'.
    unrolled: Gradients,
    /// w', then w⁺, then w⁻.
    probe: Vec<f32>,
    hypergradient: Vec<f32>,
}

impl DartsV2 {
    /// Sets the probe to w', from the training gradient at w.
    fn unroll(&mut self, chain: &Chain, learning_rate: f64) {
        let (rate, momentum, decay) =
            (learning_rate as f32, self.sgd.momentum as f32, self.sgd.weight_decay as f32);
        let terms = self.training.weights.iter().zip(&chain.sgd.momentum_buffer);
        self.probe.clear();
        self.probe.extend(
            chain.weights.iter().zip(terms).map(|(w, (g, b))| w - rate * (momentum * b + g + decay * w)),
        );
    }

    /// Sets the probe to `w + by·∇_w L_val(w', α)`.
    fn displace(&mut self, chain: &Chain, by: f64) {
        let by = by as f32;
        self.probe.clear();
        self.probe.extend(chain.weights.iter().zip(&self.unrolled.weights).map(|(w, v)| w + by * v));
    }

    /// Adds `share·∇_α L_train(probe, α)` to the hypergradient.
    fn add_training<P: BilevelProblem>(
        &mut self,
        at: &mut Site<P>,
        alpha: &[f32],
        batch: &P::Batch,
        share: f64,
    ) {
        at.evaluate(&self.probe, alpha, batch, Want::Alpha, &mut self.training);
        for (h, g) in self.hypergradient.iter_mut().zip(&self.training.alpha) {
            *h = (f64::from(*h) + share * f64::from(*g)) as f32;
        }
    }
}

impl<P: BilevelProblem> Method<P> for DartsV2 {
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
        fit(&mut self.training, problem);
        fit(&mut self.unrolled, problem);
        let mut at = Site { problem, worker: &mut workers[0] };
        let SearchState { chain, alpha, .. } = &*state;
        let (training, rate) = (round.single(), round.learning_rate);

        at.evaluate(&chain.weights, alpha, training, Want::Weights, &mut self.training);
        self.unroll(chain, rate);
        let validation = at.evaluate(&self.probe, alpha, round.validation, Want::Both, &mut self.unrolled);
        self.hypergradient.clone_from(&self.unrolled.alpha);
        let mut passes = 2;

        let length = norm(&self.unrolled.weights);
        // Without a validation gradient the second-order term is 0, and has no direction to probe along.
        if length > 0.0 {
            let radius = self.radius / length;
            for sign in [1.0, -1.0] {
                self.displace(chain, sign * radius);
                self.add_training(&mut at, alpha, training, -sign * rate / (2.0 * radius));
            }
            passes += 2;
        }
        let hypergradient_norm = norm(&self.hypergradient);
        RoundReport { validation, passes, hypergradient_norm, ..RoundReport::default() }
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
        report.training = state.descend(&mut at, round, &self.sgd, &mut self.training);
        report.passes += 1;
        report
    }
}
