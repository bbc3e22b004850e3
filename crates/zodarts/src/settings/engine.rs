//! How the engine computes. None of it changes what is computed beyond rounding.

use serde::{Deserialize, Serialize};
use zodarts_nn::executor;
use zodarts_nn::liveness::Extent;

/// How 3×3 convolutions at stride 1 are computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Convolutions {
    /// By Winograd's minimal filtering where it is faster.
    #[default]
    Fast,
    /// Always by their definition.
    Direct,
}

/// How much of a supernet is computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operations {
    /// The operations that can make a difference.
    #[default]
    Support,
    /// Every operation, also those with p = 0: for comparisons, it only takes longer.
    All,
}

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

impl From<Convolutions> for executor::Convolutions {
    fn from(convolutions: Convolutions) -> Self {
        match convolutions {
            Convolutions::Fast => Self::Fast,
            Convolutions::Direct => Self::Direct,
        }
    }
}

impl From<Operations> for Extent {
    fn from(operations: Operations) -> Self {
        match operations {
            Operations::Support => Self::Support,
            Operations::All => Self::Everything,
        }
    }
}
