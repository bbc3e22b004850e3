//! How a number comes about.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Which images training and its choices see, and how the test images are scored. Every number carries its protocol's name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// The data set's own split: search and training see training and validation images only; a prediction uses running
    /// statistics and depends on nothing but its image; the test split is read once, at the end.
    #[default]
    Official,
    /// As the authors of ZO-DARTS+ do, for comparison with their table and nothing else: training sees the validation images,
    /// every epoch is scored on the *test* images and the best one counts, normalisation takes the statistics of the
    /// test batch, and images keep their own side at test (28) where training sees another (32). A comparison trains what each
    /// seed found three times.
    Paper,
}

impl Protocol {
    /// All protocols.
    pub const ALL: [Protocol; 2] = [Protocol::Official, Protocol::Paper];

    /// Its name on the command line and in files.
    pub fn name(self) -> &'static str {
        match self {
            Protocol::Official => "official",
            Protocol::Paper => "paper",
        }
    }

    /// One line for people.
    pub fn description(self) -> &'static str {
        match self {
            Protocol::Official => "the test split is read once, after the last decision",
            Protocol::Paper => {
                "the authors' way, which chooses the epoch on the test split: for comparison with their table only"
            }
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
