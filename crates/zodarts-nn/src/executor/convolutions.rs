//! Choice between fast and direct convolutions.

use serde::{Deserialize, Serialize};

/// Algorithm of 3×3 convolutions at stride 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Convolutions {
    /// Winograd's minimal filtering where it is faster.
    #[default]
    Fast,
    /// The definition, which loses a few bits less.
    Direct,
}
