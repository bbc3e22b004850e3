//! The zeroth-order hypergradient (the ZO-DARTS+ paper, eq. 5–6).
//!
//! A round draws a unit direction u and copies the main chain (w, α) to chains with α̃ = α ± μu. All take the
//! same T training batches; then g = slope·u, where the slope is how fast the validation loss changes along
//! u, by one of the [`Difference`]s. With ‖u‖ = 1 the expectation of u·uᵀ is I/d, so g estimates ∇F/d, d the
//! length of α: the direction of the hypergradient, and Adam does not mind the scale.
mod direction;
mod lane;

use zodarts_nn::optim::{Adam, Sgd, difference_dot, dot, norm};

use self::lane::{Lane, Leg, run_side_by_side};
use super::{
    Difference, Method, MethodSettings, PerturbedChain, Round, RoundReport, SearchState, ZoSettings, combined,
};
use crate::bilevel::{BilevelProblem, Evaluation, Want};

/// The estimator of ZO-DARTS and ZO-DARTS+, which differ in their normaliser only.
pub struct ZerothOrder {
    adam: Adam,
    zo: ZoSettings,
    /// The main chain's lane, then one per perturbed chain. The main chain itself is at home in the search
    /// state, and here for the length of a round.
    lanes: Vec<Lane>,
    direction: Vec<f32>,
    hypergradient: Vec<f32>,
}

impl ZerothOrder {
    /// An estimator without buffers; they take the problem's size in the first round.
    pub fn new(settings: &MethodSettings) -> Self {
        let MethodSettings { sgd, adam, zo, .. } = *settings;
        let perturbed = match zo.perturbed_chain {
            PerturbedChain::Exact => Lane::copying(sgd),
            PerturbedChain::Fresh => Lane::starting_afresh(Sgd { nesterov: false, ..sgd }),
        };
        let mut lanes = vec![Lane::copying(sgd)];
        lanes.resize(1 + zo.difference.signs().len(), perturbed);
        for (position, lane) in lanes.iter_mut().enumerate() {
            lane.closing = match (zo.difference, position) {
                (Difference::CentralLoss, 0) => None,
                (Difference::CentralLoss, _) => Some(Want::Loss),
                (_, 0) => Some(Want::Both),
                (..) => None,
            };
        }
        ZerothOrder { adam, zo, lanes, direction: Vec::new(), hypergradient: Vec::new() }
    }

    /// [`Method::estimate`] along a given `direction` u instead of a random one, of any length: slope·u, the
    /// slope being per unit of u.
    ///
    /// # Panics
    /// As [`Method::estimate`], and if `direction` is not as long as α.
    pub fn estimate_along<P: BilevelProblem>(
        &mut self,
        problem: &P,
        workers: &mut [P::Worker],
        state: &mut SearchState,
        round: &Round<P::Batch>,
        direction: &[f32],
    ) -> RoundReport {
        self.direction.clear();
        self.direction.extend_from_slice(direction);
        self.run(problem, workers, state, round)
    }

    /// The estimate along `self.direction`.
    fn run<P: BilevelProblem>(
        &mut self,
        problem: &P,
        workers: &mut [P::Worker],
        state: &mut SearchState,
        round: &Round<P::Batch>,
    ) -> RoundReport {
        let steps = round.training.len();
        assert!(
            (1..=self.zo.steps).contains(&steps),
            "{steps} batches for rounds of {} steps",
            self.zo.steps
        );
        let mu = self.zo.mu.at(&state.alpha);
        self.fork(state, mu);
        let perturbed_alphas = self.lanes[1..].iter().map(|lane| lane.alpha.clone()).collect();

        let leg = Leg {
            training: round.training,
            validation: round.validation,
            learning_rate: round.learning_rate,
        };
        self.lanes[0].chain = std::mem::take(&mut state.chain);
        run_side_by_side(problem, workers, &mut self.lanes, &leg);

        let slope = self.slope(mu);
        state.chain = std::mem::take(&mut self.lanes[0].chain);
        self.hypergradient.clear();
        self.hypergradient.extend(self.direction.iter().map(|&u| (slope * f64::from(u)) as f32));
        RoundReport {
            training: self.lanes[0].training,
            validation: self.lanes.iter().map(|lane| lane.validation).fold(Evaluation::default(), combined),
            passes: self.lanes.iter().map(|lane| steps + usize::from(lane.closing.is_some())).sum(),
            perturbed_alphas,
            hypergradient_norm: norm(&self.hypergradient),
        }
    }

    /// Sets every lane to the state, the perturbed ones at α ± μu.
    fn fork(&mut self, state: &SearchState, mu: f64) {
        assert_eq!(self.direction.len(), state.alpha.len(), "length of the direction");
        let (main, perturbed) = self.lanes.split_first_mut().expect("the main lane");
        main.alpha.clone_from(&state.alpha);
        for (lane, sign) in perturbed.iter_mut().zip(self.zo.difference.signs()) {
            lane.place(&state.alpha, &self.direction, sign * mu);
            lane.start_from(&state.chain);
        }
    }

    /// How fast the validation loss changes along the direction, from lanes that have run.
    fn slope(&self, mu: f64) -> f64 {
        let (main, first, last) = (&self.lanes[0], &self.lanes[1], &self.lanes[self.lanes.len() - 1]);
        let direct = || dot(&main.gradients.alpha, &self.direction);
        let through_weights = |ahead: &Lane, behind: &Lane| {
            difference_dot(&ahead.chain.weights, &behind.chain.weights, &main.gradients.weights)
        };
        match self.zo.difference {
            Difference::Forward => direct() + through_weights(first, main) / mu,
            Difference::Central => direct() + through_weights(first, last) / (2.0 * mu),
            Difference::CentralLoss => (first.validation.loss - last.validation.loss) / (2.0 * mu),
        }
    }
}

impl<P: BilevelProblem> Method<P> for ZerothOrder {
    fn steps_per_round(&self) -> usize {
        self.zo.steps
    }

    fn workers(&self) -> usize {
        self.lanes.len()
    }

    fn estimate(
        &mut self,
        problem: &P,
        workers: &mut [P::Worker],
        state: &mut SearchState,
        round: &mut Round<P::Batch>,
    ) -> RoundReport {
        direction::draw(round.directions, state.alpha.len(), &mut self.direction);
        self.run(problem, workers, state, round)
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
        let report = self.estimate(problem, workers, state, round);
        state.update_alpha(&self.adam, &self.hypergradient);
        report
    }
}
