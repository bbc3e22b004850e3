//! Settings of the engine, which change results by rounding only.

use super::Word;
use serde::{Deserialize, Serialize};

pub use zodarts_nn::executor::Convolutions;
pub use zodarts_nn::liveness::Extent;

/// The order in time of the chains of a zeroth-order round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Chains {
    /// One after the other if a single batch keeps all threads busy, else together.
    #[default]
    Auto,
    /// At the same time, each with its own buffers.
    Together,
    /// One after the other with the same buffers, each on all threads.
    InTurn,
}

impl Word for Chains {
    const ALL: &'static [Self] = &[Chains::Auto, Chains::Together, Chains::InTurn];
}

impl Word for Convolutions {
    const ALL: &'static [Self] = &[Convolutions::Fast, Convolutions::Direct];
}

impl Word for Extent {
    const ALL: &'static [Self] = &[Extent::Support, Extent::All];
}
