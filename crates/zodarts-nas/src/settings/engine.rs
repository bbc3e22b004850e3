//! How the engine computes. None of it changes what is computed beyond rounding.

use super::Choice;
use serde::{Deserialize, Serialize};

pub use zodarts_nn::executor::Convolutions;
pub use zodarts_nn::liveness::Extent;

/// How the chains of a zeroth-order round are laid out in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Chains {
    /// In turn if a batch alone keeps all threads busy, else together.
    #[default]
    Auto,
    /// At the same time, each on buffers of its own.
    Together,
    /// One after the other on the same buffers, each on all threads.
    InTurn,
}

impl Choice for Chains {
    const ALL: &'static [Self] = &[Chains::Auto, Chains::Together, Chains::InTurn];
}

impl Choice for Convolutions {
    const ALL: &'static [Self] = &[Convolutions::Fast, Convolutions::Direct];
}

impl Choice for Extent {
    const ALL: &'static [Self] = &[Extent::Support, Extent::All];
}
