//! ZO-DARTS+ (Xie et al., 2024): ZO-DARTS with an annealed sparsemax.

use super::zo::ZerothOrder;
use super::{AnnealingSettings, Card, Method, Optimisers, SearchMethod, ZoDarts};
use crate::bilevel::BilevelProblem;
use crate::normaliser::{Annealing, Normaliser};

const CARD: Card = Card {
    name: "zo-darts-plus",
    description: "ZO-DARTS+: zeroth-order hypergradient over rounds of weight steps, annealed sparsemax",
    normaliser: Normaliser::Sparsemax,
};

crate::settings! {
    /// Settings of ZO-DARTS+: those of ZO-DARTS and of the annealing.
    pub struct ZoDartsPlus in "method" {
        ..zo: ZoDarts;
        ..annealing: AnnealingSettings;
    }
}

impl<P: BilevelProblem> SearchMethod<P> for ZoDartsPlus {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn annealing(&self) -> Annealing {
        self.annealing.schedule()
    }

    fn build(&self, optimisers: &Optimisers) -> Box<dyn Method<P>> {
        Box::new(ZerothOrder::new(optimisers, self.zo.estimator()))
    }
}
