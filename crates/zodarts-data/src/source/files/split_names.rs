//! Names that people give to splits.

use crate::copies::SplitIndex;

/// Names of the training, validation and test split, in small letters.
const NAMES: [&[&str]; 3] =
    [&["train", "training"], &["val", "valid", "validation", "dev"], &["test", "testing"]];

/// Returns the split that a name means, in capitals or not.
pub(super) fn split_named(name: &str) -> Option<SplitIndex> {
    NAMES.iter().position(|names| names.iter().any(|known| name.eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_have_several_names() {
        for (name, split) in [("Train", 0), ("TRAINING", 0), ("valid", 1), ("dev", 1), ("Testing", 2)] {
            assert_eq!(split_named(name), Some(split), "{name}");
        }
        assert_eq!(split_named("trainer"), None);
    }
}
