//! DARTS-unrolled, our own method: the hypergradient back-propagated through all T weight steps of a round.
//!
//! Second-order DARTS looks through one virtual step, and a zeroth-order method through T real ones but along
//! one direction of α. This is the gradient of `L_val(w_T(α), α)` with respect to every α at once, at the
//! price of one more chain.
//!
//! After the T steps, the adjoint λ = `∂L_val/∂(w_T, b_T)` is propagated back step by step. With δ the
//! derivative with respect to the gradient of a step, both `∂²L_train/∂w² · δ` and `∂²L_train/∂α∂w · δ` come
//! from one difference of gradients, at w and at w + r·δ, where r = radius/‖δ‖.

use super::state::{Chain, Evaluator, fit};
use super::{
    AnnealingSettings, Card, Method, Optimisers, Round, RoundBatches, RoundReport, SearchMethod, SearchState,
    combined,
};
use crate::bilevel::{BilevelProblem, Evaluation, Gradients, Want};
use crate::normaliser::{Annealing, Normaliser};
use crate::settings::Range;
use serde::Serialize;
use zodarts_nn::optim::{Adam, Sgd, SgdAdjoint, norm};

const CARD: Card = Card {
    name: "darts-unrolled",
    description: "DARTS-unrolled, our own: the validation gradient back through all steps of a round, \
        annealed sparsemax",
    normaliser: Normaliser::Sparsemax,
};

crate::settings! {
    /// Settings of DARTS-unrolled: rounds as long as those of ZO-DARTS+, and a probe radius wide enough to
    /// see past single kinks of `ReLU`; see `docs/hypergradient.md`.
    pub struct DartsUnrolled in "method" {
        /// Weight steps T of a round.
        steps: usize = 10, Range::AtLeast(1.0);
        /// Validation batches M per round, on which the hypergradient is taken.
        validation_batches: usize = 4, Range::AtLeast(1.0);
        /// Radius of the probes of the curvature.
        radius: f64 = 0.1, Range::Above(0.0);
        ..annealing: AnnealingSettings;
    }
}

impl DartsUnrolled {
    /// Returns the settings of the estimator.
    pub fn estimator(&self) -> UnrolledSettings {
        let Self { steps, validation_batches, radius, .. } = *self;
        UnrolledSettings { steps, validation_batches, radius }
    }
}

impl<P: BilevelProblem> SearchMethod<P> for DartsUnrolled {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn annealing(&self) -> Annealing {
        self.annealing.schedule()
    }

    fn build(&self, optimisers: &Optimisers) -> Box<dyn Method<P>> {
        Box::new(Unrolled::new(optimisers, self.estimator()))
    }
}

/// Settings of the estimator that back-propagates through the weight steps of its round.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct UnrolledSettings {
    /// T, weight steps per round.
    pub steps: usize,
    /// M, validation batches per round.
    pub validation_batches: usize,
    /// r·‖δ‖, the distance of the probes from the weights.
    pub radius: f64,
}

/// The estimator of DARTS-unrolled.
pub struct Unrolled {
    sgd: Sgd,
    adam: Adam,
    settings: UnrolledSettings,
    /// The steps of the round, in order. The list is longer than a short round at the end of an epoch.
    taken: Vec<StepTaken>,
    adjoint: SgdAdjoint,
    /// δ, then the probe w + r·δ.
    probe: Vec<f32>,
    probed: Gradients,
    hypergradient: Vec<f32>,
}

/// The point from which a weight step was taken, and the gradients there.
#[derive(Clone, Default)]
struct StepTaken {
    weights: Vec<f32>,
    gradients: Gradients,
}

impl Unrolled {
    /// Returns an estimator. Its buffers are allocated in the first round.
    pub fn new(optimisers: &Optimisers, settings: UnrolledSettings) -> Self {
        Unrolled {
            sgd: optimisers.sgd,
            adam: optimisers.adam,
            settings,
            taken: Vec::new(),
            adjoint: SgdAdjoint::default(),
            probe: Vec::new(),
            probed: Gradients::default(),
            hypergradient: Vec::new(),
        }
    }

    /// Takes the weight steps of the round and stores the point and the gradients of each.
    fn take_steps<P: BilevelProblem>(
        &mut self,
        evaluator: &mut Evaluator<P>,
        (chain, alpha): (&mut Chain, &[f32]),
        round: &RoundBatches<P::Batch>,
    ) -> Evaluation {
        if self.taken.len() < round.training.len() {
            self.taken.resize_with(round.training.len(), StepTaken::default);
        }
        let mut total = Evaluation::default();
        for (taken, batch) in self.taken.iter_mut().zip(round.training) {
            fit(&mut taken.gradients, evaluator.problem);
            taken.weights.clone_from(&chain.weights);
            let stepping = (&self.sgd, round.learning_rate);
            let step = chain.descend(evaluator, alpha, batch, stepping, Want::Both, &mut taken.gradients);
            total = combined(total, step);
        }
        total
    }

    /// Sets λ to the validation gradient at the last weights and returns the validation result and
    /// `∂L_val/∂α`.
    fn start_adjoint<P: BilevelProblem>(
        &mut self,
        evaluator: &mut Evaluator<P>,
        (chain, alpha): (&Chain, &[f32]),
        validation: &[P::Batch],
    ) -> (Evaluation, Vec<f64>) {
        fit(&mut self.probed, evaluator.problem);
        let found = evaluator.evaluate_all(&chain.weights, alpha, validation, Want::Both, &mut self.probed);
        self.adjoint.weights.clone_from(&self.probed.weights);
        self.adjoint.momentum_buffer.clear();
        self.adjoint.momentum_buffer.resize(self.probed.weights.len(), 0.0);
        (found, self.probed.alpha.iter().map(|g| f64::from(*g)).collect())
    }

    /// Propagates λ back through step `index` and adds the step's part of the hypergradient to `total`.
    /// Returns the number of passes it took: 0 if the loss does not depend on the step.
    fn propagate_back<P: BilevelProblem>(
        &mut self,
        evaluator: &mut Evaluator<P>,
        alpha: &[f32],
        round: &RoundBatches<P::Batch>,
        index: usize,
        total: &mut [f64],
    ) -> usize {
        let Some(r) = self.set_probe(index, round.learning_rate) else { return 0 };
        // λ before the first step is not needed.
        let want = if index == 0 { Want::Alpha } else { Want::Both };
        evaluator.evaluate(&self.probe, alpha, &round.training[index], want, &mut self.probed);
        let here = &self.taken[index].gradients;
        let slope = |ahead: &f32, here: &f32| (f64::from(*ahead) - f64::from(*here)) / r;
        if want.weights() {
            let slopes = self.probed.weights.iter().zip(&here.weights);
            self.adjoint.weights.iter_mut().zip(slopes).for_each(|(by, (a, h))| *by += slope(a, h) as f32);
        }
        total
            .iter_mut()
            .zip(self.probed.alpha.iter().zip(&here.alpha))
            .for_each(|(by, (a, h))| *by += slope(a, h));
        1
    }

    /// Propagates λ back through the update rule of step `index` and sets the probe to w + r·δ. Returns r, or
    /// `None` if δ is 0.
    fn set_probe(&mut self, index: usize, learning_rate: f64) -> Option<f64> {
        let taken = &self.taken[index];
        self.probe.resize(taken.weights.len(), 0.0);
        self.sgd.pull_back(&mut self.adjoint, &taken.gradients.weights, learning_rate, &mut self.probe);
        let length = norm(&self.probe);
        if length == 0.0 {
            return None;
        }
        let r = self.settings.radius / length;
        for (probe, w) in self.probe.iter_mut().zip(&taken.weights) {
            *probe = w + r as f32 * *probe;
        }
        Some(r)
    }
}

impl<P: BilevelProblem> Method<P> for Unrolled {
    fn steps_per_round(&self) -> usize {
        self.settings.steps
    }

    fn validation_batches(&self) -> usize {
        self.settings.validation_batches
    }

    fn workers(&self) -> usize {
        1
    }

    /// Returns the weight steps, the validation batches, and one pass for each step on the way back.
    fn passes(&self) -> usize {
        2 * self.settings.steps + self.settings.validation_batches
    }

    fn price(&self) -> f64 {
        (self.settings.steps + self.settings.validation_batches) as f64
    }

    fn vectors(&self) -> usize {
        // Weights and gradient of each step; the two vectors of λ, the probe and its gradient.
        2 * self.settings.steps + 4
    }

    fn estimate(
        &mut self,
        problem: &P,
        workers: &mut [P::Worker],
        state: &mut SearchState,
        round: &mut Round<P::Batch>,
    ) -> RoundReport {
        let round = &round.batches;
        let steps = round.steps(self.settings.steps);
        let SearchState { chain, alpha, .. } = state;
        let mut evaluator = Evaluator { problem, worker: &mut workers[0] };
        let training = self.take_steps(&mut evaluator, (chain, alpha), round);
        let (validation, mut total) = self.start_adjoint(&mut evaluator, (chain, alpha), round.validation);
        let mut passes = steps + round.validation.len();
        for index in (0..steps).rev() {
            passes += self.propagate_back(&mut evaluator, alpha, round, index, &mut total);
        }
        self.hypergradient.clear();
        self.hypergradient.extend(total.into_iter().map(|g| g as f32));
        let hypergradient_norm = norm(&self.hypergradient);
        RoundReport { training, validation, passes, hypergradient_norm, ..RoundReport::default() }
    }

    fn hypergradient(&self) -> &[f32] {
        &self.hypergradient
    }

    fn adam(&self) -> &Adam {
        &self.adam
    }
}
