//! The optimisers of a search.

use zodarts_nn::optim::{Adam, Sgd};

/// The optimisers of a search, which all methods share.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Optimisers {
    /// The optimiser of the weights.
    pub sgd: Sgd,
    /// The optimiser of the architecture parameters.
    pub adam: Adam,
}
