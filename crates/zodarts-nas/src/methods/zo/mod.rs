//! The zeroth-order hypergradient (the ZO-DARTS+ paper, eq. 5–6), generalised to several directions.
//!
//! A round draws K orthogonal unit directions u and copies the main chain (w, α) to perturbed chains with α̃
//! = α ± μu. All chains take the same T training batches. Then `g = Σ slope·u`, where the slope is the
//! derivative of the validation loss along u, measured by one of the [`Difference`]s. The expectation of Σ
//! u·uᵀ is K/d·I, so g estimates K/d·∇F, where d is the length of α. That has the direction of the
//! hypergradient, and Adam does not depend on the scale. The paper has K = 1.
//!
//! A shift of all α of an edge has no effect on any normaliser. Directions that are centred on every edge
//! leave such shifts out: they lose nothing of ∇F, and d is smaller by the number of edges.

mod direction;
mod round_chain;
mod settings;

pub use settings::{Difference, Mu, PerturbedChain, ZoSettings};

use self::direction::Sphere;
use self::round_chain::{RoundChain, run_all};
use super::{Method, Optimisers, Round, RoundBatches, RoundReport, SearchState, combined};
use crate::bilevel::{BilevelProblem, Evaluation, Want};
use zodarts_nn::optim::{Adam, Sgd, difference_dot, dot, norm};

/// The estimator of the zeroth-order methods.
pub struct ZerothOrder {
    adam: Adam,
    zo: ZoSettings,
    /// The perturbed chain from which all others are cloned.
    perturbed: RoundChain,
    /// The main chain, then the perturbed chains, direction by direction. The main chain's weights are moved
    /// here from the search state for the length of a round.
    chains: Vec<RoundChain>,
    directions: Vec<Vec<f32>>,
    hypergradient: Vec<f32>,
}

impl ZerothOrder {
    /// Returns an estimator. Its buffers are allocated in the first round.
    pub fn new(optimisers: &Optimisers, zo: ZoSettings) -> Self {
        let Optimisers { sgd, adam } = *optimisers;
        let mut main = RoundChain::exact_copy(sgd);
        let mut perturbed = match zo.perturbed_chain {
            PerturbedChain::Exact => RoundChain::exact_copy(sgd),
            PerturbedChain::Fresh => RoundChain::fresh(Sgd { nesterov: false, ..sgd }),
        };
        (main.validation_want, perturbed.validation_want) = validation_wants(zo.difference);
        let (directions, hypergradient) = (Vec::new(), Vec::new());
        ZerothOrder { adam, zo, perturbed, chains: vec![main], directions, hypergradient }
    }

    /// Estimates the hypergradient as [`Method::estimate`] does, but along the given `directions`, any number
    /// of any length: Σ slope·u, where the slope is per unit of u.
    ///
    /// # Panics
    /// See [`Method::estimate`]; also panics if a direction is not as long as α.
    pub fn estimate_along<P: BilevelProblem>(
        &mut self,
        problem: &P,
        workers: &mut [P::Worker],
        state: &mut SearchState,
        batches: &RoundBatches<P::Batch>,
        directions: &[Vec<f32>],
    ) -> RoundReport {
        self.directions.clear();
        self.directions.extend_from_slice(directions);
        self.run(problem, workers, state, batches)
    }

    /// Estimates the hypergradient along `self.directions`.
    fn run<P: BilevelProblem>(
        &mut self,
        problem: &P,
        workers: &mut [P::Worker],
        state: &mut SearchState,
        batches: &RoundBatches<P::Batch>,
    ) -> RoundReport {
        let steps = batches.steps(self.zo.steps);
        let mu = self.zo.mu.at(&state.alpha, problem.temperature());
        self.fork(state, mu);
        let perturbed_alphas = self.chains[1..].iter().map(|chain| chain.alpha.clone()).collect();

        self.chains[0].chain = std::mem::take(&mut state.chain);
        run_all(problem, workers, &mut self.chains, batches);

        self.gather(mu);
        state.chain = std::mem::take(&mut self.chains[0].chain);
        RoundReport {
            training: self.chains[0].training,
            validation: self
                .chains
                .iter()
                .map(|chain| chain.validation)
                .fold(Evaluation::default(), combined),
            passes: self
                .chains
                .iter()
                .map(|chain| steps + chain.validation_passes(batches.validation.len()))
                .sum(),
            perturbed_alphas,
            hypergradient_norm: norm(&self.hypergradient),
        }
    }

    /// Sets every chain to the state, with α at α ± μu for the perturbed ones.
    fn fork(&mut self, state: &SearchState, mu: f64) {
        let signs = self.zo.difference.signs();
        self.chains.resize(1 + self.directions.len() * signs.len(), self.perturbed.clone());
        let (main, perturbed) = self.chains.split_first_mut().expect("the main chain");
        main.alpha.clone_from(&state.alpha);
        for (chains, direction) in perturbed.chunks_exact_mut(signs.len()).zip(&self.directions) {
            assert_eq!(direction.len(), state.alpha.len(), "length of the direction");
            for (chain, sign) in chains.iter_mut().zip(signs) {
                chain.perturb(&state.alpha, direction, sign * mu);
                chain.start_from(&state.chain);
            }
        }
    }

    /// Computes the hypergradient from the chains after they have run.
    fn gather(&mut self, mu: f64) {
        let (main, perturbed) = self.chains.split_first().expect("the main chain");
        let mut sum = vec![0.0; main.alpha.len()];
        for (chains, u) in perturbed.chunks_exact(self.zo.difference.signs().len()).zip(&self.directions) {
            let slope = self.slope(main, chains, u, mu);
            sum.iter_mut().zip(u).for_each(|(sum, u)| *sum += slope * f64::from(*u));
        }
        self.hypergradient.clear();
        self.hypergradient.extend(sum.into_iter().map(|g| g as f32));
    }

    /// Returns the derivative of the validation loss along a direction, from the chains perturbed along it.
    fn slope(&self, main: &RoundChain, perturbed: &[RoundChain], direction: &[f32], mu: f64) -> f64 {
        let (first, last) = (&perturbed[0], &perturbed[perturbed.len() - 1]);
        let direct = || dot(&main.gradients.alpha, direction);
        let through_weights = |ahead: &RoundChain, behind: &RoundChain| {
            difference_dot(&ahead.chain.weights, &behind.chain.weights, &main.gradients.weights)
        };
        match self.zo.difference {
            Difference::Forward => direct() + through_weights(first, main) / mu,
            Difference::Central => direct() + through_weights(first, last) / (2.0 * mu),
            Difference::ForwardLoss => (first.validation.loss - main.validation.loss) / mu,
            Difference::CentralLoss => (first.validation.loss - last.validation.loss) / (2.0 * mu),
        }
    }
}

impl ZoSettings {
    /// Returns the number of perturbed chains per round.
    pub fn chains(&self) -> usize {
        self.directions * self.difference.signs().len()
    }

    /// Returns the number of passes of all chains in a round of T steps.
    pub fn passes(&self) -> usize {
        let (gradients, losses) = self.evaluations();
        (1 + self.chains()) * self.steps + gradients + losses
    }

    /// Returns the numbers of evaluations of a validation batch in a round, of all chains: those with a
    /// gradient, and those of the loss alone.
    pub fn evaluations(&self) -> (usize, usize) {
        let (main, perturbed) = validation_wants(self.difference);
        let count = |is: fn(Want) -> bool| {
            let chains =
                usize::from(main.is_some_and(is)) + self.chains() * usize::from(perturbed.is_some_and(is));
            chains * self.validation_batches
        };
        (count(|want| want != Want::Loss), count(|want| want == Want::Loss))
    }
}

/// Returns the quantities that the main chain and the perturbed chains evaluate on the validation batches
/// after their last step.
fn validation_wants(difference: Difference) -> (Option<Want>, Option<Want>) {
    match difference {
        Difference::Forward | Difference::Central => (Some(Want::Both), None),
        Difference::ForwardLoss => (Some(Want::Loss), Some(Want::Loss)),
        Difference::CentralLoss => (None, Some(Want::Loss)),
    }
}

impl<P: BilevelProblem> Method<P> for ZerothOrder {
    fn steps_per_round(&self) -> usize {
        self.zo.steps
    }

    fn validation_batches(&self) -> usize {
        self.zo.validation_batches
    }

    fn workers(&self) -> usize {
        1 + self.zo.chains()
    }

    fn passes(&self) -> usize {
        self.zo.passes()
    }

    fn price(&self) -> f64 {
        let (gradients, losses) = self.zo.evaluations();
        (self.zo.chains() * self.zo.steps + gradients) as f64 + losses as f64 / 3.0
    }

    fn estimate(
        &mut self,
        problem: &P,
        workers: &mut [P::Worker],
        state: &mut SearchState,
        round: &mut Round<P::Batch>,
    ) -> RoundReport {
        let row = problem.alpha_row().filter(|_| self.zo.centred);
        let sphere = Sphere { dimension: state.alpha.len(), row };
        // A space may have fewer dimensions than the settings ask for.
        let count = self.zo.directions.min(sphere.dimensions());
        sphere.draw(round.directions, count, &mut self.directions);
        self.run(problem, workers, state, &round.batches)
    }

    fn hypergradient(&self) -> &[f32] {
        &self.hypergradient
    }

    fn adam(&self) -> &Adam {
        &self.adam
    }
}
