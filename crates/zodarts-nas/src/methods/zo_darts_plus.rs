//! ZO-DARTS+ (Xie et al., 2024): ZO-DARTS with an annealed sparsemax.

use super::zo::ZerothOrder;
use super::{Card, MethodSettings};
use crate::normaliser::Normaliser;

pub(super) const CARD: Card = Card {
    name: "zo-darts-plus",
    description: "ZO-DARTS+: zeroth-order hypergradient over rounds of weight steps, annealed sparsemax",
    normaliser: Normaliser::Sparsemax,
    annealed: true,
};

pub(super) fn build(settings: &MethodSettings) -> ZerothOrder {
    ZerothOrder::new(settings, settings.zo)
}
