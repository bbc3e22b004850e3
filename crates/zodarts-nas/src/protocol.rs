//! The protocols of training and evaluation.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The choice of images that training sees and of the way in which test images are scored. Every reported
/// number carries the name of its protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// The data set's own split. Search and training see training and validation images only; a prediction
    /// uses running statistics and depends on its own image alone; the test split is read once, at the end.
    #[default]
    Official,
    /// The procedure of the authors of ZO-DARTS+, for comparison with their table only. Training sees the
    /// validation images, every epoch is scored on the *test* images and the best one counts, normalisation
    /// uses the statistics of the test batch, and test images keep their own side (28), where training uses
    /// another (32). A comparison trains the genotype of each seed three times.
    Paper,
}

impl Protocol {
    /// All protocols.
    pub const ALL: [Protocol; 2] = [Protocol::Official, Protocol::Paper];

    /// Returns the protocol's name on the command line and in files.
    pub fn name(self) -> &'static str {
        match self {
            Protocol::Official => "official",
            Protocol::Paper => "paper",
        }
    }

    /// Returns a one-line description for users.
    pub fn description(self) -> &'static str {
        match self {
            Protocol::Official => "the test split is read once, after the last decision",
            Protocol::Paper => {
                "the authors' way, which chooses the epoch on the test split: for comparison with their \
                    table only"
            }
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
