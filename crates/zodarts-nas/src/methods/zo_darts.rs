//! ZO-DARTS (Xie et al., 2023): the zeroth-order hypergradient with the softmax of DARTS.

use super::zo::{Difference, Mu, PerturbedChain, ZerothOrder, ZoSettings};
use super::{Card, Method, Optimisers, SearchMethod};
use crate::bilevel::BilevelProblem;
use crate::normaliser::Normaliser;
use crate::settings::{Range, Word};
use serde::{Deserialize, Serialize};

const CARD: Card = Card {
    name: "zo-darts",
    description: "ZO-DARTS: zeroth-order hypergradient over rounds of weight steps, softmax",
    normaliser: Normaliser::Softmax,
};

/// The unit of μ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MuScale {
    /// Units of α.
    #[default]
    Absolute,
    /// ‖α‖.
    Relative,
}

impl Word for MuScale {
    const ALL: &'static [Self] = &[MuScale::Absolute, MuScale::Relative];
}

crate::settings! {
    /// Settings of ZO-DARTS. The paper has μ = 0.005·‖α‖; `docs/architecture.md` explains the effect of that
    /// on the first hypergradient.
    pub struct ZoDarts in "method" {
        /// Weight steps T of a round.
        steps: usize = 10, Range::AtLeast(1.0);
        /// Length μ of the perturbation of α.
        mu: f64 = 0.1, Range::Above(0.0);
        /// Unit of μ: units of α, or ‖α‖ as in the paper's code (there with μ = 0.005).
        mu_scale: MuScale = MuScale::Absolute;
        /// Finite difference that estimates the hypergradient.
        difference: Difference = Difference::Forward;
        /// Start of the perturbed chain: an exact copy, or as in the authors' code.
        perturbed_chain: PerturbedChain = PerturbedChain::Exact;
    }
}

impl ZoDarts {
    /// Returns the settings of the estimator.
    pub fn estimator(&self) -> ZoSettings {
        let mu = match self.mu_scale {
            MuScale::Absolute => Mu::Absolute(self.mu),
            MuScale::Relative => Mu::Relative(self.mu),
        };
        let Self { steps, difference, perturbed_chain, .. } = *self;
        ZoSettings { steps, mu, difference, perturbed_chain, ..ZoSettings::default() }
    }
}

impl<P: BilevelProblem> SearchMethod<P> for ZoDarts {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn build(&self, optimisers: &Optimisers) -> Box<dyn Method<P>> {
        Box::new(ZerothOrder::new(optimisers, self.estimator()))
    }
}
