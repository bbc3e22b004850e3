use crate::bilevel::{BilevelProblem, Evaluation, Gradients, Want};
use crate::methods::combined;
use crate::methods::state::{Chain, Site, fit};
use zodarts_nn::optim::{Sgd, SgdState};

/// The batches and learning rate that every chain of a round uses.
pub(super) struct Leg<'a, B> {
    pub training: &'a [B],
    pub validation: &'a [B],
    pub learning_rate: f64,
}

/// A chain with its own α and buffers, which runs independently of all others.
#[derive(Clone)]
pub(super) struct Lane {
    pub chain: Chain,
    pub alpha: Vec<f32>,
    pub gradients: Gradients,
    /// The quantities to evaluate on the validation batches after the last step, if any.
    pub closing: Option<Want>,
    /// Training loss and accuracy over the batches.
    pub training: Evaluation,
    /// Validation loss and accuracy, if evaluated.
    pub validation: Evaluation,
    sgd: Sgd,
    /// Momentum of α, for chains that move α.
    alpha_sgd: Option<SgdState>,
}

impl Lane {
    /// Returns a chain that starts as an exact copy of the main chain and keeps its α.
    pub fn copying(sgd: Sgd) -> Self {
        Lane {
            chain: Chain::default(),
            alpha: Vec::new(),
            gradients: Gradients::default(),
            closing: None,
            training: Evaluation::default(),
            validation: Evaluation::default(),
            sgd,
            alpha_sgd: None,
        }
    }

    /// Returns a chain that starts without momentum and also moves its α by SGD, clipped by its own norm.
    pub fn starting_afresh(sgd: Sgd) -> Self {
        Lane { alpha_sgd: Some(SgdState::default()), ..Lane::copying(sgd) }
    }

    /// Sets α to `alpha + by·direction`.
    pub fn place(&mut self, alpha: &[f32], direction: &[f32], by: f64) {
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
    pub fn evaluations(&self, batches: usize) -> usize {
        if self.closing.is_some() { batches } else { 0 }
    }

    fn run<P: BilevelProblem>(&mut self, problem: &P, worker: &mut P::Worker, leg: &Leg<P::Batch>) {
        fit(&mut self.gradients, problem);
        let mut at = Site { problem, worker };
        let want = if self.alpha_sgd.is_some() { Want::Both } else { Want::Weights };
        let stepping = (&self.sgd, leg.learning_rate);
        self.training = Evaluation::default();
        for batch in leg.training {
            let step = self.chain.descend(&mut at, &self.alpha, batch, stepping, want, &mut self.gradients);
            self.training = combined(self.training, step);
            if let Some(alpha_sgd) = &mut self.alpha_sgd {
                self.sgd.step(alpha_sgd, &mut self.alpha, &self.gradients.alpha, leg.learning_rate);
            }
        }
        if let Some(want) = self.closing {
            let weights = &self.chain.weights;
            self.validation =
                at.evaluate_all(weights, &self.alpha, leg.validation, want, &mut self.gradients);
        }
    }
}

/// Runs all chains, as many at the same time as there are workers. Chains share no mutable state, so the
/// result does not depend on their order in time.
///
/// # Panics
/// Panics without a worker.
pub(super) fn run_side_by_side<P: BilevelProblem>(
    problem: &P,
    workers: &mut [P::Worker],
    lanes: &mut [Lane],
    leg: &Leg<P::Batch>,
) {
    let sides = workers.len().min(lanes.len());
    if sides < 2 {
        let worker = workers.first_mut().expect("at least one worker");
        for lane in lanes {
            lane.run(problem, worker, leg);
        }
        return;
    }
    let (workers, more_workers) = workers.split_at_mut(sides / 2);
    let (lanes, more_lanes) = lanes.split_at_mut(lanes.len() * workers.len() / sides);
    rayon::join(
        || run_side_by_side(problem, workers, lanes, leg),
        || run_side_by_side(problem, more_workers, more_lanes, leg),
    );
}
