//! ZO-DARTS (Xie et al., 2023): the zeroth-order hypergradient with the softmax of DARTS.

use super::zo::ZerothOrder;
use super::{Card, MethodSettings};
use crate::normaliser::Normaliser;

pub(super) const CARD: Card = Card {
    name: "zo-darts",
    description: "ZO-DARTS: zeroth-order hypergradient over rounds of weight steps, softmax",
    normaliser: Normaliser::Softmax,
    annealed: false,
};

pub(super) fn build(settings: &MethodSettings) -> ZerothOrder {
    ZerothOrder::new(settings, settings.zo)
}
