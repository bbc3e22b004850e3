use crate::bilevel::{BilevelProblem, Evaluation, Gradients, Want};
use crate::methods::combined;
use crate::methods::state::{Chain, Site, fit};
use zodarts_nn::optim::{Sgd, SgdState};

/// What every lane of a round runs over.
pub(super) struct Leg<'a, B> {
    pub training: &'a [B],
    pub validation: &'a [B],
    pub learning_rate: f64,
}

/// A chain, its own α and the buffers to run it without looking at any other.
#[derive(Clone)]
pub(super) struct Lane {
    pub chain: Chain,
    pub alpha: Vec<f32>,
    pub gradients: Gradients,
    /// What to evaluate on the validation batches after the last step, if anything.
    pub closing: Option<Want>,
    /// The training batches together.
    pub training: Evaluation,
    /// The validation batches, if evaluated.
    pub validation: Evaluation,
    sgd: Sgd,
    /// Momentum of a moving α, of lanes that start afresh.
    alpha_sgd: Option<SgdState>,
}

impl Lane {
    /// A lane that copies its chain exactly and keeps α where it is.
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

    /// A lane that starts without momentum and moves its α by SGD as well, clipped by its own norm.
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

    /// Passes over validation batches, of which there are `batches`.
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

/// Runs every lane, at the same time as far as there are workers. Lanes share nothing that changes, so the
/// result does not depend on how they are laid out in time.
///
/// # Panics
/// Without a worker.
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
