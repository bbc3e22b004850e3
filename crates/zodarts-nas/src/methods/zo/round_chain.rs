//! The chains of a zeroth-order round, the main one and the perturbed ones, and their parallel run.

use crate::bilevel::{BilevelProblem, Evaluation, Gradients, Want};
use crate::methods::state::{Chain, Evaluator, fit};
use crate::methods::{RoundBatches, combined};
use zodarts_nn::optim::{Sgd, SgdState};

/// A chain with its own α and buffers, which runs independently of all others.
#[derive(Clone)]
pub(super) struct RoundChain {
    pub chain: Chain,
    pub alpha: Vec<f32>,
    pub gradients: Gradients,
    /// The quantities to evaluate on the validation batches after the last step, if any.
    pub validation_want: Option<Want>,
    /// Training loss and accuracy over the batches.
    pub training: Evaluation,
    /// Validation loss and accuracy, if evaluated.
    pub validation: Evaluation,
    sgd: Sgd,
    /// Momentum of α, for chains that move α.
    alpha_sgd: Option<SgdState>,
}

impl RoundChain {
    /// Returns a chain that starts as an exact copy of the main chain and keeps its α.
    pub fn exact_copy(sgd: Sgd) -> Self {
        RoundChain {
            chain: Chain::default(),
            alpha: Vec::new(),
            gradients: Gradients::default(),
            validation_want: None,
            training: Evaluation::default(),
            validation: Evaluation::default(),
            sgd,
            alpha_sgd: None,
        }
    }

    /// Returns a chain that starts without momentum and also moves its α by SGD, clipped by its own norm.
    pub fn fresh(sgd: Sgd) -> Self {
        RoundChain { alpha_sgd: Some(SgdState::default()), ..RoundChain::exact_copy(sgd) }
    }

    /// Sets α to `alpha + by·direction`.
    pub fn perturb(&mut self, alpha: &[f32], direction: &[f32], by: f64) {
        self.alpha.clear();
        self.alpha
            .extend(alpha.iter().zip(direction).map(|(&a, &u)| (f64::from(a) + by * f64::from(u)) as f32));
    }

    /// Copies the chain to start from.
    pub fn start_from(&mut self, chain: &Chain) {
        self.chain.copy_from(chain);
        if let Some(alpha_sgd) = &mut self.alpha_sgd {
            self.chain.sgd.reset();
            alpha_sgd.momentum_buffer.resize(self.alpha.len(), 0.0);
            alpha_sgd.reset();
        }
    }

    /// Returns the number of passes over validation batches, of which there are `batches`.
    pub fn validation_passes(&self, batches: usize) -> usize {
        if self.validation_want.is_some() { batches } else { 0 }
    }

    fn run<P: BilevelProblem>(
        &mut self,
        problem: &P,
        worker: &mut P::Worker,
        batches: &RoundBatches<P::Batch>,
    ) {
        fit(&mut self.gradients, problem);
        let mut evaluator = Evaluator { problem, worker };
        let want = if self.alpha_sgd.is_some() { Want::Both } else { Want::Weights };
        let stepping = (&self.sgd, batches.learning_rate);
        self.training = Evaluation::default();
        for batch in batches.training {
            let step =
                self.chain.descend(&mut evaluator, &self.alpha, batch, stepping, want, &mut self.gradients);
            self.training = combined(self.training, step);
            if let Some(alpha_sgd) = &mut self.alpha_sgd {
                self.sgd.step(alpha_sgd, &mut self.alpha, &self.gradients.alpha, batches.learning_rate);
            }
        }
        if let Some(want) = self.validation_want {
            let weights = &self.chain.weights;
            self.validation =
                evaluator.evaluate_all(weights, &self.alpha, batches.validation, want, &mut self.gradients);
        }
    }
}

/// Runs all chains, as many at the same time as there are workers. Chains share no mutable state, so the
/// result does not depend on their order in time.
///
/// # Panics
/// Panics without a worker.
pub(super) fn run_all<P: BilevelProblem>(
    problem: &P,
    workers: &mut [P::Worker],
    chains: &mut [RoundChain],
    batches: &RoundBatches<P::Batch>,
) {
    let parallel = workers.len().min(chains.len());
    if parallel < 2 {
        let worker = workers.first_mut().expect("at least one worker");
        for chain in chains {
            chain.run(problem, worker, batches);
        }
        return;
    }
    let (workers, more_workers) = workers.split_at_mut(parallel / 2);
    let (chains, more_chains) = chains.split_at_mut(chains.len() * workers.len() / parallel);
    rayon::join(
        || run_all(problem, workers, chains, batches),
        || run_all(problem, more_workers, more_chains, batches),
    );
}
