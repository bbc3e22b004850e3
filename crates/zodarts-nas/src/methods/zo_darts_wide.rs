//! ZO-DARTS-wide, our own: ZO-DARTS+ whose α-gradient comes from losses alone, at α ± μu in several directions at once, with
//! μ so wide that the differences stand out of the noise of a few training steps. `docs/hypergradient.md` says how far that is true.

use super::zo::ZerothOrder;
use super::{Card, MethodSettings};
use crate::normaliser::Normaliser;

pub(super) const CARD: Card = Card {
    name: "zo-darts-wide",
    description: "ZO-DARTS-wide, our own: losses of antithetic wide steps in several directions, annealed sparsemax",
    normaliser: Normaliser::Sparsemax,
    annealed: true,
};

pub(super) fn build(settings: &MethodSettings) -> ZerothOrder {
    ZerothOrder::new(settings, settings.wide)
}
