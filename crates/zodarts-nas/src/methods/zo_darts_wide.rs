//! ZO-DARTS-wide, our own method: the hypergradient of ZO-DARTS+ from losses alone, at α ± μu in several
//! directions.
//!
//! μ is so wide that the differences stand out from the noise of a few training steps.
//! `docs/hypergradient.md` reports how far that holds.

use super::zo::{Difference, Mu, ZerothOrder, ZoSettings};
use super::{AnnealingSettings, Card, Method, Optimisers, SearchMethod};
use crate::bilevel::BilevelProblem;
use crate::normaliser::{Annealing, Normaliser};
use crate::settings::{InvalidSettings, Range};
use zodarts_nn::space::Space;

const CARD: Card = Card {
    name: "zo-darts-wide",
    description: "ZO-DARTS-wide, our own: losses of antithetic wide steps in several directions, \
        annealed sparsemax",
    normaliser: Normaliser::Sparsemax,
};

crate::settings! {
    /// Settings of ZO-DARTS-wide. `docs/hypergradient.md` gives the reasons for these numbers.
    pub struct ZoDartsWide in "method" {
        /// Weight steps T of a round.
        steps: usize = ZoSettings::WIDE.steps, Range::AtLeast(1.0);
        /// Validation batches M per round, on which the losses are compared.
        validation_batches: usize = ZoSettings::WIDE.validation_batches, Range::AtLeast(1.0);
        /// Directions K per round, each with its own chains; at most the length of α less one per edge.
        directions: usize = ZoSettings::WIDE.directions, Range::AtLeast(1.0);
        /// Perturb α to both sides of each direction.
        antithetic: bool = true;
        /// Length μ of the perturbation of α, in units of the temperature.
        smoothing: f64 = 1.0, Range::Above(0.0);
        ..annealing: AnnealingSettings;
    }
}

impl ZoDartsWide {
    /// Returns the settings of the estimator.
    pub fn estimator(&self) -> ZoSettings {
        let Self { steps, validation_batches, directions, .. } = *self;
        let difference = if self.antithetic { Difference::CentralLoss } else { Difference::ForwardLoss };
        let mu = Mu::Tempered(self.smoothing);
        ZoSettings { steps, mu, difference, directions, validation_batches, ..ZoSettings::WIDE }
    }
}

impl<P: BilevelProblem> SearchMethod<P> for ZoDartsWide {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn annealing(&self) -> Annealing {
        self.annealing.schedule()
    }

    fn check_space(&self, space: &Space) -> Result<(), InvalidSettings> {
        let most = self.estimator().dimensions(space);
        if self.directions <= most {
            return Ok(());
        }
        Err(InvalidSettings::OutOfRange {
            key: "method.directions".into(),
            found: self.directions.to_string(),
            expected: format!("1 to {most} in the search space {}", space.name),
        })
    }

    fn build(&self, optimisers: &Optimisers) -> Box<dyn Method<P>> {
        Box::new(ZerothOrder::new(optimisers, self.estimator()))
    }
}
